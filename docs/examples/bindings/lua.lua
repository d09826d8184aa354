-- SPDX-License-Identifier: MIT
-- Copyright (c) 2026 the libcxdialer authors
-- Slows one campaign down: luajit lua.lua CAMPAIGN. The connection comes from CXDIALER_... variables.
local ffi = require "ffi"

local function fail(words)
  io.stderr:write(words, "\n")
  os.exit(1)
end

local header = os.getenv("CXDIALER_CDEF") or io.popen("pkg-config --variable=cdef cxdialer"):read("*l") or fail("where is the library? Set PKG_CONFIG_PATH")
local file = assert(io.open(header))
ffi.cdef(file:read("*a"))
file:close()
local lib = ffi.load(os.getenv("LIBCXDIALER") or "libcxdialer.so.1")

-- A call that may fail: raises "CXD_E_...: what happened".
local function call(name, ...)
  local count, arguments, slot = select("#", ...), {...}, ffi.new("cxd_error *[1]")
  arguments[count + 1] = slot
  local status = lib["cxd_" .. name](unpack(arguments, 1, count + 1))
  if status ~= lib.CXD_OK then
    local words = ffi.string(lib.cxd_status_name(status)) .. ": " .. ffi.string(lib.cxd_error_message(slot[0]))
    lib.cxd_error_free(slot[0])
    error(words, 0)
  end
end
jit.off(call) -- what it calls may call back, which compiled code must not

-- What is made is freed by the collector, or earlier by free().
local function new(kind, ...)
  local count, arguments, out = select("#", ...), {...}, ffi.new("cxd_" .. kind .. " *[1]")
  arguments[count + 1] = out
  call(kind .. "_new", unpack(arguments, 1, count + 1))
  return ffi.gc(out[0], lib["cxd_" .. kind .. "_free"])
end

-- No error leaves a function that C calls: it would skip the library's own frames.
local function guarded(body)
  return function(...)
    local done, problem = pcall(body, ...)
    if done then return lib.CXD_ACCEPTED end
    io.stderr:write("callback: ", tostring(problem), "\n")
    return 0
  end
end

local on_result = ffi.cast(ffi.typeof(ffi.new("struct cxd_callback").on_result), guarded(function(_, result)
  print(("%s: %s, %d -> %d concurrent calls"):format(ffi.string(lib.cxd_result_campaign_id(result)), ffi.string(lib.cxd_result_outcome_name(result)),
    tonumber(lib.cxd_result_previous_concurrent(result)), tonumber(lib.cxd_result_new_concurrent(result))))
end)) -- in a variable: it must live as long as C may call it

local function slow_down(campaign)
  local made = ffi.new("cxd_config *[1]")
  lib.cxd_config_new(made)
  local config = ffi.gc(made[0], lib.cxd_config_free)
  call("config_load_env", config)
  local client = new("client", config)
  local updater = new("updater", config, client, nil)
  call("updater_add_callback", updater, ffi.new("struct cxd_callback", {size = ffi.sizeof("struct cxd_callback"), on_result = on_result}))
  local change, result = new("campaign", campaign), ffi.new("cxd_result *[1]")
  call("campaign_set_int", change, "/maxConcurrentCalls", 120)
  local done, problem = pcall(call, "updater_apply", updater, change, result)
  local owned = ffi.gc(result[0], lib.cxd_result_free) -- there is a result in failure as well
  if not done then error(problem, 0) end
  local document = lib.cxd_result_to_json(owned)
  print(ffi.string(document))
  lib.cxd_string_free(document)
end

local done, problem = pcall(slow_down, assert(arg[1], "which campaign?"))
if not done then io.stderr:write(tostring(problem), "\n") end
os.exit(done and 0 or 1, true) -- true: the collector frees what is left
