# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# frozen_string_literal: true

# The checks from Ruby.
require "json"
require "net/http"
require_relative "binding"
require_relative "header"

# ------------------------------------------------------------ the simulator

def url(path)
  URI(ENV.fetch("CXDIALER_API_BASE_URL") + path)
end

def fetch_token
  post = Net::HTTP::Post.new(url("/api/v2/oauth/token"))
  post.basic_auth(ENV.fetch("CXDIALER_AUTH_CLIENT_ID"), ENV.fetch("CXDIALER_AUTH_CLIENT_SECRET"))
  post.set_form_data("grant_type" => "client_credentials", "scope" => "campaign:write")
  answer = JSON.parse(Net::HTTP.start(post.uri.host, post.uri.port) { |http| http.request(post) }.body)
  [answer.fetch("access_token"), answer.fetch("expires_in")]
end

def requests_seen
  JSON.parse(Net::HTTP.get(url("/_sim/requests")))
end

def puts_of(campaign)
  requests_seen.count { |request| request["method"] == "PUT" && request["path"].end_with?("/#{campaign}") }
end

# ------------------------------------------------------------ checks

def equal(got, wanted)
  raise "#{got.inspect} is not #{wanted.inspect}" unless got == wanted
end

def refused(status)
  yield
rescue Problem => problem
  equal(problem.status, status)
  problem
else
  raise "it was taken"
end

CHECKS = {}
def check(name, &body) = CHECKS[name] = body

check "version" do
  equal(Lib.version, "0.1.0")
  equal(Lib.has_feature("batch"), 1)
  equal(Lib.has_feature("telepathy"), 0)
  equal(Header.faults, [])
end

check "config" do
  config = new_config
  call(:config_set, config, "update.concurrency", "7")
  equal(Lib.config_get(config, "update.concurrency"), "7")
  equal(Lib.config_get(config, "auth.client_secret"), "***")
  problem = refused(Lib::E_CONFIG) { call(:config_set, config, "api.base_ur1", "http://127.0.0.1:1") }
  raise problem unless problem.message.include?("api.base_url")
end

# Status, and the pointers of all findings
def findings(validator, campaign, calls)
  out = FFI::MemoryPointer.new(:pointer)
  status = Lib.validator_check(validator, new_change(campaign, calls), 0, out, nil)
  report = owned("report", out)
  [status, Array.new(Lib.report_count(report)) { |i| Lib.report_pointer(report, i) }]
end

check "validate" do
  validator = handle("validator", new_config)
  equal(findings(validator, "c1", 501), [Lib::E_INVALID, ["/maxConcurrentCalls"]])
  equal(findings(validator, "c1", 120), [Lib::OK, []])
end

check "plan" do
  setup = Setup.new
  outcome, diff = setup.run(:plan, "c1", 120) { |result| [Lib.result_outcome(result), JSON.parse(Lib.result_diff_json(result))] }
  equal(outcome, Lib::PLANNED)
  equal(diff.map { |entry| entry.values_at("path", "old", "value") }, [["/maxConcurrentCalls", 150, 120]])
  equal(puts_of("c1"), 0)
  setup.free
end

check "apply" do
  setup = Setup.new
  document = setup.run(:apply, "c1", 120) do |result|
    equal(Lib.result_outcome(result), Lib::APPLIED)
    equal(Lib.result_previous_concurrent(result), 150)
    equal(Lib.result_new_concurrent(result), 120)
    JSON.parse(taken(Lib.result_to_json(result)))
  end
  equal(document.values_at("outcome", "campaign_id"), %w[applied c1])
  equal(puts_of("c1"), 1)
  setup.free
end

check "token" do
  setup, scopes = Setup.new, []
  fetch = lambda do |_, request, sink|
    scopes << Lib.token_request_scope(request)
    token, seconds = fetch_token
    equal(Lib.token_sink_accept(sink, token, token.bytesize, seconds), Lib::OK)
    Lib::ACCEPTED
  end
  register(:client_set_token_provider, setup.client, Lib::TokenProvider, fetch: fetch)
  equal(setup.run(:apply, "c2", 110) { |result| Lib.result_outcome(result) }, Lib::APPLIED)
  equal(scopes, ["campaign:write"])
  setup.free
  equal($kept, {})
end

check "callback" do
  setup, seen, lines = Setup.new, [], []
  on_result = lambda do |_, result|
    GC.start
    seen << [Lib.result_campaign_id(result), Lib.result_new_concurrent(result)]
    Lib::ACCEPTED
  end
  register(:updater_add_callback, setup.updater, Lib::Callback, on_result: on_result)
  register(:client_set_log, setup.client, Lib::Log, write: ->(_, _, line, size) { lines << text(line.read_string(size)) })
  equal(setup.run(:apply, "c7", 130) { |result| outcome_and_callbacks(result) }, [Lib::APPLIED, Lib::OK])
  equal(seen, [["c7", 130]])
  raise "no line of the log names the campaign" unless lines.join("\n").include?("c7")
  setup.free
  equal($kept, {})
end

# In Ruby's own select. The descriptor is the library's: autoclose must be off.
def poll(batch)
  io = IO.for_fd(Lib.batch_fd(batch), autoclose: false)
  remaining = FFI::MemoryPointer.new(:int32).write_int32(-1)
  until remaining.read_int32.zero?
    milliseconds = Lib.batch_timeout_ms(batch)
    io.wait_readable(milliseconds.negative? ? nil : milliseconds / 1000.0)
    call(:batch_process, batch, remaining)
  end
end

check "batch" do
  setup, numbers = Setup.new, []
  on_progress = lambda do |_, done, total|
    numbers << [done, total]
    Lib::ACCEPTED
  end
  register(:updater_add_callback, setup.updater, Lib::Callback, on_progress: on_progress)
  batch = handle("batch", setup.updater)
  %w[c3 c4 c5].each { |campaign| call(:batch_add, batch, new_change(campaign, 140)) }
  poll(batch)
  equal(numbers.last, [3, 3])
  equal(Array.new(3) { |i| Lib.result_outcome(Lib.batch_result(batch, i)) }, [Lib::APPLIED] * 3)
  batch.free
  setup.free
  equal($kept, {})
  equal(events_of(%w[c6 c8]), {0 => %w[c6 applied], 1 => %w[c8 applied]})
end

def answer_token(event)
  token, seconds = fetch_token
  equal(Lib.token_request_scope(Lib.event_token_request(event)), "campaign:write")
  equal(Lib.token_sink_accept(Lib.event_token_sink(event), token, token.bytesize, seconds), Lib::OK)
end

# Without any function that C calls: results and the wish for a token come as events.
def events_of(campaigns)
  setup, out, ended = Setup.new, FFI::MemoryPointer.new(:pointer), {}
  call(:client_use_token_events, setup.client)
  batch = handle("batch", setup.updater)
  campaigns.map { |campaign| JSON.generate(id: campaign, maxConcurrentCalls: 145) }.each { |item| call(:batch_add_json, batch, item, item.bytesize) }
  loop do
    call(:batch_next_event, batch, -1, out)
    event = out.read_pointer
    case Lib.event_kind(event)
    when Lib::EVENT_TOKEN then answer_token(event)
    when Lib::EVENT_RESULT
      result = Lib.event_result(event)
      ended[Lib.event_item(event)] = [Lib.result_campaign_id(result), Lib.result_outcome_name(result)]
    when Lib::EVENT_DONE
      equal(Lib.event_total(event), campaigns.size)
      return ended
    end
  end
ensure
  batch&.free
  setup.free
end

check "error" do
  setup = Setup.new
  setup.run(:apply, "nobody", 120) do |result|
    error = Lib.result_error(result)
    equal([Lib.result_outcome(result), Lib.error_status(error), Lib.error_http_status(error)], [Lib::NOT_APPLIED, Lib::E_NOT_FOUND, 404])
    equal([Lib.error_message(error), Lib.error_request_id(error)].map(&:empty?), [false, false])
  end
  setup.free
end

check "exception" do
  setup, problems = Setup.new, []
  register(:updater_add_callback, setup.updater, Lib::Callback, on_result: guarded(problems) { raise "the callback has a bug" })
  equal(setup.run(:apply, "c7", 121) { |result| outcome_and_callbacks(result) }, [Lib::APPLIED, Lib::E_CALLBACK])
  equal(problems, ["the callback has a bug"])
  setup.free
end

# ffi holds it back until the library is through with the call, and raises it then: the status is lost, the result is there.
check "unguarded" do
  setup, out = Setup.new, FFI::MemoryPointer.new(:pointer)
  register(:updater_add_callback, setup.updater, Lib::Callback, on_result: ->(*) { raise IndexError, "nobody rescues it" })
  begin
    Lib.updater_apply(setup.updater, new_change("c7", 122), out, nil)
  rescue IndexError => problem
    equal(problem.message, "nobody rescues it")
  else
    raise "the exception is gone"
  end
  result = owned("result", out)
  equal(outcome_and_callbacks(result), [Lib::APPLIED, Lib::E_CALLBACK])
  result.free
  setup.free
  equal($kept, {})
end

def night_rule(instants)
  lambda do |_, change, _, at_unix_ms, report|
    instants << at_unix_ms
    calls = FFI::MemoryPointer.new(:int64)
    call(:campaign_get_int, change, "/maxConcurrentCalls", calls)
    Lib.report_add(report, 2, "acme.night", "/maxConcurrentCalls", "Nachtschicht: höchstens 140 Anrufe") if calls.read_int64 > 140
    calls.read_int64 == 77 ? 0 : Lib::ACCEPTED
  end
end

check "rule" do
  setup, instants = Setup.new, []
  register(:validator_add_rule, setup.validator, Lib::Rule, check: night_rule(instants))
  said = ->(result) { [Lib.result_status(result), text(Lib.report_message(Lib.result_report(result), 0))] }
  equal(setup.run(:plan, "c7", 141, &said), [Lib::E_INVALID, "Nachtschicht: höchstens 140 Anrufe"])
  equal(setup.run(:plan, "c7", 77, &said).first, Lib::E_RULE)
  equal(setup.run(:plan, "c7", 120, &said), [Lib::OK, ""])
  raise "#{instants} are no milliseconds" unless instants.all? { |at| at > 1_700_000_000_000 }
  setup.free
  equal($kept, {})
end

check "logger" do
  setup, records, syncs = Setup.new, [], 0
  append = lambda do |_, record, size|
    records << JSON.parse(text(record.read_string(size)))
    Lib::ACCEPTED
  end
  sync = lambda do |_|
    syncs += 1
    Lib::ACCEPTED
  end
  register(:updater_set_audit_logger, setup.updater, Lib::AuditLogger, append: append, sync: sync)
  equal(setup.run(:apply, "c7", 123) { |result| Lib.result_outcome(result) }, Lib::APPLIED)
  equal(records.last.values_at("campaign", "outcome"), %w[c7 applied])
  raise "#{records.size} records, #{syncs} syncs" unless records.size >= 2 && syncs >= 2
  setup.free
end

check "integers" do
  change, out = handle("campaign", "c1"), FFI::MemoryPointer.new(:int64)
  [2**53 + 1, -2**63, 2**63 - 1].each do |value|
    call(:campaign_set_int, change, "/custom/big", value)
    call(:campaign_get_int, change, "/custom/big", out)
    equal(out.read_int64, value)
  end
  equal(JSON.parse(taken(Lib.campaign_to_json(change)))["custom"], {"big" => 9_223_372_036_854_775_807})
end

check "text" do
  change, out = handle("campaign", "c1"), FFI::MemoryPointer.new(:pointer)
  ["Größe – 電話 ☎ 𝄞", "line\nbreak \"quoted\" \\", ""].each do |name|
    call(:campaign_set_string, change, "/name", name)
    call(:campaign_get_string, change, "/name", out)
    equal(text(out.read_pointer.read_string), name)
    equal(JSON.parse(taken(Lib.campaign_to_json(change)))["name"], name)
  end
  refused(Lib::E_ARGUMENT) { call(:campaign_set_string, change, "/name", "\xff") }
end

def resident_kib
  File.read("/proc/self/statm").split[1].to_i * 4
end

def set_and_get(config, value)
  call(:config_set, config, "update.concurrency", value)
  equal(Lib.config_get(config, "update.concurrency"), value)
  refused(Lib::E_CONFIG) { call(:config_set, config, "update.concurrency", "0") }
end

def plans(setup, count)
  count.times do |i|
    document = setup.run(:plan, "c1", 100 + i % 19) { |result| taken(Lib.result_to_json(result)) }
    raise document unless document.include?('"outcome":"planned"')
    10.times { |n| set_and_get(setup.config, (n + 1).to_s) }
    GC.start if (i % 100).zero?
  end
  GC.start
  resident_kib
end

check "many" do
  setup, lines = Setup.new, 0
  register(:client_set_log, setup.client, Lib::Log, write: ->(*) { lines += 1 })
  before = plans(setup, 300)
  growth = plans(setup, 1000) - before
  raise "1,000 plans made the process #{growth} KiB larger" if growth > 500
  raise "#{lines} lines were logged" if lines < 1300
  setup.free
end

# A call with blocking: true lets other threads run: one sees the request held up at the server, and ends the call.
check "threads" do
  fault = Net::HTTP::Post.new(url("/_sim/faults"), "Content-Type" => "application/json")
  fault.body = JSON.generate(["GET:1:delay=120000"])
  Net::HTTP.start(fault.uri.host, fault.uri.port) { |http| http.request(fault) }
  setup, seen = Setup.new, requests_seen.size
  waiting = Thread.new { setup.run(:apply, "c7", 119) { |result| Lib.result_status(result) } }
  until requests_seen.drop(seen).any? { |request| request["method"] == "GET" }
    raise "the call ended before another thread had its turn" unless waiting.alive?
  end
  Lib.updater_cancel(setup.updater)
  equal(waiting.value, Lib::E_CANCELLED)
  setup.free
end

check "fork" do
  setup, change, out = Setup.new, new_change("c7", 120), FFI::MemoryPointer.new(:pointer)
  child = fork { exit!(Lib.updater_plan(setup.updater, change, out, nil) == Lib::E_FORKED ? 0 : 1) }
  equal(Process.wait2(child).last.exitstatus, 0)
  equal(setup.run(:plan, "c7", 120) { |result| Lib.result_status(result) }, Lib::OK)
  setup.free
end

# In a method of its own: a block keeps all variables around it, and one that is kept until its updater is freed must not keep the updater.
def counting(calls)
  lambda do |*|
    calls << 1
    Lib::ACCEPTED
  end
end

def use_and_forget
  setup, calls = Setup.new, []
  register(:updater_add_callback, setup.updater, Lib::Callback, on_result: counting(calls))
  GC.start
  GC.compact if GC.respond_to?(:compact)
  equal(setup.run(:apply, "c7", 125) { |result| Lib.result_callback_status(result) }, Lib::OK)
  equal(calls.size, 1)
end

# Nobody refers to the handles any more: the collector frees them in an order of its own, and with the last the methods go. It may take
# what is left on the machine's stack for a reference: hence threads, and one of ten may stay.
check "lifetime" do
  10.times { Thread.new { use_and_forget }.join }
  3.times { GC.start }
  raise "#{$kept.size} of 10 registrations are left" if $kept.size > 1
end

failed = 0
CHECKS.each.with_index(1) do |(name, body), number|
  body.call
  puts "ok #{number} - #{name}"
rescue StandardError => problem
  failed += 1
  warn problem.full_message(highlight: false)
  puts "not ok #{number} - #{name}: #{problem.message.lines.first&.chomp}"
ensure
  $stdout.flush
end
puts "1..#{CHECKS.size}"
exit(failed.zero? ? 0 : 1)
