-- Holds an open offer for a rep who does not race for it (AR44): pending, as by a win, but on no stream.
-- KEYS 1 offer, 2 test clock   ARGV 1 rep, 2 the hold's request, 3 its instant, 4 its order, 5 deadline
-- OUT  {'held'}, {'tooLate'}, {'unknown'}, {'pending'}, {'claimed', winner} or {'ended', reason}
local state, winner, reason, order = unpack(redis.call('HMGET', KEYS[1], 'state', 'winner', 'reason', 'order'))
if not state then return { 'unknown' } end
if state == 'pending' then return { order == ARGV[4] and 'held' or 'pending' } end
if state == 'claimed' then return { 'claimed', winner } end
if state == 'closed' then return { 'ended', reason } end
local now = tonumber(redis.call('GET', KEYS[2]))
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
if now > tonumber(ARGV[5]) then return { 'tooLate' } end
redis.call('HSET', KEYS[1], 'state', 'pending', 'winner', ARGV[1], 'request', ARGV[2], 'at', ARGV[3], 'order', ARGV[4])
return { 'held' }
