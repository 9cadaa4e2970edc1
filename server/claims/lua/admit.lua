-- Lets one rep or a whole lane in, earlier and never later (AR27, AR28).
-- KEYS 1 offer, 2 the rep's gate   ARGV 1 rep ('' for the whole lane), 2 lane, 3 opensAt
-- OUT  the time that stands, or nothing when the offer has ended or has no such lane
local call, rep, lane, opens = redis.call, ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local state, packed = unpack(call('HMGET', KEYS[1], 'state', 'lanes'))
if state ~= 'open' and state ~= 'pending' then return false end
local times = {}
for time in string.gmatch(packed, '%d+') do times[#times + 1] = tonumber(time) end
local stands = times[lane + 1]
if not stands then return false end
stands = math.min(stands, opens)

local function put(name, time, generation)
  call('HSET', KEYS[1], 'm:' .. name, string.format('%.0f %d %d', time, generation, lane))
end
if rep ~= '' then
  local had = string.match(call('HGET', KEYS[1], 'm:' .. rep) or '', '^%d+')
  if had then stands = math.min(stands, tonumber(had)) end
  put(rep, stands, tonumber(string.match(call('GET', KEYS[2]) or '0', '^%d+')))
  return stands
end
times[lane + 1] = stands
for place, time in ipairs(times) do times[place] = string.format('%.0f', time) end
call('HSET', KEYS[1], 'lanes', table.concat(times, ' '))
local all = call('HGETALL', KEYS[1])
for place = 1, #all, 2 do
  local name = string.match(all[place], '^m:(.*)$')
  if name then
    local had, stamp, of = string.match(all[place + 1], '^(%d+) (%d+) (%d+)$')
    if tonumber(of) == lane and tonumber(had) > stands then put(name, stands, tonumber(stamp)) end
  end
end
return stands
