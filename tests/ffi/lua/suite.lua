-- SPDX-License-Identifier: MIT
-- Copyright (c) 2026 the libcxdialer authors
-- The checks from LuaJIT.
local ffi = require "ffi"
local http = require "socket.http"
local json = require "cjson"
local ltn12 = require "ltn12"
local mime = require "mime"
local socket = require "socket"

local cxd = dofile(arg[0]:match("^(.*/)") .. "binding.lua")
local lib, text, taken, call, handle, free = cxd.lib, cxd.text, cxd.taken, cxd.call, cxd.handle, cxd.free
local new_config, new_change, setup, tear_down, run, register = cxd.new_config, cxd.new_change, cxd.setup, cxd.tear_down, cxd.run, cxd.register
local ACCEPTED = lib.CXD_ACCEPTED

local function equal(got, wanted)
  if got ~= wanted then error(("%s is not %s"):format(tostring(got), tostring(wanted)), 2) end
end

local function outcome_and_callbacks(result)
  return lib.cxd_result_outcome(result), lib.cxd_result_callback_status(result)
end

-- ------------------------------------------------------------ the simulator

local function request(path, body, headers)
  local pieces = {}
  local done, status = http.request {
    url = os.getenv("CXDIALER_API_BASE_URL") .. path, method = body and "POST" or "GET", source = body and ltn12.source.string(body),
    headers = headers, sink = ltn12.sink.table(pieces)}
  assert(done and status == 200, status)
  return json.decode(table.concat(pieces))
end

local function fetch_token()
  local body = "grant_type=client_credentials&scope=campaign:write"
  local pair = mime.b64(os.getenv("CXDIALER_AUTH_CLIENT_ID") .. ":" .. os.getenv("CXDIALER_AUTH_CLIENT_SECRET"))
  local answer = request("/api/v2/oauth/token", body, {
    ["Authorization"] = "Basic " .. pair, ["Content-Type"] = "application/x-www-form-urlencoded", ["Content-Length"] = #body})
  return answer.access_token, answer.expires_in
end

local function puts_of(campaign)
  local count = 0
  for _, seen in ipairs(request("/_sim/requests")) do
    if seen.method == "PUT" and seen.path:sub(-#campaign - 1) == "/" .. campaign then count = count + 1 end
  end
  return count
end

-- ------------------------------------------------------------ checks

local checks = {}
local function check(name, body) table.insert(checks, {name = name, body = body}) end

check("version", function()
  equal(text(lib.cxd_version()), "0.1.0")
  equal(lib.cxd_version_number(), 0x000100)
  equal(lib.cxd_has_feature("batch"), 1)
  equal(lib.cxd_has_feature("telepathy"), 0)
end)

check("config", function()
  local config = new_config()
  call("config_set", config, "update.concurrency", "7")
  equal(text(lib.cxd_config_get(config, "update.concurrency")), "7")
  equal(text(lib.cxd_config_get(config, "auth.client_secret")), "***")
  local taken_it, problem = pcall(call, "config_set", config, "api.base_ur1", "http://127.0.0.1:1")
  equal(taken_it, false)
  equal(problem.status, lib.CXD_E_CONFIG)
  assert(problem.message:find("api.base_url", 1, true), problem.message)
  free("config", config)
end)

-- Status, number of findings, and the pointers of all
local function findings(validator, campaign, calls)
  local out, change = ffi.new("cxd_report *[1]"), new_change(campaign, calls)
  local status = lib.cxd_validator_check(validator, change, 0, out, nil)
  local report, pointers = ffi.gc(out[0], lib.cxd_report_free), {}
  for i = 0, tonumber(lib.cxd_report_count(report)) - 1 do table.insert(pointers, text(lib.cxd_report_pointer(report, i))) end
  free("report", report)
  free("campaign", change)
  return status, pointers
end
jit.off(findings)

check("validate", function()
  local config = new_config()
  local validator = handle("validator", config)
  local status, pointers = findings(validator, "c1", 501)
  equal(status, lib.CXD_E_INVALID)
  equal(table.concat(pointers, " "), "/maxConcurrentCalls")
  status, pointers = findings(validator, "c1", 120)
  equal(status, lib.CXD_OK)
  equal(#pointers, 0)
end)

check("plan", function()
  local self = setup()
  local outcome, diff = run(self, "plan", "c1", 120, function(result)
    return lib.cxd_result_outcome(result), json.decode(text(lib.cxd_result_diff_json(result)))
  end)
  equal(outcome, lib.CXD_OUTCOME_PLANNED)
  equal(#diff, 1)
  equal(diff[1].path, "/maxConcurrentCalls")
  equal(diff[1].old, 150)
  equal(diff[1].value, 120)
  equal(puts_of("c1"), 0)
  tear_down(self)
end)

check("apply", function()
  local self = setup()
  local document = run(self, "apply", "c1", 120, function(result)
    equal(lib.cxd_result_outcome(result), lib.CXD_OUTCOME_APPLIED)
    equal(lib.cxd_result_previous_concurrent(result), 150LL)
    equal(lib.cxd_result_new_concurrent(result), 120LL)
    return json.decode(taken(lib.cxd_result_to_json(result)))
  end)
  equal(document.outcome, "applied")
  equal(document.campaign_id, "c1")
  equal(puts_of("c1"), 1)
  tear_down(self)
end)

check("token", function()
  local self, scopes = setup(), {}
  register("client_set_token_provider", self.client, "token_provider", {fetch = function(asked, sink)
    table.insert(scopes, text(lib.cxd_token_request_scope(asked)))
    local token, seconds = fetch_token()
    equal(lib.cxd_token_sink_accept(sink, token, #token, seconds), lib.CXD_OK)
    return ACCEPTED
  end})
  equal(run(self, "apply", "c2", 110, outcome_and_callbacks), lib.CXD_OUTCOME_APPLIED)
  equal(table.concat(scopes, " "), "campaign:write")
  tear_down(self)
  equal(next(cxd.kept), nil)
end)

check("callback", function()
  local self, seen, lines = setup(), {}, {}
  register("updater_add_callback", self.updater, "callback", {on_result = function(result)
    collectgarbage()
    table.insert(seen, text(lib.cxd_result_campaign_id(result)) .. " " .. tonumber(lib.cxd_result_new_concurrent(result)))
    return ACCEPTED
  end})
  register("client_set_log", self.client, "log", {write = function(_, line, size) table.insert(lines, ffi.string(line, size)) end})
  local outcome, callbacks = run(self, "apply", "c7", 130, outcome_and_callbacks)
  equal(outcome, lib.CXD_OUTCOME_APPLIED)
  equal(callbacks, lib.CXD_OK)
  equal(table.concat(seen, ","), "c7 130")
  assert(table.concat(lines, "\n"):find("c7", 1, true), "no line of the log names the campaign")
  tear_down(self)
  equal(next(cxd.kept), nil)
end)

-- What LuaSocket's select waits for: any object with a descriptor
local function waitable(descriptor)
  return {getfd = function() return descriptor end, dirty = function() return false end}
end

local function poll(batch)
  local remaining, descriptor = ffi.new("int32_t[1]", -1), waitable(lib.cxd_batch_fd(batch))
  while remaining[0] ~= 0 do
    local milliseconds = tonumber(lib.cxd_batch_timeout_ms(batch))
    socket.select({descriptor}, nil, milliseconds >= 0 and milliseconds / 1000 or nil)
    call("batch_process", batch, remaining)
  end
end

check("batch", function()
  local self, numbers = setup(), {}
  register("updater_add_callback", self.updater, "callback", {on_progress = function(done, total)
    table.insert(numbers, tonumber(done) .. "/" .. tonumber(total))
    return ACCEPTED
  end})
  local batch = handle("batch", self.updater)
  for _, campaign in ipairs {"c3", "c4", "c5"} do
    local change = new_change(campaign, 140)
    call("batch_add", batch, change)
    free("campaign", change)
  end
  poll(batch)
  equal(numbers[#numbers], "3/3")
  for i = 0, 2 do equal(lib.cxd_result_outcome(lib.cxd_batch_result(batch, i)), lib.CXD_OUTCOME_APPLIED) end
  free("batch", batch)
  tear_down(self)

  -- without any function that C calls: results and the wish for a token come as events
  self = setup()
  call("client_use_token_events", self.client)
  batch = handle("batch", self.updater)
  for _, campaign in ipairs {"c6", "c8"} do
    local item = json.encode {id = campaign, maxConcurrentCalls = 145}
    call("batch_add_json", batch, item, #item)
  end
  local event, ended, tokens = ffi.new("const cxd_event *[1]"), {}, 0
  repeat
    call("batch_next_event", batch, -1, event)
    local kind = lib.cxd_event_kind(event[0])
    if kind == lib.CXD_EVENT_TOKEN then
      local token, seconds = fetch_token()
      equal(lib.cxd_token_sink_accept(lib.cxd_event_token_sink(event[0]), token, #token, seconds), lib.CXD_OK)
      tokens = tokens + 1
    elseif kind == lib.CXD_EVENT_RESULT then
      local result = lib.cxd_event_result(event[0])
      ended[tonumber(lib.cxd_event_item(event[0]))] = text(lib.cxd_result_campaign_id(result)) .. " " .. text(lib.cxd_result_outcome_name(result))
    end
  until kind == lib.CXD_EVENT_DONE
  equal(tokens, 1)
  equal(ended[0], "c6 applied")
  equal(ended[1], "c8 applied")
  equal(lib.cxd_event_total(event[0]), 2ULL)
  free("batch", batch)
  tear_down(self)
end)

check("error", function()
  local self = setup()
  run(self, "apply", "nobody", 120, function(result)
    local problem = lib.cxd_result_error(result)
    equal(lib.cxd_result_outcome(result), lib.CXD_OUTCOME_NOT_APPLIED)
    equal(lib.cxd_error_status(problem), lib.CXD_E_NOT_FOUND)
    equal(lib.cxd_error_http_status(problem), 404)
    assert(#text(lib.cxd_error_message(problem)) > 0 and #text(lib.cxd_error_request_id(problem)) > 0)
  end)
  tear_down(self)
end)

check("exception", function()
  for _, case in ipairs {
    {calls = 121, on_result = function() error("the callback has a bug", 0) end, problem = "the callback has a bug"},
    {calls = 122, on_result = function() return "yes" end},
    {calls = 123, on_result = function() end},
  } do
    local self = setup()
    register("updater_add_callback", self.updater, "callback", {on_result = case.on_result})
    local outcome, callbacks = run(self, "apply", "c7", case.calls, outcome_and_callbacks)
    equal(outcome, lib.CXD_OUTCOME_APPLIED)
    equal(callbacks, lib.CXD_E_CALLBACK)
    equal(table.remove(cxd.problems), case.problem)
    tear_down(self)
  end
end)

-- A rule that refuses, by error too, and one that adds a finding of its own with a 64-bit instant
check("rule", function()
  local self, at = setup(), nil
  register("validator_add_rule", self.validator, "rule", {check = function(change, merged, at_unix_ms, report)
    at = at_unix_ms
    local out = ffi.new("int64_t[1]")
    call("campaign_get_int", change, "/maxConcurrentCalls", out)
    if out[0] > 140 then lib.cxd_report_add(report, lib.CXD_SEVERITY_ERROR, "acme.night", "/maxConcurrentCalls", "Nachtschicht: höchstens 140 Anrufe") end
    if out[0] == 77 then error("the rule has a bug") end
    return ACCEPTED
  end})
  local function refused(result)
    local report = lib.cxd_result_report(result)
    return lib.cxd_result_status(result), lib.cxd_report_count(report) > 0 and text(lib.cxd_report_message(report, 0))
  end
  local status, message = run(self, "plan", "c7", 141, refused)
  equal(status, lib.CXD_E_INVALID)
  equal(message, "Nachtschicht: höchstens 140 Anrufe")
  assert(ffi.istype("int64_t", at) and at > 1700000000000LL, tostring(at))
  equal((run(self, "plan", "c7", 77, refused)), lib.CXD_E_RULE)
  equal((run(self, "plan", "c7", 120, refused)), lib.CXD_OK)
  tear_down(self)
  equal(next(cxd.kept), nil)
end)

check("logger", function()
  local self, records, syncs = setup(), {}, 0
  register("updater_set_audit_logger", self.updater, "audit_logger", {
    append = function(record, size) table.insert(records, json.decode(ffi.string(record, size))) return ACCEPTED end,
    sync = function() syncs = syncs + 1 return ACCEPTED end})
  equal(run(self, "apply", "c7", 124, outcome_and_callbacks), lib.CXD_OUTCOME_APPLIED)
  assert(#records >= 2 and syncs >= 2, #records .. " records, " .. syncs .. " syncs")
  equal(records[#records].campaign, "c7")
  tear_down(self)
end)

check("integers", function()
  local change, out = handle("campaign", "c1"), ffi.new("int64_t[1]")
  for _, value in ipairs {9007199254740993LL, -9223372036854775807LL - 1LL, 9223372036854775807LL} do
    call("campaign_set_int", change, "/custom/big", value)
    call("campaign_get_int", change, "/custom/big", out)
    equal(out[0], value)
  end
  assert(taken(lib.cxd_campaign_to_json(change)):find("9223372036854775807", 1, true))
  free("campaign", change)
end)

check("text", function()
  local change, out = handle("campaign", "c1"), ffi.new("const char *[1]")
  for _, name in ipairs {"Größe – 電話 ☎ 𝄞", "line\nbreak \"quoted\" \\", ""} do
    call("campaign_set_string", change, "/name", name)
    call("campaign_get_string", change, "/name", out)
    equal(text(out[0]), name)
    equal(json.decode(taken(lib.cxd_campaign_to_json(change))).name, name)
  end
  local taken_it, problem = pcall(call, "campaign_set_string", change, "/name", "\255")
  equal(taken_it, false)
  equal(problem.status, lib.CXD_E_ARGUMENT)
  free("campaign", change)
end)

local function resident_kib()
  local file = assert(io.open("/proc/self/statm"))
  local pages = file:read("*a"):match("%d+ (%d+)")
  file:close()
  return tonumber(pages) * 4
end

-- Compiled code, callbacks and the collector at once; and nothing is left behind.
check("many", function()
  local self, lines = setup {["audit.mode"] = "off"}, 0
  register("client_set_log", self.client, "log", {write = function() lines = lines + 1 end})
  local function plans(count)
    for i = 1, count do
      local document = run(self, "plan", "c1", 100 + i % 19, function(result) return taken(lib.cxd_result_to_json(result)) end)
      assert(document:find('"outcome":"planned"', 1, true), document)
      for n = 1, 10 do
        call("config_set", self.config, "update.concurrency", tostring(n))
        equal(text(lib.cxd_config_get(self.config, "update.concurrency")), tostring(n))
        equal((pcall(call, "config_set", self.config, "update.concurrency", "0")), false)
      end
      if i % 100 == 0 then collectgarbage() end
    end
    collectgarbage()
    return resident_kib()
  end
  local before = plans(300)
  local growth = plans(1000) - before
  assert(growth < 400, "1,000 plans made the process " .. growth .. " KiB larger")
  assert(lines >= 1300, lines .. " lines were logged")
  tear_down(self)
end)

-- What was compiled while it did not call back must not be run when it does ("bad callback", and the process is gone): jit.off.
check("compiled", function()
  local config = new_config()
  local validator, change, called, out = handle("validator", config), new_change("c1", 120), 0, ffi.new("cxd_report *[1]")
  local function loop(count)
    for _ = 1, count do
      lib.cxd_validator_check(validator, change, 0, out, nil)
      lib.cxd_report_free(out[0])
    end
  end
  jit.off(loop)
  loop(1000)
  register("validator_add_rule", validator, "rule", {check = function()
    called = called + 1
    return ACCEPTED
  end})
  loop(1000)
  equal(called, 1000)
  free("validator", validator)
end)

-- Nobody refers to the handles any more: the collector frees them in an order of its own, and with the last the methods go.
check("lifetime", function()
  local function use_and_forget()
    local self, calls = setup(), 0
    register("updater_add_callback", self.updater, "callback", {on_result = function()
      calls = calls + 1
      return ACCEPTED
    end})
    collectgarbage()
    collectgarbage()
    local _, callbacks = run(self, "apply", "c7", 125, outcome_and_callbacks)
    equal(callbacks, lib.CXD_OK)
    equal(calls, 1)
  end
  use_and_forget()
  assert(next(cxd.kept), "the methods are gone before the updater")
  for _ = 1, 3 do collectgarbage() end
  equal(next(cxd.kept), nil)
end)

local failed = 0
for number, one in ipairs(checks) do
  local passed, problem = xpcall(one.body, function(what) return type(what) == "string" and debug.traceback(what, 2) or tostring(what) end)
  if passed then
    print(("ok %d - %s"):format(number, one.name))
  else
    failed = failed + 1
    io.stderr:write(problem, "\n")
    print(("not ok %d - %s: %s"):format(number, one.name, problem:match("[^\n]*")))
  end
  io.stdout:flush()
end
print("1.." .. #checks)
os.exit(failed == 0 and 0 or 1, true)
