-- SPDX-License-Identifier: MIT
-- Copyright (c) 2026 the libcxdialer authors
-- The library from LuaJIT, and the few lines around it that a program wants to have. Nothing is declared by hand.
local ffi = require "ffi"

local file = assert(io.open(os.getenv("CXDIALER_CDEF"), "rb"))
ffi.cdef(file:read("*a"))
file:close()
local lib = ffi.load(os.getenv("LIBCXDIALER"))

-- ------------------------------------------------------------ calls and handles

local function text(pointer)
  return pointer ~= nil and ffi.string(pointer) or nil
end

-- The text of a char * that is ours, which is freed.
local function taken(pointer)
  local copy = text(pointer)
  lib.cxd_string_free(pointer)
  return copy
end

local function raise(problem)
  local copy = {status = lib.cxd_error_status(problem), message = text(lib.cxd_error_message(problem))}
  lib.cxd_error_free(problem)
  error(setmetatable(copy, {__tostring = function(self) return self.message end}), 0)
end

-- A call that may fail: raises what the library says.
local function call(name, ...)
  local count, arguments, problem = select("#", ...), {...}, ffi.new("cxd_error *[1]")
  arguments[count + 1] = problem
  if lib["cxd_" .. name](unpack(arguments, 1, count + 1)) ~= lib.CXD_OK then raise(problem[0]) end
end
jit.off(call) -- what it calls may call back, which compiled code must not

-- Freed by free(), or by the collector when nobody refers to it any more.
local function handle(kind, ...)
  local count, arguments, out = select("#", ...), {...}, ffi.new("cxd_" .. kind .. " *[1]")
  arguments[count + 1] = out
  call(kind .. "_new", unpack(arguments, 1, count + 1))
  return ffi.gc(out[0], lib["cxd_" .. kind .. "_free"])
end

local function free(kind, pointer)
  lib["cxd_" .. kind .. "_free"](ffi.gc(pointer, nil))
end
jit.off(free)

local function new_config(settings)
  local out = ffi.new("cxd_config *[1]")
  lib.cxd_config_new(out)
  local config = ffi.gc(out[0], lib.cxd_config_free)
  call("config_load_env", config)
  for key, value in pairs(settings or {}) do call("config_set", config, key, value) end
  return config
end

local function new_change(campaign, calls)
  local change = handle("campaign", campaign)
  call("campaign_set_int", change, "/maxConcurrentCalls", calls)
  return change
end

-- Client, validator and updater as the environment says.
local function setup(settings)
  local self = {config = new_config(settings)}
  self.client = handle("client", self.config)
  self.validator = handle("validator", self.config)
  self.updater = handle("updater", self.config, self.client, self.validator)
  return self
end

local function tear_down(self)
  for _, kind in ipairs {"updater", "validator", "client", "config"} do free(kind, self[kind]) end
end

-- Plans or applies; what look returns of the result.
local function run(self, verb, campaign, calls, look)
  local out, change = ffi.new("cxd_result *[1]"), new_change(campaign, calls)
  local status = lib["cxd_updater_" .. verb](self.updater, change, out, nil)
  free("campaign", change)
  local result = ffi.gc(out[0], lib.cxd_result_free)
  assert(lib.cxd_result_status(result) == status, "the result has another status than the call")
  local seen = {look(result)}
  free("result", result)
  return unpack(seen)
end
jit.off(run)

-- ------------------------------------------------------------ tables of callbacks

local kept, problems, last = {}, {}, 0 -- kept: number given as user_data -> the methods, until destroy

local function number_of(user_data)
  return tonumber(ffi.cast("intptr_t", user_data))
end

-- One C function per kind of method for the whole program (there is room for some hundreds); an error, or what is no number, becomes 0.
local function entry(kind, name)
  return ffi.cast(ffi.typeof(ffi.new("struct cxd_" .. kind)[name]), function(user_data, ...)
    local done, answer = pcall(kept[number_of(user_data)][name], ...)
    if not done then table.insert(problems, tostring(answer)) end
    return done and type(answer) == "number" and answer or 0
  end)
end

local entries = {
  fetch = entry("token_provider", "fetch"), append = entry("audit_logger", "append"), sync = entry("audit_logger", "sync"), check = entry("rule", "check"),
  on_result = entry("callback", "on_result"), on_progress = entry("callback", "on_progress"), write = entry("log", "write"),
}
local forget = ffi.cast("void (*)(void *)", function(user_data) kept[number_of(user_data)] = nil end)

local function register(name, owner, kind, methods)
  last = last + 1
  kept[last] = methods
  local plugin = ffi.new("struct cxd_" .. kind)
  plugin.size, plugin.user_data, plugin.destroy = ffi.sizeof(plugin), ffi.cast("void *", last), forget
  for method in pairs(methods) do plugin[method] = entries[method] end
  call(name, owner, plugin)
end

return {
  lib = lib, text = text, taken = taken, call = call, handle = handle, free = free, new_config = new_config, new_change = new_change, setup = setup,
  tear_down = tear_down, run = run, register = register, kept = kept, problems = problems,
}
