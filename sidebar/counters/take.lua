-- What is to be written to the database: counts as they were when they were taken, which is so long
-- ago that Redis can't lose them any more. Where nothing is taken, takes what has changed.
-- KEYS: the day   ARGV: now (ms), since when (ms) one is online or "", age from which it is safe
local day = KEYS[1]
local pending = redis.call('GET', day .. ':pending')
if pending then
  if cjson.decode(pending).at > ARGV[1] - ARGV[3] then return false end
  return pending
end
local figures = day .. ':figures'
local names = {'visits', 'member_visits', 'views', 'member_views', 'machine_views'}
local taken = {at = tonumber(ARGV[1]), counts = {}, pages = {}}
local state = {}
for _, name in ipairs(names) do
  taken.counts[name] = tonumber(redis.call('HGET', figures, name) or 0)
  table.insert(state, taken.counts[name])
end
if ARGV[2] ~= '' then
  taken.online = redis.call('ZCOUNT', day .. ':seen', '(' .. ARGV[2], '+inf')
  table.insert(state, taken.online)
end
taken.state = table.concat(state, ' ')
local asked = redis.call('SMEMBERS', day .. ':asked')
local flushed = redis.call('HMGET', figures, 'visits', 'flushed')
if not flushed[1] or (#asked == 0 and flushed[2] == taken.state) then return false end
for _, page in ipairs(asked) do
  taken.pages[page] = tonumber(redis.call('HGET', day .. ':pages', page) or 0)
end
redis.call('SET', day .. ':pending', cjson.encode(taken), 'EXAT', redis.call('EXPIRETIME', figures))
redis.call('DEL', day .. ':asked')
return false
