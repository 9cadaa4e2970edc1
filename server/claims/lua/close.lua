-- Ends an open offer (AR30).
-- KEYS 1 offer, 2 prefix of the leads' lists   ARGV 1 offer, 2 reason, 3 seconds an ended offer is kept
-- OUT  {'unknown'}, {'pending'}, {'claimed', winner}, {'closed'} or {'ended', reason}
local state, lead, winner, reason = unpack(redis.call('HMGET', KEYS[1], 'state', 'lead', 'winner', 'reason'))
if not state then return { 'unknown' } end
if state == 'pending' then return { 'pending' } end
if state == 'claimed' then return { 'claimed', winner } end
if state == 'closed' then
  if reason == ARGV[2] then return { 'closed' } end
  return { 'ended', reason }
end
redis.call('HSET', KEYS[1], 'state', 'closed', 'reason', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
local offers = KEYS[2] .. lead
if redis.call('LINDEX', offers, 0) == ARGV[1] then redis.call('EXPIRE', offers, ARGV[3]) end
return { 'closed' }
