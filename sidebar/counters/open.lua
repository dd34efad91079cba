-- The public may read the page: views are told from now on.
-- KEYS: the day   ARGV: page, when the day's keys go, views of the day and in all, of the database
local pages = KEYS[1] .. ':pages'
local today = math.max(tonumber(redis.call('HGET', pages, ARGV[1]) or 0), tonumber(ARGV[3]))
if today > 0 then
  redis.call('HSET', pages, ARGV[1], today)
  redis.call('EXPIREAT', pages, ARGV[2])
end
redis.call('HSETNX', 'visits:pages', ARGV[1], ARGV[4] - ARGV[3] + today)
