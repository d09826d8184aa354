# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# frozen_string_literal: true

# The library from Ruby with the gem ffi: what is declared by hand, and the few lines around it that a program wants to have.
require "ffi"

module Lib
  extend FFI::Library
  ffi_lib ENV.fetch("LIBCXDIALER")

  P, S, I32, I64, SIZE = :pointer, :string, :int32, :int64, :size_t

  # A returned char * of the caller's is a pointer: :string would make text of it and lose what is to be freed.
  FUNCTIONS = {
    S => {version: [], config_get: [P, S], status_name: [I32], error_message: [P], error_request_id: [P], report_pointer: [P, SIZE],
          report_message: [P, SIZE], result_diff_json: [P], result_campaign_id: [P], result_outcome_name: [P], token_request_scope: [P]},
    I32 => {has_feature: [S], config_new: [P], config_load_env: [P, P], config_set: [P, S, S, P], campaign_new: [S, P, P],
            campaign_set_int: [P, S, I64, P], campaign_get_int: [P, S, P, P], campaign_set_string: [P, S, S, P], campaign_get_string: [P, S, P, P],
            client_new: [P, P, P], client_set_token_provider: [P, P, P], client_set_log: [P, P, P], client_use_token_events: [P, P],
            validator_new: [P, P, P], validator_add_rule: [P, P, P], validator_check: [P, P, I64, P, P], report_add: [P, I32, S, S, S],
            updater_new: [P, P, P, P, P], updater_add_callback: [P, P, P], updater_set_audit_logger: [P, P, P], updater_plan: [P, P, P, P],
            result_outcome: [P], result_status: [P], result_callback_status: [P], error_status: [P], error_http_status: [P], batch_new: [P, P, P],
            batch_add: [P, P, P], batch_add_json: [P, S, SIZE, P], batch_fd: [P], batch_process: [P, P, P], event_kind: [P],
            token_sink_accept: [P, S, SIZE, I64]},
    I64 => {batch_timeout_ms: [P], result_previous_concurrent: [P], result_new_concurrent: [P]},
    SIZE => {report_count: [P], event_item: [P], event_total: [P]},
    P => {campaign_to_json: [P], result_to_json: [P], result_report: [P], result_error: [P], batch_result: [P, SIZE], event_result: [P],
          event_token_request: [P], event_token_sink: [P]},
    :void => {string_free: [P], updater_cancel: [P], error_free: [P], config_free: [P], campaign_free: [P], client_free: [P], validator_free: [P],
              report_free: [P], updater_free: [P], result_free: [P], batch_free: [P]}
  }
  FUNCTIONS.each { |result, functions| functions.each { |name, arguments| attach_function name, "cxd_#{name}", arguments, result } }

  # These wait for the server: other threads of Ruby run meanwhile.
  WAITING = {I32 => {updater_apply: [P, P, P, P], batch_next_event: [P, I64, P, P]}}
  WAITING.each { |result, functions| functions.each { |name, arguments| attach_function name, "cxd_#{name}", arguments, result, blocking: true } }

  OK, E_ARGUMENT, E_FORKED, E_CONFIG, E_INVALID, E_CANCELLED, E_NOT_FOUND, E_CALLBACK, E_RULE = 0, 1000, 1040, 1060, 3000, 4030, 5020, 6020, 6030
  PLANNED, APPLIED, NOT_APPLIED = 1, 3, 7
  EVENT_RESULT, EVENT_TOKEN, EVENT_DONE = 1, 2, 4
  ACCEPTED = 0x43584431

  # Tables: all their members in the order of the header; those that are not used are pointers that stay NULL.
  class TokenProvider < FFI::Struct
    layout :size, :size_t, :user_data, :pointer, :destroy, callback([:pointer], :void), :fetch, callback([:pointer, :pointer, :pointer], :int32)
  end

  class AuditLogger < FFI::Struct
    layout :size, :size_t, :user_data, :pointer, :destroy, callback([:pointer], :void), :append, callback([:pointer, :pointer, :size_t], :int32),
           :sync, callback([:pointer], :int32)
  end

  class Callback < FFI::Struct
    layout :size, :size_t, :user_data, :pointer, :destroy, callback([:pointer], :void), :on_result, callback([:pointer, :pointer], :int32),
           :on_progress, callback([:pointer, :size_t, :size_t], :int32), :on_checkpoint, :pointer, :on_sending, :pointer
  end

  class Rule < FFI::Struct
    layout :size, :size_t, :user_data, :pointer, :destroy, callback([:pointer], :void),
           :check, callback([:pointer, :pointer, :pointer, :int64, :pointer], :int32)
  end

  class Log < FFI::Struct
    layout :size, :size_t, :user_data, :pointer, :destroy, callback([:pointer], :void), :write, callback([:pointer, :int32, :pointer, :size_t], :void)
  end
end

# ------------------------------------------------------------ calls and handles

class Problem < StandardError
  attr_reader :status

  def initialize(error)
    @status = Lib.error_status(error)
    super(text(Lib.error_message(error)))
    Lib.error_free(error)
  end
end

# What comes from C is bytes for Ruby until it is told better.
def text(string)
  string&.dup&.force_encoding("UTF-8")
end

# The text of a char * that is ours, which is freed.
def taken(pointer)
  text(pointer.read_string)
ensure
  Lib.string_free(pointer)
end

# A call that may fail: raises what the library says.
def call(name, *arguments)
  error = FFI::MemoryPointer.new(:pointer)
  raise Problem, error.read_pointer unless Lib.public_send(name, *arguments, error) == Lib::OK
end

# Freed by free, or by the collector when nobody refers to it any more.
def owned(kind, out)
  FFI::AutoPointer.new(out.read_pointer, Lib.method("#{kind}_free"))
end

def handle(kind, *arguments)
  out = FFI::MemoryPointer.new(:pointer)
  call("#{kind}_new", *arguments, out)
  owned(kind, out)
end

def new_config(settings = {})
  out = FFI::MemoryPointer.new(:pointer)
  Lib.config_new(out)
  config = owned("config", out)
  call(:config_load_env, config)
  settings.each { |key, value| call(:config_set, config, key, value) }
  config
end

def new_change(campaign, calls)
  change = handle("campaign", campaign)
  call(:campaign_set_int, change, "/maxConcurrentCalls", calls)
  change
end

# Client, validator and updater as the environment says.
class Setup
  attr_reader :config, :client, :validator, :updater

  def initialize(settings = {})
    @config = new_config(settings)
    @client = handle("client", @config)
    @validator = handle("validator", @config)
    @updater = handle("updater", @config, @client, @validator)
  end

  def free
    [@updater, @validator, @client, @config].each(&:free)
  end

  # Plans or applies; what the block returns of the result.
  def run(verb, campaign, calls)
    out, change = FFI::MemoryPointer.new(:pointer), new_change(campaign, calls)
    status = Lib.public_send("updater_#{verb}", @updater, change, out, nil)
    result = owned("result", out)
    raise "the result has another status than the call: #{status}" unless Lib.result_status(result) == status
    yield result
  ensure
    [result, change].each { |one| one&.free }
  end
end

def outcome_and_callbacks(result)
  [Lib.result_outcome(result), Lib.result_callback_status(result)]
end

# ------------------------------------------------------------ tables of callbacks

$kept = {} # number given as user_data -> what C calls, until destroy
$last = 0
FORGET = FFI::Function.new(:void, [:pointer]) { |user_data| $kept.delete(user_data.address) }

def register(name, owner, kind, **methods)
  $last += 1
  table = kind.new
  table[:size], table[:user_data], table[:destroy] = kind.size, FFI::Pointer.new($last), FORGET
  methods.each { |method, body| table[method] = body }
  $kept[$last] = methods.values
  call(name, owner, table)
end

# Says no in place of an exception, which ffi would raise from the call that led here.
def guarded(problems)
  lambda do |*arguments|
    yield(*arguments)
    Lib::ACCEPTED
  rescue StandardError => problem
    problems << problem.message
    0
  end
end
