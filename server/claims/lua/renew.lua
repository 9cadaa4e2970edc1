-- Keeps the epoch alive, if this Redis still is what the ledger believes it to be (AR39).
-- KEYS 1 epoch, 2 highest epoch seen, 3 how many settled
-- ARGV 1 epoch, 2 milliseconds it lives, 3 settlements the ledger knows this Redis has taken,
--      4 the epoch as it is written: it names this Redis
-- OUT  'renewed', 'emptied', 'superseded' or 'rolledBack'
local highest = tonumber(redis.call('GET', KEYS[2]))
if not highest then return 'emptied' end
if highest > tonumber(ARGV[1]) then return 'superseded' end
if highest < tonumber(ARGV[1]) then return 'rolledBack' end
if tonumber(redis.call('GET', KEYS[3]) or '0') < tonumber(ARGV[3]) then return 'rolledBack' end
redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[2])
return 'renewed'
