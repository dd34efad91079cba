-- What was taken is in the database. Where the database has more, Redis lost it: it is raised.
-- KEYS: the day
-- ARGV: what was taken, its state, how many figures, {name, number of the database} …,
--       {page, views of the day, views in all, or "" twice if it is closed} …
local day = KEYS[1]
local figures = day .. ':figures'
local function raise(key, field, number)
  if tonumber(redis.call('HGET', key, field) or 0) < tonumber(number) then
    redis.call('HSET', key, field, number)
  end
end
if redis.call('GET', day .. ':pending') == ARGV[1] then redis.call('DEL', day .. ':pending') end
if redis.call('EXISTS', figures) == 0 then return end
redis.call('HSET', figures, 'flushed', ARGV[2])
local pages = 4 + 2 * ARGV[3]
for place = 4, pages - 1, 2 do raise(figures, ARGV[place], ARGV[place + 1]) end
for place = pages, #ARGV, 3 do
  local page, today, all = ARGV[place], ARGV[place + 1], ARGV[place + 2]
  if all == '' then
    redis.call('HDEL', 'visits:pages', page)
  elseif redis.call('HEXISTS', 'visits:pages', page) == 1 then
    raise(day .. ':pages', page, today)
    redis.call('EXPIREAT', day .. ':pages', redis.call('EXPIRETIME', figures))
    raise('visits:pages', page, all)
  end
end
