# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# Slows one campaign down: perl perl.pl CAMPAIGN. The connection comes from CXDIALER_... variables.
use v5.30;
use warnings;
use FFI::Platypus 2.00;

my $ffi = FFI::Platypus->new(api => 2, lib => [$ENV{LIBCXDIALER} // 'libcxdialer.so.1']);
my ($p, $out) = ('opaque', 'opaque*');

package Callback {
    use FFI::Platypus::Record;
    record_layout_1(size_t => 'size', map { (opaque => $_) } qw(user_data destroy on_result on_progress on_checkpoint on_sending));
}

$ffi->type('record(Callback)*' => 'table');
for (
    [config_new => [$out] => 'sint32'], [config_load_env => [$p, $out] => 'sint32'], [client_new => [$p, $out, $out] => 'sint32'],
    [updater_new => [$p, $p, $p, $out, $out] => 'sint32'], [updater_add_callback => [$p, 'table', $out] => 'sint32'],
    [campaign_new => ['string', $out, $out] => 'sint32'], [campaign_set_int => [$p, 'string', 'sint64', $out] => 'sint32'],
    [updater_apply => [$p, $p, $out, $out] => 'sint32'], [result_campaign_id => [$p] => 'string'], [result_outcome_name => [$p] => 'string'],
    [result_previous_concurrent => [$p] => 'sint64'], [result_new_concurrent => [$p] => 'sint64'], [result_to_json => [$p] => $p],
    [status_name => ['sint32'] => 'string'], [error_message => [$p] => 'string'], [error_free => [$p] => 'void'], [string_free => [$p] => 'void'],
    (map { ["${_}_free" => [$p] => 'void'] } qw(config client updater campaign result))
) {
    my ($name, $arguments, $result) = @$_;
    $ffi->attach(["cxd_$name" => $name] => $arguments => $result);
}
use constant ACCEPTED => 0x43584431;

# A handle is freed when no variable refers to it any more.
package Handle {
    sub new { my ($class, $kind, $pointer) = @_; return bless {kind => $kind, pointer => $pointer}, $class }
    sub DESTROY { my ($self) = @_; main->can("$self->{kind}_free")->($self->{pointer}) unless ${^GLOBAL_PHASE} eq 'DESTRUCT' }
}

# A call that may fail: dies with "CXD_E_...: what happened".
sub call {
    my ($name, @arguments) = @_;
    my $status = main->can($name)->((map { ref eq 'Handle' ? $_->{pointer} : $_ } @arguments), \my $error);
    return if $status == 0;
    my $words = status_name($status) . ': ' . error_message($error) . "\n";
    error_free($error);
    die $words;
}

sub make {
    my ($kind, @arguments) = @_;
    call("${kind}_new", @arguments, \my $pointer);
    return Handle->new($kind, $pointer);
}

# In a variable: it must live as long as C may call it. What dies in it is a warning, and C gets 0.
my $on_result = $ffi->closure(sub {
    my (undef, $result) = @_;
    say result_campaign_id($result), ': ', result_previous_concurrent($result), ' -> ', result_new_concurrent($result), ' concurrent calls';
    return ACCEPTED;
});

sub slow_down {
    my ($campaign) = @_;
    my ($pointer, $found);
    config_new(\$pointer);
    my $config = Handle->new(config => $pointer);
    call(config_load_env => $config);
    my $updater = make(updater => $config, make(client => $config), undef);
    my $address = $ffi->cast('(opaque, opaque)->sint32' => 'opaque', $on_result);
    call(updater_add_callback => $updater, Callback->new(size => $ffi->sizeof('record(Callback)'), on_result => $address));
    my $change = make(campaign => $campaign);
    call(campaign_set_int => $change, '/maxConcurrentCalls', 120);
    my $done = eval { call(updater_apply => $updater, $change, \$found); 1 };
    my $result = Handle->new(result => $found); # there is a result in failure as well
    die $@ unless $done;
    my $text = result_to_json($result->{pointer});
    say $ffi->cast(opaque => 'string', $text);
    string_free($text);
}

slow_down($ARGV[0] // die "which campaign?\n");
