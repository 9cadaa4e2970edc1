-- A ledger takes this cell over: claims are refused until it opens the gate (AR39).
-- KEYS 1 epoch, 2 highest epoch seen, 3 the stream, 4 how many settled
-- ARGV 1 epoch, 2 the last order the ledger has on disk ('0' when none)
-- OUT  {'closed', settlements}, {'superseded'} or {'notAStream'}
local call = redis.call
local kind = call('TYPE', KEYS[3]).ok
if kind ~= 'none' and kind ~= 'stream' then return { 'notAStream' } end
if tonumber(call('GET', KEYS[2]) or '0') > tonumber(ARGV[1]) then return { 'superseded' } end
call('SET', KEYS[2], ARGV[1])
call('DEL', KEYS[1])
-- An emptied Redis whose clock was set back would give ids below the ledger's cursor, and the reader
-- would never see them: the stream is told to go on from the cursor.
if ARGV[2] ~= '0' then
  local seeded = redis.pcall('XADD', KEYS[3], ARGV[2], 'seed', '1')
  if type(seeded) == 'string' then call('XDEL', KEYS[3], seeded) end
end
return { 'closed', tonumber(call('GET', KEYS[4]) or '0') }
