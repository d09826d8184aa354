<?php
// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors
// libcxdialer from PHP through FFI: TAP on standard output.
declare(strict_types=1);

require __DIR__ . '/binding.php';

final class Wrong extends Exception
{
}

set_error_handler(fn (int $level, string $message, string $file, int $line) => throw new ErrorException($message, 0, $level, $file, $line));

function equal(mixed $expected, mixed $found): void
{
    if ($expected !== $found) {
        throw new Wrong('expected ' . json_encode($expected) . ', found ' . json_encode($found));
    }
}

function failure(callable $call): Failure
{
    try {
        $call();
    } catch (Failure $failure) {
        return $failure;
    }
    throw new Wrong('no failure');
}

// ---------------------------------------------------------------- HTTP of PHP's own

function http(string $path, ?string $form = null): mixed
{
    $options = $form === null ? [] : ['method' => 'POST', 'header' => 'Content-Type: application/x-www-form-urlencoded', 'content' => $form];
    return json_decode(file_get_contents(getenv('CXDIALER_API_BASE_URL') . $path, false, stream_context_create(['http' => $options])), true, 32, JSON_THROW_ON_ERROR);
}

function fetched_token(): string
{
    return http('/api/v2/oauth/token', http_build_query([
        'grant_type' => 'client_credentials', 'scope' => 'campaign:write',
        'client_id' => getenv('CXDIALER_AUTH_CLIENT_ID'), 'client_secret' => getenv('CXDIALER_AUTH_CLIENT_SECRET'),
    ]))['access_token'];
}

function puts_to(string $id): int
{
    return count(array_filter(http('/_sim/requests'), fn (array $request) => $request['method'] === 'PUT' && str_ends_with($request['path'], "/$id")));
}

// ---------------------------------------------------------------- the ten checks

function check_version(): void
{
    equal('0.1.0', cxd()->cxd_version());
    equal([1, 0], [cxd()->cxd_has_feature('batch'), cxd()->cxd_has_feature('bathc')]);
}

function check_config(): void
{
    $config = config();
    call('cxd_config_set', $config, 'api.base_url', 'https://api.example.com');
    call('cxd_config_set', $config, 'auth.client_secret', 'a-secret-of-mine');
    equal('https://api.example.com', ask('cxd_config_get', $config, 'api.base_url'));
    equal('***', ask('cxd_config_get', $config, 'auth.client_secret'));
    $failure = failure(fn () => call('cxd_config_set', $config, 'api.base_ur1', 'x'));
    equal(cxd()->CXD_E_CONFIG, $failure->status);
    equal(true, str_contains($failure->getMessage(), 'api.base_url'));
}

/** A report comes also when the verdict is CXD_E_INVALID. */
function findings(Handle $validator, int $calls, int $status): array
{
    $report = new Handle('report');
    equal($status, ask('cxd_validator_check', $validator, change('c1', $calls), 0, $report->out(), null));
    $found = [];
    for ($i = 0; $i < ask('cxd_report_count', $report); $i++) {
        $found[] = [ask('cxd_report_code', $report, $i), ask('cxd_report_pointer', $report, $i), ask('cxd_report_message', $report, $i)];
    }
    return $found;
}

function check_validate(): void
{
    $validator = made('validator', 'cxd_validator_new', config());
    $found = findings($validator, 501, cxd()->CXD_E_INVALID);
    equal(true, in_array('/maxConcurrentCalls', array_column($found, 1), true));
    findings($validator, 120, cxd()->CXD_OK);
}

function check_plan(): void
{
    [, $updater] = connected();
    $result = made('result', 'cxd_updater_plan', $updater, change('c1', 120));
    equal(cxd()->CXD_OUTCOME_PLANNED, ask('cxd_result_outcome', $result));
    $change = json_decode(ask('cxd_result_diff_json', $result), true)[0];
    equal(['/maxConcurrentCalls', 150, 120], [$change['path'], $change['old'], $change['value']]);
    equal([0, 0], [ask('cxd_result_sends', $result), puts_to('c1')]);
}

function check_apply(): void
{
    [, $updater] = connected();
    $result = apply($updater, 'c1', 120);
    equal(cxd()->CXD_OUTCOME_APPLIED, ask('cxd_result_outcome', $result));
    equal([150, 120, 0.85], [ask('cxd_result_previous_concurrent', $result), ask('cxd_result_new_concurrent', $result), ask('cxd_result_pacing_accuracy', $result)]);
    $document = json_decode(taken(ask('cxd_result_to_json', $result)), true);
    equal(['applied', 'c1', 1], [$document['outcome'], $document['campaign_id'], puts_to('c1')]);
}

function check_token(): void
{
    [$client, $updater] = connected();
    [$token, $scopes, $destroyed] = [fetched_token(), [], 0];
    $fetch = function ($user_data, $request, $sink) use ($token, &$scopes): int {
        $scopes[] = cxd()->cxd_token_request_scope($request);
        equal(0, cxd()->cxd_token_sink_accept($sink, $token, strlen($token), 3600));
        return cxd()->CXD_ACCEPTED;
    };
    $destroy = function ($user_data) use (&$destroyed): void {
        $destroyed++;
    };
    call('cxd_client_set_token_provider', $client, FFI::addr(table('token_provider', ['fetch' => $fetch, 'destroy' => $destroy])));
    equal(['applied', 'applied'], array_map(fn (int $calls) => ask('cxd_result_outcome_name', apply($updater, 'c2', $calls)), [119, 120]));
    unset($client, $updater);
    equal([['campaign:write'], 1], [$scopes, $destroyed]);
}

function listen(Handle $updater, array &$seen): void
{
    call('cxd_updater_add_callback', $updater, FFI::addr(table('callback', [
        'on_result' => function ($user_data, $result) use (&$seen): int {
            $seen[] = implode(' ', [cxd()->cxd_result_campaign_id($result), cxd()->cxd_result_outcome_name($result), cxd()->cxd_result_new_concurrent($result)]);
            return cxd()->CXD_ACCEPTED;
        },
        'on_progress' => function ($user_data, int $done, int $total) use (&$seen): int {
            $seen[] = "$done of $total";
            return cxd()->CXD_ACCEPTED;
        },
    ])));
}

function log_to(Handle $client, array &$lines): void
{
    $write = function ($user_data, int $level, string $text, int $len) use (&$lines): void {
        equal($len, strlen($text));
        $lines[] = $text;
    };
    call('cxd_client_set_log', $client, FFI::addr(table('log', ['write' => $write])));
}

function check_callback(): void
{
    [$client, $updater] = connected();
    [$seen, $lines] = [[], []];
    log_to($client, $lines);
    listen($updater, $seen);
    equal(cxd()->CXD_OK, ask('cxd_result_callback_status', apply($updater, 'c6', 120)));
    call('cxd_batch_run', batch($updater, 'c6'));
    equal(['c6 applied 120', 'c6 applied 110', '1 of 1'], $seen);
    equal(true, str_contains(implode("\n", $lines), 'c6'));
    equal([], $GLOBALS['caught']);
}

/** stream_select on the descriptor of the batch. */
function select_to_the_end(Handle $batch): void
{
    $watched = fopen('php://fd/' . ask('cxd_batch_fd', $batch), 'r');
    $remaining = cxd()->new('int32_t');
    do {
        [$read, $none, $timeout] = [[$watched], null, ask('cxd_batch_timeout_ms', $batch)];
        equal(true, stream_select($read, $none, $none, $timeout < 0 ? null : intdiv($timeout, 1000), $timeout < 0 ? null : $timeout % 1000 * 1000) !== false);
        call('cxd_batch_process', $batch, FFI::addr($remaining));
    } while ($remaining->cdata > 0);
}

function events_to_the_end(Handle $batch): array
{
    [$event, $ended] = [cxd()->new('const cxd_event *'), []];
    while (true) {
        call('cxd_batch_next_event', $batch, -1, FFI::addr($event));
        if (cxd()->cxd_event_kind($event) !== cxd()->CXD_EVENT_RESULT) {
            break;
        }
        $ended[cxd()->cxd_event_item($event)] = cxd()->cxd_result_outcome_name(cxd()->cxd_event_result($event));
    }
    equal([cxd()->CXD_EVENT_DONE, 2, 2], [cxd()->cxd_event_kind($event), cxd()->cxd_event_done($event), cxd()->cxd_event_total($event)]);
    ksort($ended);
    return $ended;
}

function check_batch(): void
{
    [, $updater] = connected();
    $batch = batch($updater, 'c3', 'c4', 'c5');
    select_to_the_end($batch);
    for ($i = 0; $i < 3; $i++) {
        equal(cxd()->CXD_OUTCOME_APPLIED, ask('cxd_result_outcome', ask('cxd_batch_result', $batch, $i)));
    }
    equal(['applied', 'applied'], events_to_the_end(batch($updater, 'c7', 'c8')));
}

function check_error(): void
{
    [, $updater] = connected();
    $result = new Handle('result');
    $failure = failure(fn () => call('cxd_updater_apply', $updater, change('c99', 120), $result->out()));
    equal([cxd()->CXD_E_NOT_FOUND, 404], [$failure->status, $failure->http]);
    equal([true, true], [$failure->getMessage() !== '', $failure->requestId !== '']);
    equal([cxd()->CXD_OUTCOME_NOT_APPLIED, $failure->status], [ask('cxd_result_outcome', $result), ask('cxd_result_status', $result)]);
}

function throwing(string $message): Closure
{
    return fn () => throw new RuntimeException($message);
}

function check_exception(): void
{
    [$client, $updater] = connected();
    call('cxd_updater_add_callback', $updater, FFI::addr(table('callback', ['on_result' => throwing('thrown in a callback')])));
    $result = apply($updater, 'c8', 120);
    equal([cxd()->CXD_OUTCOME_APPLIED, cxd()->CXD_E_CALLBACK], [ask('cxd_result_outcome', $result), ask('cxd_result_callback_status', $result)]);
    [$client] = connected();
    call('cxd_client_set_token_provider', $client, FFI::addr(table('token_provider', ['fetch' => throwing('no token today')])));
    equal(cxd()->CXD_E_TOKEN, failure(fn () => made('campaign', 'cxd_client_get', $client, 'c1'))->status);
    equal(['thrown in a callback', 'no token today'], $GLOBALS['caught']);
}

// ---------------------------------------------------------------- what is PHP's own

/** Without a guard PHP ends the process; by then the update and its audit record are on their way. */
function check_unguarded(): void
{
    $program = 'require "' . __DIR__ . '/binding.php"; [, $updater] = connected(); $table = cxd()->new("cxd_callback"); $table->size = FFI::sizeof($table);'
        . '$table->on_result = fn ($user_data, $result): int => throw new RuntimeException("unguarded");'
        . 'call("cxd_updater_add_callback", $updater, FFI::addr($table)); apply($updater, "c7", 101); echo "still here";';
    $process = proc_open([PHP_BINARY, '-d', 'ffi.enable=1', '-d', 'display_errors=1', '-r', $program], [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes);
    $said = stream_get_contents($pipes[1]) . stream_get_contents($pipes[2]);
    equal(255, proc_close($process));
    equal([true, false], [str_contains($said, 'Throwing from FFI callbacks is not allowed'), str_contains($said, 'still here')]);
    equal(101, array_column(array_column(http('/_sim/state')['campaigns'], 'document'), 'maxConcurrentCalls', 'id')['c7']);
}

function check_layout(): void
{
    $words = ['token_provider' => 4, 'audit_logger' => 5, 'callback' => 7, 'rule' => 4, 'log' => 4];
    foreach ($words as $kind => $count) {
        equal($count * PHP_INT_SIZE, FFI::sizeof(cxd()->type("cxd_$kind")));
    }
    $short = table('callback', []);
    $short->size = 4 * PHP_INT_SIZE;
    [, $updater] = connected();
    equal(cxd()->CXD_E_ABI, failure(fn () => call('cxd_updater_add_callback', $updater, FFI::addr($short)))->status);
}

const TOO_MANY = "nachts h\u{f6}chstens 130 \u{2014} \u{590f}";

function at_most_130($user_data, $change, $merged, int $at, $report): int
{
    $calls = cxd()->new('int64_t');
    call('cxd_campaign_get_int', $change, '/maxConcurrentCalls', FFI::addr($calls));
    if ($calls->cdata > 130) {
        cxd()->cxd_report_add($report, cxd()->CXD_SEVERITY_ERROR, 'acme.night', '/maxConcurrentCalls', TOO_MANY);
    }
    return cxd()->CXD_ACCEPTED;
}

function check_rule(): void
{
    $validator = made('validator', 'cxd_validator_new', config());
    call('cxd_validator_add_rule', $validator, FFI::addr(table('rule', ['check' => at_most_130(...)])));
    equal(true, in_array(['acme.night', '/maxConcurrentCalls', TOO_MANY], findings($validator, 131, cxd()->CXD_E_INVALID), true));
    findings($validator, 130, cxd()->CXD_OK);
    equal([], $GLOBALS['caught']);
}

function check_values(): void
{
    $change = change('c1', PHP_INT_MAX);
    $name = "\u{c9}t\u{e9} \u{5317}\u{4eac} \u{1f4de}";
    [$calls, $share, $back] = [cxd()->new('int64_t'), cxd()->new('double'), cxd()->new('const char *')];
    call('cxd_campaign_set_string', $change, '/name', $name);
    call('cxd_campaign_set_real', $change, '/pacing/throttlePercent', 0.1);
    call('cxd_campaign_get_int', $change, '/maxConcurrentCalls', FFI::addr($calls));
    call('cxd_campaign_get_real', $change, '/pacing/throttlePercent', FFI::addr($share));
    call('cxd_campaign_get_string', $change, '/name', FFI::addr($back));
    equal([PHP_INT_MAX, 0.1, $name], [$calls->cdata, $share->cdata, FFI::string($back)]);
    equal($name, json_decode(taken(ask('cxd_campaign_to_json', $change)), true)['name']);
}

/** Nobody but PHP's FFI holds the closures while the collector runs. */
function check_collected(): void
{
    [, $updater] = connected();
    $seen = [];
    for ($i = 0; $i < 20; $i++) {
        listen($updater, $seen);
    }
    $cycle = new stdClass();
    $cycle->self = $cycle;
    unset($cycle);
    equal(true, gc_collect_cycles() >= 1);
    str_repeat(random_bytes(1024), 1024);
    apply($updater, 'c6', 99);
    equal(array_fill(0, 20, 'c6 applied 99'), $seen);
}

/** No method in PHP at all: tokens are asked for by events. */
function check_events(): void
{
    [$client, $updater] = connected();
    [$token, $kinds, $event] = [fetched_token(), [], cxd()->new('const cxd_event *')];
    call('cxd_client_use_token_events', $client);
    $batch = batch($updater, 'c6');
    do {
        call('cxd_batch_next_event', $batch, -1, FFI::addr($event));
        $kinds[] = $kind = cxd()->cxd_event_kind($event);
        if ($kind === cxd()->CXD_EVENT_TOKEN) {
            equal('campaign:write', cxd()->cxd_token_request_scope(cxd()->cxd_event_token_request($event)));
            equal(0, cxd()->cxd_token_sink_accept(cxd()->cxd_event_token_sink($event), $token, strlen($token), 3600));
        }
    } while ($kind !== cxd()->CXD_EVENT_DONE);
    equal([cxd()->CXD_EVENT_TOKEN, cxd()->CXD_EVENT_RESULT, cxd()->CXD_EVENT_DONE], $kinds);
    equal('applied', cxd()->cxd_result_outcome_name(ask('cxd_batch_result', $batch, 0)));
}

/** What FFI lets through, and the helpers do not. */
function check_conversions(): void
{
    $edit = made('campaign', 'cxd_campaign_new', "c2\0-staging");
    equal('c2', ask('cxd_campaign_id', $edit));
    $value = cxd()->new('int64_t');
    foreach ([[PHP_INT_MAX + 1, PHP_INT_MIN], ['abc', 0]] as [$given, $taken]) {
        call('cxd_campaign_set_int', $edit, '/maxConcurrentCalls', $given);
        call('cxd_campaign_get_int', $edit, '/maxConcurrentCalls', FFI::addr($value));
        equal($taken, $value->cdata);
    }
    foreach ([fn () => whole("c2\0-staging"), fn () => int64(PHP_INT_MAX + 1), fn () => int64('abc')] as $wrong) {
        try {
            $wrong();
        } catch (ValueError | TypeError) {
            continue;
        }
        throw new Wrong('it was let through');
    }
    equal(['c2', PHP_INT_MAX], [whole('c2'), int64(PHP_INT_MAX)]);
}

/** Without credentials a batch cannot begin, and has no descriptor: process says why. */
function check_no_descriptor(): void
{
    $config = config();
    call('cxd_config_set', $config, 'auth.client_id', '');
    $client = made('client', 'cxd_client_new', $config);
    $updater = made('updater', 'cxd_updater_new', $config, $client, null);
    $batch = made('batch', 'cxd_batch_new', $updater);
    call('cxd_batch_add', $batch, change('c7', 118));
    equal(-1, ask('cxd_batch_fd', $batch));
    equal(cxd()->CXD_E_CONFIG, failure(fn () => call('cxd_batch_process', $batch, null))->status);
}

/** A child of fork has to make its own handles. */
function check_fork(): void
{
    [$client] = connected();
    $child = pcntl_fork();
    if ($child === 0) {
        $status = failure(fn () => made('campaign', 'cxd_client_get', $client, 'c1'))->status;
        exit($status === cxd()->CXD_E_FORKED ? 42 : 1);
    }
    pcntl_waitpid($child, $state);
    equal(42, pcntl_wexitstatus($state));
    made('campaign', 'cxd_client_get', $client, 'c1');
}

function resident_kib(): int
{
    preg_match('/^VmRSS:\s+(\d+)/m', file_get_contents('/proc/self/status'), $found);
    return (int) $found[1];
}

function churn(Handle $updater, int $rounds): void
{
    for ($i = 0; $i < $rounds; $i++) {
        $result = made('result', 'cxd_updater_plan', $updater, change('c1', 119));
        $config = config();
        for ($j = 0; $j < 20; $j++) {
            taken(ask('cxd_result_to_json', $result));
            failure(fn () => call('cxd_config_set', $config, 'api.base_ur1', 'x'));
        }
    }
}

function check_memory(): void
{
    [, $updater] = connected();
    churn($updater, 100);
    $before = resident_kib();
    churn($updater, 400);
    equal('flat', resident_kib() - $before < 1024 ? 'flat' : 'grown by ' . (resident_kib() - $before) . ' KiB');
}

const CHECKS = [
    'version', 'config', 'validate', 'plan', 'apply', 'token', 'callback', 'batch', 'error', 'exception',
    'unguarded', 'layout', 'rule', 'values', 'collected', 'events', 'conversions', 'no_descriptor', 'fork', 'memory',
];

$failed = 0;
foreach (CHECKS as $i => $name) {
    $caught = [];
    try {
        "check_$name"();
        echo 'ok ', $i + 1, " - $name\n";
    } catch (Throwable $thrown) {
        $failed++;
        echo 'not ok ', $i + 1, " - $name: ", str_replace("\n", ' ', $thrown->getMessage()), "\n";
        fwrite(STDERR, $thrown . "\n" . implode("\n", $caught) . "\n");
    }
}
echo '1..', count(CHECKS), "\n";
exit($failed > 0 ? 1 : 0);
