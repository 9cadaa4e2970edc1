-- The arbiter's clock.
-- KEYS 1 test clock   ARGV none   OUT {milliseconds since 1970, 1 while it stands still else 0}
local standing = redis.call('GET', KEYS[1])
if standing then return { tonumber(standing), 1 } end
local time = redis.call('TIME')
return { time[1] * 1000 + math.floor(time[2] / 1000), 0 }
