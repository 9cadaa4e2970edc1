-- Puts an offer up (AR24), or up anew when the cell's gate was raised since (AR25).
-- KEYS 1 offer, 2 the lead's offers, 3 cell gate
-- ARGV 1 prefix of all keys, 2 offer, 3 lead, 4 closesAt, 5 attempt rate 'second minute' or '',
--      6 limits, 7 increments, 8 team names, 9 lanes [[opensAt, rep, ...], ...], 10 offers kept a lead
--      (6 to 9 are JSON)
-- OUT  'opened' or 'stands'
local call, prefix, id = redis.call, ARGV[1], ARGV[2]
local function generation(gate)
  return tonumber(string.match(call('GET', gate) or '0 none', '^%d+'))
end
local cell = generation(KEYS[3])
local stamped = call('HGET', KEYS[1], 'cell')
if stamped and cell <= tonumber(stamped) then return 'stands' end

local times, members, order = {}, {}, {}
for lane, entry in ipairs(cjson.decode(ARGV[9])) do
  times[lane] = string.format('%.0f', entry[1])
  for place = 2, #entry do
    local rep = entry[place]
    if not members[rep] then order[#order + 1] = rep end
    if not members[rep] or entry[1] < members[rep][1] then members[rep] = { entry[1], lane - 1 } end
  end
end
local teams = {}
for _, team in ipairs(cjson.decode(ARGV[8])) do
  teams[#teams + 1] = { team, generation(prefix .. 'gate:team:' .. team) }
end

-- One value too long for a listpack makes it a real hash table: every claim reads ten fields of it,
-- and in a listpack each is searched for through all members.
local limits = ARGV[6] .. string.rep(' ', 65 - #ARGV[6])
call('DEL', KEYS[1])
call('HSET', KEYS[1], 'state', 'open', 'lead', ARGV[3], 'closes', ARGV[4], 'cell', cell, 'rate', ARGV[5],
  'limits', limits, 'increments', ARGV[7], 'teams', #teams > 0 and cjson.encode(teams) or '[]',
  'lanes', table.concat(times, ' '))
for _, rep in ipairs(order) do
  local member = string.format('%.0f %d %d', members[rep][1], generation(prefix .. 'gate:rep:' .. rep), members[rep][2])
  call('HSET', KEYS[1], 'm:' .. rep, member)
end
if not call('LPOS', KEYS[2], id) then
  call('LPUSH', KEYS[2], id)
  call('LTRIM', KEYS[2], 0, tonumber(ARGV[10]) - 1)
end
call('PERSIST', KEYS[2])
return 'opened'
