-- First half of the claim's script (claim-verdict.lua follows it in the same text): what is known
-- of the request, what time it is, and which offer is meant.
-- KEYS 1 epoch; every other key has the same hash tag and is named here from the prefix, since a
--      claim that sent them all would cost the gateway more than the judgement costs Redis
-- ARGV 1 prefix of all keys, 2 lead, 3 rep, 4 request, 5 deadline, 6 the caller's idea of now ('' when
--      it has none), 7 the epoch the caller knows, 8 offer ('' to choose by the lead)
-- OUT  'requestReused now', or nothing: the second half answers
-- Both halves are written for the loser, who comes four times as often as the winner: few calls, no
-- function and no parsing before it is needed.
local call, prefix, lead, rep, id = redis.call, ARGV[1], ARGV[2], ARGV[3], ARGV[8]
local asked = prefix .. 'request:' .. rep .. ':' .. ARGV[4]
local epoch, standing, cell_gate, rep_gate, known =
  unpack(call('MGET', KEYS[1], prefix .. 'test-clock', prefix .. 'gate:cell', prefix .. 'gate:rep:' .. rep, asked))
local now = tonumber(standing)
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local known_at, known_order, known_lead, known_offer
if known then
  known_at, known_order, known_lead = string.match(known, '^(%d+) (%S+) (.*)$')
  if known_lead ~= lead then return 'requestReused ' .. now end
  known_order, known_offer = string.match(known_order, '^([^@]*)@?(.*)$')
  -- Asked again it speaks of the same offer, whatever was opened since, as long as that is known here (AR2).
  if id == '' and call('EXISTS', prefix .. 'offer:' .. known_offer) == 1 then id = known_offer end
end

if id == '' then
  local newest, open
  for _, offer in ipairs(call('LRANGE', prefix .. 'lead:' .. lead, 0, -1)) do
    local state, member = unpack(call('HMGET', prefix .. 'offer:' .. offer, 'state', 'm:' .. rep))
    if state then
      if member and tonumber(string.match(member, '^%d+')) <= now then id = offer break end
      if state == 'open' or state == 'pending' then open = open or offer end
      newest = newest or offer
    end
  end
  if id == '' then id = open or newest or '' end
end
local key = prefix .. 'offer:' .. id
local state, of_lead, closes, winner, at, order, request, cell_stamp, member =
  unpack(call('HMGET', key, 'state', 'lead', 'closes', 'winner', 'at', 'order', 'request', 'cell', 'm:' .. rep))
if of_lead ~= lead then state, winner = false, false end

-- One string is cheaper to make, to send and to read than a list. A name that came with the claim is
-- not sent back: it may hold anything.
local of = ' ' .. now .. ' ' .. (ARGV[8] == '' and id or '') .. ' '
local function answer(kind, rest)
  if not known then call('SET', asked, '0 -@' .. id .. ' ' .. lead, 'PX', 600000) end
  return kind .. of .. rest
end
