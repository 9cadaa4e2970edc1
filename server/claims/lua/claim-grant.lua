-- Last part of the claim's script: the offer can be had; may this rep have it, and now? Gates of teams,
-- windows, the attempt rate and the limits, in the order of SPEC.md; then the win.
-- KEYS and ARGV as in claim-offer.lua; OUT as in claim-verdict.lua.
-- Every check comes before the first write, and the stream of wins before the offer: a script that
-- fails half-way is not rolled back, and a win nobody hears of would block the offer for ever (AR22).
local rate, limits, increments, teams, tried =
  unpack(call('HMGET', key, 'rate', 'limits', 'increments', 'teams', 't:' .. rep))
for _, team in ipairs(cjson.decode(teams)) do
  local generation = string.match(call('GET', prefix .. 'gate:team:' .. team[1]) or '0', '^%d+')
  if tonumber(generation) > team[2] then return answer('gone', 'withdrawn') end
end

if rep_gate then
  local generation, reason = string.match(rep_gate, '^(%d+) (%S+)')
  local stamp = string.match(member, '^%d+ (%d+)')
  if tonumber(generation) > tonumber(stamp) then return answer('refused', reason) end
end

local function beyond_rate()
  local per_second, per_minute = string.match(rate, '^(%d+) (%d+)$')
  if not per_second then return false end
  local attempts = prefix .. 'attempts:' .. rep
  local second, minute = math.floor(now / 1000), math.floor(now / 60000)
  local s, n, m, k = string.match(call('GET', attempts) or '', '^(%d+) (%d+) (%d+) (%d+)$')
  n, k = tonumber(s) == second and tonumber(n) or 0, tonumber(m) == minute and tonumber(k) or 0
  if n >= tonumber(per_second) or k >= tonumber(per_minute) then return true end
  call('SET', attempts, string.format('%d %d %d %d', second, n + 1, minute, k + 1), 'PX', 120000)
  return false
end
local opens = string.match(member, '^%d+')
local early = now < tonumber(opens)
if (early or tried) and beyond_rate() then return answer('refused', 'attemptRate') end
if early then return answer('early', opens) end

local counters, lane = prefix .. 'counters:' .. rep, ',' .. string.match(member, '%d+$') .. ','
local function in_force(from, till, lanes)
  return from <= now and now < till and (lanes == '' or string.find(lanes, lane, 1, true))
end
for _, limit in ipairs(cjson.decode(limits)) do
  local sum, broken = 0, false
  if in_force(limit[3], limit[4], limit[5]) then
    for term = 6, #limit, 2 do
      sum = sum + limit[term + 1] * tonumber(call('HGET', counters, limit[term]) or '0')
    end
    broken = sum > limit[2]
  end
  if broken then
    if not tried then call('HSET', key, 't:' .. rep, 1) end
    return answer('refused', limit[1])
  end
end

local won = call('XADD', prefix .. 'wins', '*', 'o', id, 'l', lead, 'r', rep, 'q', ARGV[4], 'at', now)
call('HSET', key, 'state', 'pending', 'winner', rep, 'request', ARGV[4], 'at', now, 'order', won,
  'lane', lane, 't:' .. rep, 1)
for _, gain in ipairs(cjson.decode(increments)) do
  if in_force(gain[3], gain[4], gain[5]) then call('HINCRBY', counters, gain[1], gain[2]) end
end
return answer('pending', table.concat({ 1, now, rep, now, won, ARGV[4] }, ' '))
