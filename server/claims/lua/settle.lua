-- Settles one provisional win, or a hold, after the ledger has decided (AR31 to AR34, AR44), and trims the
-- stream of wins.
-- KEYS 1 offer, 2 the lead's offers, 3 the first winner's counters, 4 the stream, 5 how many settled
-- ARGV 1 offer, 2 order, 3 rep, 4 request, 5 outcome, 6 winner (of `closed`: the reason), 7 claimedAt,
--      8 the oldest id the stream must keep, 9 seconds an ended offer is kept
-- OUT  how many settlements this Redis has taken, which the ledger compares at each renewal
local call = redis.call
local state, order, at, increments, lane =
  unpack(call('HMGET', KEYS[1], 'state', 'order', 'at', 'increments', 'lane'))
local outcome = ARGV[5]
local its_own = state == 'pending' and order == ARGV[2]

if its_own and outcome ~= 'committed' then
  -- A hold has no lane, and has added nothing.
  for _, gain in ipairs(lane and cjson.decode(increments) or {}) do
    if gain[3] <= tonumber(at) and tonumber(at) < gain[4]
      and (gain[5] == '' or string.find(gain[5], lane, 1, true)) then call('HINCRBY', KEYS[3], gain[1], -gain[2]) end
  end
  call('HDEL', KEYS[1], 'winner', 'request', 'at', 'order', 'lane')
  call('HSET', KEYS[1], 'state', 'open')
end
if outcome ~= 'reopened' and (its_own or state == 'open') then
  if outcome == 'closed' then call('HSET', KEYS[1], 'state', 'closed', 'reason', ARGV[6])
  else
    call('HSET', KEYS[1], 'state', 'claimed', 'winner', ARGV[6], 'at', ARGV[7], 'order', ARGV[2], 'request', ARGV[4])
  end
  call('EXPIRE', KEYS[1], ARGV[9])
  if call('LINDEX', KEYS[2], 0) == ARGV[1] then call('EXPIRE', KEYS[2], ARGV[9]) end
end
call('XTRIM', KEYS[4], 'MINID', ARGV[8])
return call('INCR', KEYS[5])
