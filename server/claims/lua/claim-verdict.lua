-- Second part of the claim's script, before claim-grant.lua: the judgement, in the order of SPEC.md, at most one win an offer.
-- KEYS and ARGV as in claim-offer.lua.
-- OUT  'kind now offer ...'; what follows depends on the kind, see decodeJudgement.
-- Every check comes before the first write, and the stream of wins before the offer: a script that
-- fails half-way is not rolled back, and a win nobody hears of would block the offer for ever (AR22).
if winner == rep then
  if state == 'claimed' then return answer('owned', '') end
  return answer('pending', table.concat({ 1, now, rep, at, order, request }, ' '))
end

local cell_raised, cell_reason = false, ''
if cell_gate and state then
  local generation, reason = string.match(cell_gate, '^(%d+) (%S+)')
  cell_raised, cell_reason = tonumber(generation) > tonumber(cell_stamp), reason
end
if cell_raised and cell_reason == 'rebuilding' then return 'retry' .. of .. 'rebuilding' end
if not epoch or epoch ~= ARGV[7] then return 'retry' .. of .. 'rebuilding' end
if now > tonumber(ARGV[5]) then return 'retry' .. of .. 'tooLate' end
if not standing and ARGV[6] ~= '' and math.abs(now - tonumber(ARGV[6])) > 500 then
  return 'retry' .. of .. 'clockSkew'
end
if not state then return 'unknown ' .. now end

if not member then return answer('refused', 'notInOffer') end
if winner then
  local met = now
  if known_order == order then met = tonumber(known_at)
  else call('SET', asked, now .. ' ' .. order .. '@' .. (known_offer or id) .. ' ' .. lead, 'PX', 600000) end
  if state == 'pending' then
    return 'pending' .. of .. '0 ' .. met .. ' ' .. winner .. ' ' .. at .. ' ' .. order .. ' ' .. request
  end
  return 'lost' .. of .. winner .. ' ' .. math.max(0, met - at)
end
if state == 'closed' then return answer('gone', call('HGET', key, 'reason')) end
if now >= tonumber(closes) then return answer('gone', 'expired') end
if cell_raised then return answer('gone', 'withdrawn') end
