<?php
/* Slows a campaign down from PHP, with FFI; the connection comes from CXDIALER_... variables. */
declare(strict_types=1);

// The stripped header is PHP's declaration of the library as it stands.
$header = getenv('CXDIALER_CDEF') ?: trim((string) shell_exec('pkg-config --variable=cdef cxdialer'));
if (!is_file($header)) {
    fwrite(STDERR, "where is the library? Set PKG_CONFIG_PATH\n");
    exit(1);
}
$cxd = FFI::cdef(file_get_contents($header), getenv('LIBCXDIALER') ?: 'libcxdialer.so.1');

function call(string $name, mixed ...$arguments): void
{
    global $cxd;
    $error = $cxd->new('cxd_error *');
    $status = $cxd->$name(...[...$arguments, FFI::addr($error)]);
    if ($status !== $cxd->CXD_OK) {
        $message = $cxd->cxd_status_name($status) . ': ' . $cxd->cxd_error_message($error);
        $cxd->cxd_error_free($error);
        throw new RuntimeException($message);
    }
}

/** An exception that leaves a callback ends the process. 0 is not CXD_ACCEPTED: the library notes CXD_E_CALLBACK and goes on. */
function guarded(callable $method): Closure
{
    return function (...$arguments) use ($method): int {
        try {
            return $method(...$arguments);
        } catch (Throwable $thrown) {
            error_log((string) $thrown);
            return 0;
        }
    };
}

$config = $cxd->new('cxd_config *');
$client = $cxd->new('cxd_client *');
$updater = $cxd->new('cxd_updater *');
$change = $cxd->new('cxd_campaign *');
$result = $cxd->new('cxd_result *');

$callback = $cxd->new('cxd_callback'); // zeroed; copied when it is registered
$callback->size = FFI::sizeof($callback);
$callback->on_result = guarded(function ($userData, $result) use ($cxd): int {
    printf("%s, %d -> %d\n", $cxd->cxd_result_outcome_name($result), $cxd->cxd_result_previous_concurrent($result), $cxd->cxd_result_new_concurrent($result));
    return $cxd->CXD_ACCEPTED;
});

$exit = 0;
try {
    $cxd->cxd_config_new(FFI::addr($config));
    call('cxd_config_load_env', $config);
    call('cxd_client_new', $config, FFI::addr($client));
    call('cxd_updater_new', $config, $client, null, FFI::addr($updater));
    call('cxd_updater_add_callback', $updater, FFI::addr($callback));
    call('cxd_campaign_new', $argv[1] ?? 'a1b2c3d4-e5f6-7890-abcd-ef1234567890', FFI::addr($change));
    call('cxd_campaign_set_int', $change, '/maxConcurrentCalls', 120);
    call('cxd_updater_apply', $updater, $change, FFI::addr($result));
} catch (RuntimeException $failure) {
    fwrite(STDERR, $failure->getMessage() . "\n");
    $exit = 1;
} finally { // NULL is legal; there is a result also when the update failed
    $cxd->cxd_result_free($result);
    $cxd->cxd_campaign_free($change);
    $cxd->cxd_updater_free($updater);
    $cxd->cxd_client_free($client);
    $cxd->cxd_config_free($config);
}
exit($exit);
