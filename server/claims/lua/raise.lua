-- Raises a gate to a generation the caller names, so that a command that runs late raises nothing
-- twice (AR37). Generation 0: answers the one that stands, and writes nothing.
-- KEYS 1 gate   ARGV 1 generation, 2 reason   OUT the generation that stands
local stands = tonumber(string.match(redis.call('GET', KEYS[1]) or '0', '^%d+'))
if tonumber(ARGV[1]) <= stands then return stands end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2])
return tonumber(ARGV[1])
