-- Moves closesAt later, never earlier (AR29).
-- KEYS 1 offer   ARGV 1 closesAt   OUT the time that stands, or nothing when the offer has ended
local state, closes = unpack(redis.call('HMGET', KEYS[1], 'state', 'closes'))
if state ~= 'open' and state ~= 'pending' then return false end
if tonumber(ARGV[1]) <= tonumber(closes) then return tonumber(closes) end
redis.call('HSET', KEYS[1], 'closes', ARGV[1])
return tonumber(ARGV[1])
