# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# Slows one campaign down: ruby ruby.rb CAMPAIGN. The connection comes from CXDIALER_... variables.
require "ffi"

module Lib
  extend FFI::Library
  ffi_lib [ENV["LIBCXDIALER"], "libcxdialer.so.1"].compact
  P, S, I32, I64 = :pointer, :string, :int32, :int64
  {config_new: [I32, P], config_load_env: [I32, P, P], client_new: [I32, P, P, P], updater_new: [I32, P, P, P, P, P],
   updater_add_callback: [I32, P, P, P], campaign_new: [I32, S, P, P], campaign_set_int: [I32, P, S, I64, P], result_campaign_id: [S, P],
   result_outcome_name: [S, P], result_previous_concurrent: [I64, P], result_new_concurrent: [I64, P], result_to_json: [P, P],
   status_name: [S, I32], error_message: [S, P], error_free: [:void, P], string_free: [:void, P], config_free: [:void, P], client_free: [:void, P],
   updater_free: [:void, P], campaign_free: [:void, P], result_free: [:void, P]}.each do |name, (result, *arguments)|
    attach_function name, "cxd_#{name}", arguments, result
  end
  attach_function :updater_apply, :cxd_updater_apply, [P, P, P, P], I32, blocking: true # other threads run meanwhile
  ACCEPTED = 0x43584431

  class Callback < FFI::Struct
    layout :size, :size_t, :user_data, :pointer, :destroy, :pointer, :on_result, callback(%i[pointer pointer], :int32),
           :on_progress, :pointer, :on_checkpoint, :pointer, :on_sending, :pointer
  end
end

DialerError = Class.new(StandardError)

# A call that may fail: raises "CXD_E_...: what happened".
def call(name, *arguments)
  error = FFI::MemoryPointer.new(:pointer)
  status = Lib.public_send(name, *arguments, error)
  return if status.zero?
  message = "#{Lib.status_name(status)}: #{Lib.error_message(error.read_pointer).force_encoding("UTF-8")}"
  Lib.error_free(error.read_pointer)
  raise DialerError, message
end

# What is made is freed by the collector, or earlier by its method free.
def owned(kind, out)
  FFI::AutoPointer.new(out.read_pointer, Lib.method("#{kind}_free"))
end

def make(kind, *arguments)
  out = FFI::MemoryPointer.new(:pointer)
  call("#{kind}_new", *arguments, out)
  owned(kind, out)
end

ON_RESULT = lambda do |_, result| # a constant: it must live as long as C may call it
  puts "#{Lib.result_campaign_id(result)}: #{Lib.result_previous_concurrent(result)} -> #{Lib.result_new_concurrent(result)} concurrent calls"
  Lib::ACCEPTED
rescue StandardError => problem
  warn "callback: #{problem.message}"
  0
end

begin
  out = FFI::MemoryPointer.new(:pointer)
  Lib.config_new(out)
  config = owned("config", out)
  call(:config_load_env, config)
  updater = make("updater", config, make("client", config), nil)
  table = Lib::Callback.new
  table[:size], table[:on_result] = Lib::Callback.size, ON_RESULT
  call(:updater_add_callback, updater, table)
  change = make("campaign", ARGV.fetch(0) { raise IndexError, "usage: ruby ruby.rb CAMPAIGN" })
  call(:campaign_set_int, change, "/maxConcurrentCalls", 120)
  out = FFI::MemoryPointer.new(:pointer)
  begin
    call(:updater_apply, updater, change, out)
  ensure
    result = owned("result", out) # there is a result in failure as well
  end
  text = Lib.result_to_json(result)
  puts text.read_string
  Lib.string_free(text)
rescue DialerError, IndexError => problem
  abort problem.message
end
