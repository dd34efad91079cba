-- Counts one hit and answers it: all of it, or nothing and what is missing.
-- KEYS: the day, the day before it (prefixes: this is one Redis, not a cluster)
-- ARGV: when the day's keys go, when its salt goes, "1" if the day before is of the same month,
--       salt or "" of a visitor who was named before, now (ms), visitor or "", who, page or "", "1" if it was opened, polls …
local day, before = KEYS[1], KEYS[2]
local now, visitor, who, page = tonumber(ARGV[5]), ARGV[6], ARGV[7], ARGV[8]
local PAUSE, ONLINE = 30 * 60 * 1000, 5 * 60 * 1000
local figures, seen, members = day .. ':figures', day .. ':seen', day .. ':members'

local counted = redis.call('HMGET', figures, 'visits', 'month_before', 'total_before')
local visits, month, total = tonumber(counted[1]), tonumber(counted[2]), tonumber(counted[3])
if not visits then
  local last = redis.call('HMGET', before .. ':figures', 'visits', 'month_before', 'total_before')
  if not last[1] then return 'day' end
  visits, month, total = 0, 0, last[3] + last[1]
  if ARGV[3] == '1' then month = last[2] + last[1] end
  redis.call('HSET', figures, 'visits', 0, 'month_before', month, 'total_before', total)
  redis.call('EXPIREAT', figures, ARGV[1])
end

local views = ''
if page ~= '' then
  views = redis.call('HGET', 'visits:pages', page)
  if not views then return 'page' end
end
local polls = {}
for place = 10, #ARGV do
  local result = redis.call('GET', 'visits:poll:' .. ARGV[place])
  if not result then return 'polls' end
  if result ~= '' then table.insert(polls, '"' .. ARGV[place] .. '": ' .. result) end
end
if visitor ~= '' and ARGV[4] ~= '' then
  local salt = redis.call('GET', day .. ':salt')
  if not salt then
    redis.call('SET', day .. ':salt', ARGV[4], 'EXAT', ARGV[2])
  elseif salt ~= ARGV[4] then
    return 'salt ' .. salt
  end
end

-- Nothing is missing: from here on it is counted.
if visitor ~= '' then
  local last = redis.call('ZSCORE', seen, visitor)
  redis.call('ZADD', seen, 'GT', now, visitor)
  if not last or tonumber(last) <= now - PAUSE then
    visits = redis.call('HINCRBY', figures, 'visits', 1)
    if who == 'member' then redis.call('HINCRBY', figures, 'member_visits', 1) end
    redis.call('EXPIREAT', seen, ARGV[1])
  end
  if who == 'member' then
    redis.call('ZADD', members, 'GT', now, visitor)
    redis.call('EXPIREAT', members, ARGV[1])
  else
    redis.call('ZREM', members, visitor)
  end
end
if page ~= '' then
  if redis.call('SADD', day .. ':asked', page) == 1 then
    redis.call('EXPIREAT', day .. ':asked', ARGV[1])
  end
  if ARGV[9] == '1' then
    if who == 'reader' then
      views = redis.call('HINCRBY', 'visits:pages', page, 1)
      if redis.call('HINCRBY', day .. ':pages', page, 1) == 1 then
        redis.call('EXPIREAT', day .. ':pages', ARGV[1])
      end
      redis.call('HINCRBY', figures, 'views', 1)
    else
      redis.call('HINCRBY', figures, who .. '_views', 1)
    end
  end
end

local since = '(' .. ARGV[5] - ONLINE
return string.format('%d %d %d %d %d %s\n{%s}',
  redis.call('ZCOUNT', seen, since, '+inf'), redis.call('ZCOUNT', members, since, '+inf'),
  visits, month + visits, total + visits, views, table.concat(polls, ', '))
