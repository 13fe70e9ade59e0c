"""The steps in which inquiries change, each a Lua script, so that it has been taken or it has not."""

from bot.storage import keys

#: The first keys of each script: three, and the beginnings of others.
FIXED = [
    keys.INQUIRIES,
    keys.INQUIRY_QUESTIONS,
    keys.INQUIRY_TIMES,
    keys.INQUIRY,
    keys.INQUIRIES_OF,
    keys.INQUIRY_ANSWER,
]

# Lua functions for scripts. `forget` takes a member of the times.
_SHARED = """
local inquiries, questions, times = KEYS[1], KEYS[2], KEYS[3]
local inquiry, of_chat, answer_to = KEYS[4], KEYS[5], KEYS[6]

local function chat_of(address) return string.match(address, '^-?%d+') end

local function count(id)
  local left = redis.call('HLEN', inquiry .. id)
  if left > 0 then
    redis.call('ZADD', inquiries, left, id)
  else
    redis.call('ZREM', inquiries, id)
    redis.call('HDEL', questions, id)
  end
end

local function take_out(id, address)
  local member = id .. ' ' .. address
  redis.call('HDEL', inquiry .. id, address)
  redis.call('ZREM', times, member)
  redis.call('SREM', of_chat .. chat_of(address), member)
end

local function question_of(entry) return cjson.decode(entry).question end

-- What nobody asks any more in these words is told in those of another.
local function reword(id)
  local words, others = redis.call('HGET', questions, id), redis.call('HVALS', inquiry .. id)
  for _, entry in ipairs(others) do if question_of(entry) == words then return end end
  if others[1] then redis.call('HSET', questions, id, question_of(others[1])) end
end

local function forget(member)
  local id, address = string.match(member, '^(%S+) (%S+)$')
  take_out(id, address)
  count(id)
  reword(id)
end

local function drop(id)
  for _, address in ipairs(redis.call('HKEYS', inquiry .. id)) do take_out(id, address) end
  count(id)
end

local function put(id, address, entry, at)
  local member = id .. ' ' .. address
  redis.call('HSET', inquiry .. id, address, entry)
  redis.call('ZADD', times, at, member)
  redis.call('SADD', of_chat .. chat_of(address), member)
  count(id)
end
"""

# What the chat has told more of before stays.
FILE = (
    _SHARED
    + """
local id, question, address, entry, at, most, most_askers, most_a_day, day = unpack(ARGV)
local before = redis.call('HGET', inquiry .. id, address)
if before then
  local was, is = cjson.decode(before), cjson.decode(entry)
  if is.shown == '' then is.shown = was.shown end
  if is.why == 'unanswered' then is.why = was.why end
  put(id, address, cjson.encode(is), at)
  return 1
end
if redis.call('HLEN', inquiry .. id) >= tonumber(most_askers) then return 0 end
local today = redis.call('INCR', KEYS[7])
if today == 1 then redis.call('EXPIRE', KEYS[7], day) end
if today > tonumber(most_a_day) then return 0 end
if redis.call('HSETNX', questions, id, question) == 1 and redis.call('HLEN', questions) > tonumber(most) then
  drop(redis.call('ZRANGE', inquiries, 0, 0)[1])
end
put(id, address, entry, at)
return 1
"""
)

EXPIRE = (
    _SHARED
    + """
local old = redis.call('ZRANGE', times, '-inf', '(' .. ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2])
for _, member in ipairs(old) do forget(member) end
return #old
"""
)

FORGET = (
    _SHARED
    + """
local members = redis.call('SMEMBERS', of_chat .. ARGV[1])
for _, member in ipairs(members) do forget(member) end
return #members
"""
)

MOVE = (
    _SHARED
    + """
for _, member in ipairs(redis.call('SMEMBERS', of_chat .. ARGV[1])) do
  local id, topic = string.match(member, '^(%S+) %-?%d+(%S*)$')
  local entry, at = redis.call('HGET', inquiry .. id, ARGV[1] .. topic), redis.call('ZSCORE', times, member)
  forget(member)
  if entry and redis.call('HEXISTS', inquiry .. id, ARGV[2] .. topic) == 0 then
    if redis.call('HLEN', inquiry .. id) == 0 then redis.call('HSET', questions, id, question_of(entry)) end
    put(id, ARGV[2] .. topic, entry, at)
  end
end
"""
)

DROP = (
    _SHARED
    + """
local known = redis.call('HEXISTS', questions, ARGV[1])
drop(ARGV[1])
redis.call('DEL', answer_to .. ARGV[1])
return known
"""
)

# All who were read must still wait, and the article still be stored.
SETTLE = (
    _SHARED
    + """
local id, article, answer, kept = unpack(ARGV)
local addresses, commands = cjson.decode(ARGV[5]), cjson.decode(ARGV[6])
if redis.call('HEXISTS', KEYS[7], article) == 0 then return -1 end
for _, address in ipairs(addresses) do
  if redis.call('HEXISTS', inquiry .. id, address) == 0 then return 0 end
end
for _, command in ipairs(commands) do redis.call(unpack(command)) end
for _, address in ipairs(addresses) do take_out(id, address) end
count(id)
redis.call('SET', answer_to .. id, answer, 'EX', kept)
return 1
"""
)
