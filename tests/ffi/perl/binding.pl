# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# The library from Perl with FFI::Platypus: what is declared by hand, and the few lines around it that a program wants to have.
use v5.30;
use warnings;

package Lib {
    use FFI::Platypus 2.00;

    use constant {OK => 0, E_ARGUMENT => 1000, E_FORKED => 1040, E_CONFIG => 1060, E_INVALID => 3000, E_NOT_FOUND => 5020, E_CALLBACK => 6020, E_RULE => 6030};
    use constant {PLANNED => 1, APPLIED => 3, NOT_APPLIED => 7, EVENT_RESULT => 1, EVENT_TOKEN => 2, EVENT_DONE => 4, ACCEPTED => 0x43584431};

    our $ffi = FFI::Platypus->new(api => 2, lib => [$ENV{LIBCXDIALER}]);
    $ffi->mangler(sub { "cxd_$_[0]" });

    # p: pointer or undef, out: where a pointer is put, s: text, i: int32, l: int64, z: size_t, v: nothing
    our %functions;
    my %type = (p => 'opaque', out => 'opaque*', s => 'string', i => 'sint32', iout => 'sint32*', l => 'sint64', lout => 'sint64*', z => 'size_t', v => 'void');

    # A returned char * of the caller's is p: s would make text of it and lose what is to be freed.
    for (split /\n/, <<'END') {
s version
s config_get p s
s error_message p
s error_request_id p
s report_pointer p z
s report_message p z
s result_diff_json p
s result_campaign_id p
s result_outcome_name p
s token_request_scope p
i has_feature s
i config_new out
i config_load_env p out
i config_set p s s out
i campaign_new s out out
i campaign_set_int p s l out
i campaign_get_int p s lout out
i campaign_set_string p s s out
i campaign_get_string p s out out
i client_new p out out
i client_use_token_events p out
i validator_new p out out
i validator_check p p l out out
i report_add p i s s s
i updater_new p p p out out
i updater_plan p p out out
i updater_apply p p out out
i result_outcome p
i result_status p
i result_callback_status p
i error_status p
i error_http_status p
i batch_new p out out
i batch_add p p out
i batch_add_json p s z out
i batch_fd p
i batch_process p iout out
i batch_next_event p l out out
i event_kind p
i token_sink_accept p s z l
l batch_timeout_ms p
l result_previous_concurrent p
l result_new_concurrent p
z report_count p
z event_item p
z event_total p
p campaign_to_json p
p result_to_json p
p result_report p
p result_error p
p batch_result p z
p event_result p
p event_token_request p
p event_token_sink p
v string_free p
v error_free p
v config_free p
v campaign_free p
v client_free p
v validator_free p
v report_free p
v updater_free p
v result_free p
v batch_free p
END
        my ($result, $name, @arguments) = split;
        $functions{$name} = [$result, @arguments];
        $ffi->attach($name => [map { $type{$_} } @arguments] => $type{$result});
    }

    # Tables: what their methods look like, in the order of the struct
    our %methods = (
        token_provider => [fetch => '(opaque, opaque, opaque)->sint32'],
        audit_logger => [append => '(opaque, opaque, size_t)->sint32', sync => '(opaque)->sint32'],
        callback => [on_result => '(opaque, opaque)->sint32', on_progress => '(opaque, size_t, size_t)->sint32',
            on_checkpoint => '(opaque, sint64, string)->sint32', on_sending => '(opaque, opaque, opaque, size_t)->sint32'],
        rule => [check => '(opaque, opaque, opaque, sint64, opaque)->sint32'],
        log => [write => '(opaque, sint32, opaque, size_t)->void'],
    );
}

for my $table (sort keys %Lib::methods) {
    my %method = @{$Lib::methods{$table}};
    my @names = grep { $method{$_} } @{$Lib::methods{$table}};
    eval "package Lib::$table; use FFI::Platypus::Record; record_layout_1(\$Lib::ffi, size_t => 'size', map { (opaque => \$_) } qw(user_data destroy @names)); 1" or die;
    $Lib::ffi->type("record(Lib::$table)*" => "table_$table");
}
for ([client_set_token_provider => 'token_provider'], [client_set_log => 'log'], [validator_add_rule => 'rule'], [updater_add_callback => 'callback'],
    [updater_set_audit_logger => 'audit_logger']) {
    my ($name, $table) = @$_;
    $Lib::functions{$name} = [qw(i p table out)];
    $Lib::ffi->attach([$name => "Lib::$name"] => ['opaque', "table_$table", 'opaque*'] => 'sint32');
}

# ------------------------------------------------------------ calls and handles

package Problem {
    use overload '""' => sub { $_[0]{message} }, fallback => 1;

    sub new {
        my ($class, $error) = @_;
        my $self = bless {status => Lib::error_status($error), message => Lib::error_message($error)}, $class;
        Lib::error_free($error);
        return $self;
    }
}

# Freed when nobody refers to it any more, which in Perl is at once.
package Handle {
    sub new {
        my ($class, $kind, $pointer) = @_;
        return bless {kind => $kind, pointer => $pointer}, $class;
    }

    # At the end of the program Perl takes things apart in any order: the functions that are called may be gone.
    sub DESTROY {
        my ($self) = @_;
        Lib->can("$self->{kind}_free")->($self->{pointer}) unless ${^GLOBAL_PHASE} eq 'DESTRUCT';
    }
}

package main;

# A call that may fail: dies with what the library says.
sub call {
    my ($name, @arguments) = @_;
    my $status = Lib->can($name)->((map { ref eq 'Handle' ? $_->{pointer} : $_ } @arguments), \my $error);
    die Problem->new($error) if $status != Lib::OK;
}

sub handle {
    my ($kind, @arguments) = @_;
    call("${kind}_new", @arguments, \my $pointer);
    return Handle->new($kind, $pointer);
}

# The text of a char * that is ours, which is freed.
sub taken {
    my ($pointer) = @_;
    my $copy = $Lib::ffi->cast(opaque => 'string', $pointer);
    Lib::string_free($pointer);
    return $copy;
}

sub new_config {
    my (%settings) = @_;
    Lib::config_new(\my $pointer);
    my $config = Handle->new(config => $pointer);
    call(config_load_env => $config);
    call(config_set => $config, $_, $settings{$_}) for keys %settings;
    return $config;
}

sub new_change {
    my ($campaign, $calls) = @_;
    my $change = handle(campaign => $campaign);
    call(campaign_set_int => $change, '/maxConcurrentCalls', $calls);
    return $change;
}

# Client, validator and updater as the environment says.
sub setup {
    my $config = new_config(@_);
    my ($client, $validator) = (handle(client => $config), handle(validator => $config));
    return {config => $config, client => $client, validator => $validator, updater => handle(updater => $config, $client, $validator)};
}

# Plans or applies; what $look returns of the result.
sub run {
    my ($setup, $verb, $campaign, $calls, $look) = @_;
    my $change = new_change($campaign, $calls);
    my $status = Lib->can("updater_$verb")->($setup->{updater}{pointer}, $change->{pointer}, \my $pointer, undef);
    my $result = Handle->new(result => $pointer);
    die "the result has another status than the call: $status\n" if Lib::result_status($pointer) != $status;
    return $look->($pointer);
}

# ------------------------------------------------------------ tables of callbacks

our %kept; # number given as user_data -> what C calls, until destroy
my $last = 0;
my $forget = $Lib::ffi->closure(sub { delete $kept{$_[0]}; return });
$forget->sticky; # no sub mentions it: it would be gone when this file has been read
my $forget_address = $Lib::ffi->cast('(opaque)->void' => 'opaque', $forget);

sub register {
    my ($name, $owner, $table, %bodies) = @_;
    my %signature = @{$Lib::methods{$table}};
    my $record = "Lib::$table"->new(size => $Lib::ffi->sizeof("record(Lib::$table)"), user_data => ++$last, destroy => $forget_address);
    for my $method (keys %bodies) {
        my $closure = $Lib::ffi->closure($bodies{$method});
        push @{$kept{$last}}, $closure;
        $record->$method($Lib::ffi->cast($signature{$method} => 'opaque', $closure));
    }
    call($name => $owner, $record);
}

1;
