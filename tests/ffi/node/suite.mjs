// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors
// libcxdialer from Node.js with koffi.
import assert from 'node:assert/strict';
import { promisify } from 'node:util';
import { cxd, C, koffi, table, text } from './binding.mjs';

const { CXDIALER_API_BASE_URL: url, CXDIALER_AUTH_CLIENT_ID: id, CXDIALER_AUTH_CLIENT_SECRET: secret } = process.env;

class DialerError extends Error {
  constructor(error) {
    super(cxd.error_message(error));
    this.status = cxd.error_status(error);
    cxd.error_free(error);
  }
}

function call(name, ...args) {
  const error = [null];
  if (cxd[name](...args, error) !== C.OK) throw new DialerError(error[0]);
}

function make(kind, ...args) {
  const out = [null];
  call(`${kind}_new`, ...args, out);
  return out[0];
}

function config() {
  const out = [null];
  cxd.config_new(out);
  call('config_load_env', out[0]);
  return out[0];
}

// What a test makes; all of it is freed when it is over, tables last: C may call them until then.
class Setup {
  constructor() {
    this.releases = [];
    this.config = config();
    this.client = make('client', this.config);
    this.updater = make('updater', this.config, this.client, null);
  }

  register(name, owner, kind, methods) {
    const { filled, release } = table(kind, methods);
    this.releases.push(release);
    call(name, owner, filled);
  }

  free() {
    for (const kind of ['updater', 'client', 'config']) cxd[`${kind}_free`](this[kind]);
    this.releases.forEach((release) => release());
  }
}

async function within(body) {
  const setup = new Setup();
  try {
    return await body(setup);
  } finally {
    setup.free();
  }
}

// koffi takes a number for an address, and C takes a text to end at a zero byte inside of it.
function checkedText(value) {
  if (typeof value !== 'string' || value.includes('\0')) throw new TypeError(`${JSON.stringify(value)} is no text for C`);
  return value;
}

// koffi makes some number of anything, and keeps 64 bits of what is larger.
function int64(value) {
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!whole || BigInt.asIntN(64, BigInt(value)) !== BigInt(value)) throw new RangeError(`${value} is no int64_t`);
  return value;
}

function change(campaign, calls) {
  const edit = make('campaign', checkedText(campaign));
  call('campaign_set_int', edit, '/maxConcurrentCalls', int64(calls));
  return edit;
}

function looked(result, look) {
  try {
    return look(result);
  } finally {
    cxd.result_free(result);
  }
}

function run(verb, { updater }, campaign, calls, look) {
  const [edit, out] = [change(campaign, calls), [null]];
  const status = cxd[`updater_${verb}`](updater, edit, out, null);
  cxd.campaign_free(edit);
  assert.equal(cxd.result_status(out[0]), status);
  return looked(out[0], look);
}

// The same on a thread of koffi's: the event loop goes on, and callbacks run on it.
async function runBeside({ updater }, campaign, calls, look) {
  const [edit, out] = [change(campaign, calls), [null]];
  await promisify(cxd.updater_apply.async)(updater, edit, out, null);
  cxd.campaign_free(edit);
  return looked(out[0], look);
}

const simulator = async (path, options) => (await fetch(url + path, options)).json();
const requests = () => simulator('/_sim/requests');

async function fetchToken() {
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'campaign:write' });
  return simulator('/api/v2/oauth/token', { method: 'POST', headers: { authorization }, body });
}

const checks = {
  version() {
    assert.equal(cxd.version(), '0.1.0');
    assert.equal(cxd.has_feature('batch'), 1);
  },

  config() {
    const settings = config();
    call('config_set', settings, 'update.concurrency', '7');
    assert.equal(cxd.config_get(settings, 'update.concurrency'), '7');
    assert.equal(cxd.config_get(settings, 'auth.client_secret'), '***');
    assert.throws(() => call('config_set', settings, 'api.base_ur1', 'x'), (error) => error.status === C.E_CONFIG && error.message.includes('api.base_url'));
    cxd.config_free(settings);
  },

  validate() {
    const settings = config();
    const validator = make('validator', settings);
    const check = (calls) => {
      const [edit, out] = [change('c1', calls), [null]];
      const status = cxd.validator_check(validator, edit, 0, out, null);
      const pointers = Array.from({ length: cxd.report_count(out[0]) }, (_, i) => cxd.report_pointer(out[0], i));
      cxd.report_free(out[0]);
      cxd.campaign_free(edit);
      return [status, pointers];
    };
    assert.deepEqual(check(501), [C.E_INVALID, ['/maxConcurrentCalls']]);
    assert.deepEqual(check(120), [C.OK, []]);
    cxd.validator_free(validator);
    cxd.config_free(settings);
  },

  plan: () => within(async (setup) => {
    const [outcome, diff] = run('plan', setup, 'c1', 120, (result) => [cxd.result_outcome(result), JSON.parse(cxd.result_diff_json(result))]);
    assert.equal(outcome, C.OUTCOME_PLANNED);
    assert.deepEqual(diff.map(({ path, old, value }) => ({ path, old, value })), [{ path: '/maxConcurrentCalls', old: 150, value: 120 }]);
    assert.deepEqual((await requests()).filter(({ method }) => method === 'PUT'), []);
  }),

  apply: () => within((setup) => {
    const freed = koffi.stats().disposed;
    const document = run('apply', setup, 'c1', 120, (result) => {
      assert.equal(cxd.result_outcome(result), C.OUTCOME_APPLIED);
      assert.deepEqual([cxd.result_previous_concurrent(result), cxd.result_new_concurrent(result)], [150, 120]);
      return JSON.parse(cxd.result_to_json(result));
    });
    assert.deepEqual([document.outcome, document.campaign_id], ['applied', 'c1']);
    assert.equal(koffi.stats().disposed, freed + 1);
  }),

  // fetch() needs the event loop: the provider answers CXD_PENDING, and completes the sink when the token is there.
  token: () => within(async (setup) => {
    const scopes = [];
    const complete = async (sink) => {
      const { access_token: token, expires_in: seconds } = await fetchToken();
      cxd.token_sink_accept(sink, token, token.length, seconds);
    };
    setup.register('client_set_token_provider', setup.client, 'token_provider', {
      fetch(_, request, sink) {
        scopes.push(cxd.token_request_scope(request));
        complete(sink).catch((problem) => cxd.token_sink_fail(sink, 0, String(problem)));
        return C.PENDING;
      },
    });
    assert.equal(await runBeside(setup, 'c2', 110, cxd.result_outcome), C.OUTCOME_APPLIED);
    assert.deepEqual(scopes, ['campaign:write']);
  }),

  callback: () => within((setup) => {
    const [seen, lines] = [[], []];
    setup.register('updater_add_callback', setup.updater, 'callback', {
      on_result(_, result) {
        seen.push([cxd.result_campaign_id(result), cxd.result_new_concurrent(result)]);
        return C.ACCEPTED;
      },
    });
    setup.register('client_set_log', setup.client, 'log', { write: (_, level, line, size) => lines.push(text(line, size)) });
    assert.equal(run('apply', setup, 'c7', 130, cxd.result_callback_status), C.OK);
    assert.deepEqual(seen, [['c7', 130]]);
    assert(lines.some((line) => line.includes('c7')), lines.join('\n'));
  }),

  batch: () => within(async (setup) => {
    let progress;
    setup.register('updater_add_callback', setup.updater, 'callback', {
      on_progress(_, done, total) {
        progress = [Number(done), Number(total)];
        return C.ACCEPTED;
      },
    });
    const watched = make('batch', setup.updater);
    for (const campaign of ['c3', 'c4', 'c5']) {
      const edit = change(campaign, 140);
      call('batch_add', watched, edit);
      cxd.campaign_free(edit);
    }
    await new Promise((resolve, reject) => { drive(watched, (status, error) => (status === C.OK ? resolve() : reject(new DialerError(error)))); });
    assert.deepEqual([0, 1, 2].map((i) => cxd.result_outcome(cxd.batch_result(watched, i))), Array(3).fill(C.OUTCOME_APPLIED));
    assert.deepEqual(progress, [3, 3]);
    cxd.batch_free(watched);
    assert.deepEqual(await eventsOf(setup, ['c6', 'c8']), [[0, C.OUTCOME_APPLIED], [1, C.OUTCOME_APPLIED]]);
  }),

  error: () => within((setup) => {
    const seen = run('apply', setup, 'nobody', 120, (result) => {
      const error = cxd.result_error(result);
      assert.notEqual(cxd.error_message(error), '');
      assert.notEqual(cxd.error_request_id(error), '');
      return [cxd.result_outcome(result), cxd.error_status(error), cxd.error_http_status(error)];
    });
    assert.deepEqual(seen, [C.OUTCOME_NOT_APPLIED, C.E_NOT_FOUND, 404]);
  }),

  // C gets a 0 for what throws. koffi throws it again, out of the call: the update was made all the same, but its result is lost. Out of a call
  // beside the loop it is uncaught, and ends a process that does not watch for that. A method that catches by itself leaves all in order.
  exception: () => within(async (setup) => {
    const bug = () => { throw new Error('the callback has a bug'); };
    let method = bug;
    setup.register('updater_add_callback', setup.updater, 'callback', { on_result: (...args) => method(...args) });
    assert.throws(() => run('apply', setup, 'c7', 120, ended), /the callback has a bug/);
    assert.equal(JSON.parse(cxd.client_stats_json(setup.client)).updates.applied, 1);
    const uncaught = new Promise((resolve) => { process.once('uncaughtException', resolve); });
    assert.deepEqual(await runBeside(setup, 'c7', 121, ended), [C.OUTCOME_APPLIED, C.E_CALLBACK]);
    assert.equal((await uncaught).message, 'the callback has a bug');
    method = guarded(bug);
    assert.deepEqual(run('apply', setup, 'c7', 122, ended), [C.OUTCOME_APPLIED, C.E_CALLBACK]);
  }),

  // The loop turns while an update hangs at the server, and ends it: a blocking call would never get there.
  event_loop: () => within(async (setup) => {
    await simulator('/_sim/faults', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(['GET:1:delay=120000']) });
    const before = (await requests()).length;
    const over = runBeside(setup, 'c7', 119, cxd.result_status);
    while (!(await requests()).slice(before).some(({ method }) => method === 'GET'));
    cxd.updater_cancel(setup.updater);
    assert.equal(await over, C.E_CANCELLED);
  }),

  // Somebody else's error ends a call that has callbacks, instead of a process that never ends.
  uncaught: () => within(async (setup) => {
    const { updater } = setup;
    setup.register('updater_add_callback', updater, 'callback', { on_result: guarded(() => C.ACCEPTED) });
    process.on('uncaughtException', (problem) => {
      console.error(problem);
      process.exitCode = 1;
      cxd.updater_cancel(updater);
    });
    await simulator('/_sim/faults', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(['GET:1:delay=120000']) });
    const before = (await requests()).length;
    const over = runBeside(setup, 'c7', 109, cxd.result_status);
    while (!(await requests()).slice(before).some(({ method }) => method === 'GET'));
    setTimeout(() => { throw new Error('a bug elsewhere'); });
    assert.equal(await over, C.E_CANCELLED);
    assert.equal(process.exitCode, 1);
    process.removeAllListeners('uncaughtException');
  }),

  // What koffi does not take for a number would be thrown after the method's own catch: the guard answers 0 for it.
  answers: () => within(async (setup) => {
    let method;
    setup.register('updater_add_callback', setup.updater, 'callback', { on_result: guarded((...args) => method(...args)) });
    for (const [i, answer] of [undefined, true, 'yes', Promise.resolve(C.ACCEPTED)].entries()) {
      method = () => answer;
      assert.deepEqual(run('apply', setup, 'c7', 110 + i, ended), [C.OUTCOME_APPLIED, C.E_CALLBACK]);
    }
    method = () => C.ACCEPTED;
    assert.deepEqual(await runBeside(setup, 'c7', 115, ended), [C.OUTCOME_APPLIED, C.OK]);
  }),

  // What koffi lets through, and the helpers do not.
  conversions() {
    const [edit, value] = [make('campaign', 'c2\0-staging'), [0]];
    assert.equal(cxd.campaign_id(edit), 'c2');
    for (const [given, taken] of [[2n ** 64n + 120n, 120], [NaN, 0], [1.5, 1], [2n ** 53n + 1n, 2n ** 53n + 1n]]) {
      call('campaign_set_int', edit, '/maxConcurrentCalls', given);
      call('campaign_get_int', edit, '/maxConcurrentCalls', value);
      assert.equal(value[0], taken);
    }
    cxd.campaign_free(edit);
    for (const wrong of ['c2\0-staging', 12345, undefined]) assert.throws(() => checkedText(wrong), TypeError);
    for (const wrong of [2n ** 63n, -(2n ** 63n) - 1n, 2 ** 53, NaN, 1.5, '120']) assert.throws(() => int64(wrong), RangeError);
    assert.deepEqual([120, 2n ** 63n - 1n].map(int64), [120, 2n ** 63n - 1n]);
  },

  // Without credentials a batch cannot begin, and has no descriptor: koffi would end the process for -1.
  no_descriptor: () => within(async (setup) => {
    const settings = config();
    call('config_set', settings, 'auth.client_id', '');
    const client = make('client', settings);
    const updater = make('updater', settings, client, null);
    const [batch, edit] = [make('batch', updater), change('c7', 118)];
    call('batch_add', batch, edit);
    assert.equal(cxd.batch_fd(batch), -1);
    drive(batch, (status, error) => {
      assert.equal(status, C.E_CONFIG);
      cxd.error_free(error);
    });
    for (const [kind, handle] of Object.entries({ campaign: edit, batch, updater, client, config: settings })) cxd[`${kind}_free`](handle);
  }),
};

const ended = (result) => [cxd.result_outcome(result), cxd.result_callback_status(result)];

// Nothing is thrown into C, and it is told a number: whatever the method gives back.
function guarded(method) {
  return (...args) => {
    try {
      const answer = method(...args);
      return [C.ACCEPTED, C.PENDING].includes(answer) ? answer : 0;
    } catch {
      return 0;
    }
  };
}

// The loop of libuv watches the batch; a timer stands in for what is due without the network.
function drive(batch, done) {
  const fd = cxd.batch_fd(batch);
  if (fd < 0) { // there is nothing to watch: process says why
    const error = [null];
    return done(cxd.batch_process(batch, null, error), error[0]);
  }
  const watch = koffi.node.poll(fd, { readable: true }, step);
  let timer;
  function step() {
    const [remaining, error] = [[0], [null]];
    const status = cxd.batch_process(batch, remaining, error);
    clearTimeout(timer);
    if (status !== 0 || remaining[0] === 0) {
      watch.close();
      return done(status, error[0]);
    }
    const wait = Number(cxd.batch_timeout_ms(batch));
    if (wait >= 0) timer = setTimeout(step, wait);
  }
  step();
}

// Events on a thread of koffi's: no descriptor, no timer, and the loop is free.
async function eventsOf({ updater }, campaigns) {
  const [batch, event, seen, next] = [make('batch', updater), [null], [], promisify(cxd.batch_next_event.async)];
  for (const campaign of campaigns) {
    const json = JSON.stringify({ id: campaign, maxConcurrentCalls: 145 });
    call('batch_add_json', batch, json, Buffer.byteLength(json));
  }
  let kind;
  while (kind !== C.EVENT_DONE) {
    assert.equal(await next(batch, -1, event, null), C.OK);
    kind = cxd.event_kind(event[0]);
    if (kind === C.EVENT_RESULT) seen.push([Number(cxd.event_item(event[0])), cxd.result_outcome(cxd.event_result(event[0]))]);
  }
  cxd.batch_free(batch);
  return seen.sort();
}

async function main() {
  let [number, failed] = [0, 0];
  for (const [name, check] of Object.entries(checks)) {
    number++;
    try {
      await check();
      console.log(`ok ${number} - ${name}`);
    } catch (problem) {
      failed++;
      console.error(problem);
      console.log(`not ok ${number} - ${name}: ${String(problem).replaceAll(/\s+/g, ' ')}`);
    }
  }
  console.log(`1..${number}`);
  process.exitCode = failed ? 1 : 0;
}

await main();
