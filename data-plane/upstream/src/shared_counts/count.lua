-- One step of a counter, for all proxies at once. KEYS: the counter, the order. ARGV: step, need, want, limit or "none",
-- when the counter ends and how long the order is remembered, in milliseconds. Answers what was counted for this
-- order and what the counter holds. An order that was carried out before gets the answer that it had.
local done = redis.call('GET', KEYS[2])
local held = tonumber(redis.call('GET', KEYS[1]) or '0')
if done then
  return { tonumber(done), held }
end
local step, need, amount, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if step == 'take' and limit then
  amount = math.min(amount, limit - held)
  if amount < need then
    amount = 0
  end
elseif step == 'back' then
  amount = math.min(amount, held)
end
if amount > 0 then
  local change = string.format('%.0f', amount)
  if step == 'back' then
    held = redis.call('DECRBY', KEYS[1], change)
  else
    held = redis.call('INCRBY', KEYS[1], change)
  end
  redis.call('PEXPIREAT', KEYS[1], ARGV[5])
end
redis.call('SET', KEYS[2], string.format('%.0f', amount), 'PX', ARGV[6])
return { amount, held }
