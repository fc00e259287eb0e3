-- Sends what a plan file says: the same request again and again, each body or each proof of a list once, or bodies from a
-- pool that the answers fill again. Prints the outcome as one line of JSON.
local threads = {}
exhausted = 0

local function lines_of(path)
  local lines = {}
  for line in io.lines(path) do lines[#lines + 1] = line end
  return lines
end

local function once_each(values)
  local sent = 0
  return function()
    sent = sent + 1
    if sent > #values then exhausted = exhausted + 1 end
    return values[sent] or values[#values]
  end
end

local function from_list(bodies)
  local fresh = once_each(bodies)
  return function() return wrk.format(nil, nil, nil, fresh()) end
end

local function proven(proofs)
  local fresh = once_each(proofs)
  return function()
    wrk.headers["DPoP"] = fresh()
    return wrk.format()
  end
end

local function from_pool(prefix, tokens)
  local first, last = 1, #tokens
  function response(status, headers, body)
    local token = string.match(body, '"refresh_token": ?"([^"]+)"')
    if token then
      last = last + 1
      tokens[last] = token
    end
  end
  return function()
    local token = tokens[first]
    if first < last then first = first + 1 else exhausted = exhausted + 1 end
    return wrk.format(nil, nil, nil, prefix .. token)
  end
end

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  local plan = dofile(args[1])
  wrk.method = plan.method
  wrk.headers = plan.headers
  wrk.body = plan.body
  if plan.list then request = from_list(lines_of(plan.list)) end
  if plan.proofs then request = proven(lines_of(plan.proofs)) end
  if plan.pool then request = from_pool(plan.prefix, lines_of(plan.pool)) end
end

function done(summary, latency, requests)
  local spent, errors = 0, summary.errors
  for _, thread in ipairs(threads) do spent = spent + thread:get("exhausted") end
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "exhausted": %d, "p50": %d, "p95": %d, "p99": %d}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout, spent,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
