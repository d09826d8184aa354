<?php
// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors
// Handles that free themselves, and errors that have become exceptions: all the wrapper that PHP needs.
declare(strict_types=1);

use FFI\CData;

/** The library, declared by its own stripped header. */
function cxd(): FFI
{
    static $cxd = null;
    return $cxd ??= FFI::cdef(file_get_contents(getenv('CXDIALER_CDEF')), getenv('LIBCXDIALER'));
}

final class Failure extends RuntimeException
{
    public readonly int $status;
    public readonly int $http;
    public readonly string $requestId;

    public function __construct(CData $error)
    {
        parent::__construct(cxd()->cxd_error_message($error));
        $this->status = cxd()->cxd_error_status($error);
        $this->http = cxd()->cxd_error_http_status($error);
        $this->requestId = cxd()->cxd_error_request_id($error);
    }
}

/**
 * A function of the library with handles as they are. In `f(change('c1', 120)->raw)` the handle would be gone, and freed, before f is called, as
 * nobody has it but its own `raw`; here $arguments has it.
 */
function ask(string $name, mixed ...$arguments): mixed
{
    return cxd()->$name(...array_map(fn (mixed $argument) => $argument instanceof Handle ? $argument->raw : $argument, $arguments));
}

function call(string $name, mixed ...$arguments): void
{
    $error = cxd()->new('cxd_error *');
    $status = ask($name, ...[...$arguments, FFI::addr($error)]);
    if ($status === 0) {
        return;
    }
    $failure = new Failure($error);
    cxd()->cxd_error_free($error);
    if ($failure->status !== $status) {
        throw new LogicException("$name returned $status, the error says $failure->status");
    }
    throw $failure;
}

/** A pointer that is filled by a call, and freed when nobody has it any more. */
final class Handle
{
    public readonly CData $raw;

    public function __construct(private readonly string $kind)
    {
        $this->raw = cxd()->new("cxd_$kind *");
    }

    public function out(): CData
    {
        return FFI::addr($this->raw);
    }

    public function __destruct()
    {
        $free = "cxd_{$this->kind}_free";
        cxd()->$free($this->raw);
    }
}

function made(string $kind, string $call, mixed ...$arguments): Handle
{
    $handle = new Handle($kind);
    call($call, ...[...$arguments, $handle->out()]);
    return $handle;
}

function taken(CData $text): string
{
    $copy = FFI::string($text);
    cxd()->cxd_string_free($text);
    return $copy;
}

/** A table with its size and these methods, each closure guarded: an exception must not leave it. */
function table(string $kind, array $methods): CData
{
    $table = cxd()->new("cxd_$kind");
    $table->size = FFI::sizeof($table);
    foreach ($methods as $name => $method) {
        $table->$name = guarded($method);
    }
    return $table;
}

$caught = [];

/** PHP ends the process when an exception leaves a callback; 0 is not CXD_ACCEPTED. */
function guarded(callable $method): Closure
{
    return function (...$arguments) use ($method) {
        try {
            return $method(...$arguments);
        } catch (Throwable $thrown) {
            $GLOBALS['caught'][] = $thrown->getMessage();
            return 0;
        }
    };
}

function config(): Handle
{
    $config = new Handle('config');
    cxd()->cxd_config_new($config->out());
    call('cxd_config_load_env', $config);
    return $config;
}

/** For C a text ends at its first zero byte. */
function whole(string $text): string
{
    return str_contains($text, "\0") ? throw new ValueError('a zero byte in a text for C') : $text;
}

/** FFI would take what is no int for some other number; with strict_types, this does not. */
function int64(int $number): int
{
    return $number;
}

function change(string $id, int $calls): Handle
{
    $change = made('campaign', 'cxd_campaign_new', whole($id));
    call('cxd_campaign_set_int', $change, '/maxConcurrentCalls', int64($calls));
    return $change;
}

/** @return array{Handle, Handle} client and updater */
function connected(): array
{
    $config = config();
    $client = made('client', 'cxd_client_new', $config);
    return [$client, made('updater', 'cxd_updater_new', $config, $client, null)];
}

function apply(Handle $updater, string $id, int $calls): Handle
{
    return made('result', 'cxd_updater_apply', $updater, change($id, $calls));
}

function batch(Handle $updater, string ...$ids): Handle
{
    $batch = made('batch', 'cxd_batch_new', $updater);
    foreach ($ids as $id) {
        call('cxd_batch_add', $batch, change($id, 110));
    }
    return $batch;
}
