// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors
// Slows one campaign down: node node.mjs CAMPAIGN. The connection comes from CXDIALER_... variables.
import { promisify } from 'node:util';
import koffi from 'koffi';

const lib = koffi.load(process.env.LIBCXDIALER ?? 'libcxdialer.so.1');
const ACCEPTED = 0x43584431; // CXD_ACCEPTED

// Declarations as in the header; what a call fills in is marked _Out_.
for (const name of ['config', 'client', 'validator', 'updater', 'campaign', 'result', 'error']) koffi.opaque(`cxd_${name}`);
const stringFree = lib.func('void cxd_string_free(void *s)');
koffi.disposable('cxd_text', 'str', stringFree); // a char * that is ours: copied, then freed
const OnResult = koffi.proto('int32_t OnResult(void *user_data, const cxd_result *result)');
const Callback = koffi.struct('cxd_callback', {
  size: 'size_t', user_data: 'void *', destroy: 'void *', on_result: koffi.pointer(OnResult), on_progress: 'void *', on_checkpoint: 'void *', on_sending: 'void *',
});
const cxd = Object.fromEntries([
  'int32_t cxd_config_new(_Out_ cxd_config **out)',
  'int32_t cxd_config_load_env(cxd_config *config, _Out_ cxd_error **error)',
  'int32_t cxd_client_new(const cxd_config *config, _Out_ cxd_client **out, _Out_ cxd_error **error)',
  'int32_t cxd_updater_new(const cxd_config *config, cxd_client *client, cxd_validator *validator, _Out_ cxd_updater **out, _Out_ cxd_error **error)',
  'int32_t cxd_updater_add_callback(cxd_updater *updater, const cxd_callback *callback, _Out_ cxd_error **error)',
  'int32_t cxd_campaign_new(const char *id, _Out_ cxd_campaign **out, _Out_ cxd_error **error)',
  'int32_t cxd_campaign_set_int(cxd_campaign *campaign, const char *pointer, int64_t value, _Out_ cxd_error **error)',
  'int32_t cxd_updater_apply(cxd_updater *updater, const cxd_campaign *campaign, _Out_ cxd_result **out, _Out_ cxd_error **error)',
  'const char *cxd_result_campaign_id(const cxd_result *result)',
  'int64_t cxd_result_previous_concurrent(const cxd_result *result)',
  'int64_t cxd_result_new_concurrent(const cxd_result *result)',
  'int32_t cxd_result_callback_status(const cxd_result *result)',
  'cxd_text cxd_result_to_json(const cxd_result *result)',
  'const char *cxd_status_name(int32_t status)',
  'const char *cxd_error_message(const cxd_error *error)',
  ...['config', 'client', 'updater', 'campaign', 'result', 'error'].map((name) => `void cxd_${name}_free(cxd_${name} *${name})`),
].map((line) => [line.match(/cxd_(\w+)\(/)[1], lib.func(line)]));

function check(status, [error]) {
  if (status === 0) return;
  const message = cxd.error_message(error);
  cxd.error_free(error);
  throw new Error(`${cxd.status_name(status)}: ${message}`);
}

// What C calls throws nothing and gives back a number, also when a return is forgotten.
const guarded = (method) => (...args) => {
  try {
    return method(...args) === ACCEPTED ? ACCEPTED : 0;
  } catch (problem) {
    console.error(problem);
    return 0;
  }
};

const onResult = koffi.register(guarded((_, result) => {
  console.log(`${cxd.result_campaign_id(result)}: ${cxd.result_previous_concurrent(result)} -> ${cxd.result_new_concurrent(result)}`);
  return ACCEPTED;
}), koffi.pointer(OnResult));

const [config, client, updater, change, result, error] = Array.from({ length: 6 }, () => [null]);
try {
  if (!process.argv[2]) throw new Error('usage: node node.mjs CAMPAIGN');
  cxd.config_new(config);
  check(cxd.config_load_env(config[0], error), error);
  check(cxd.client_new(config[0], client, error), error);
  check(cxd.updater_new(config[0], client[0], null, updater, error), error);
  const table = { size: koffi.sizeof(Callback), user_data: null, destroy: null, on_result: onResult, on_progress: null, on_checkpoint: null, on_sending: null };
  check(cxd.updater_add_callback(updater[0], table, error), error);
  check(cxd.campaign_new(process.argv[2], change, error), error);
  check(cxd.campaign_set_int(change[0], '/maxConcurrentCalls', 120, error), error);
  // .async: on a thread of koffi's, so that the event loop goes on; without it the call blocks.
  check(await promisify(cxd.updater_apply.async)(updater[0], change[0], result, error), error);
  console.log(JSON.parse(cxd.result_to_json(result[0])).outcome, 'callback:', cxd.status_name(cxd.result_callback_status(result[0])));
} catch (problem) {
  console.error(problem.message);
  process.exitCode = 1;
} finally {
  for (const [name, [handle]] of Object.entries({ result, campaign: change, updater, client, config })) cxd[`${name}_free`](handle);
  koffi.unregister(onResult);
}
