-- Adds to one counter for one cause, once (AR35).
-- KEYS 1 counters, 2 cause   ARGV 1 counter, 2 by, 3 seconds the cause is kept   OUT 1 added, 0 known
if not redis.call('SET', KEYS[2], 1, 'NX', 'EX', ARGV[3]) then return 0 end
redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
return 1
