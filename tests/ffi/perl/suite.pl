# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# The checks from Perl.
use v5.30;
use warnings;
use utf8;

use Encode qw(decode encode);
use FFI::Platypus::Buffer qw(buffer_to_scalar);
use File::Basename qw(dirname);
use File::Spec::Functions qw(rel2abs);
use HTTP::Tiny;
use JSON::PP qw(decode_json encode_json);
use MIME::Base64 qw(encode_base64);
use POSIX ();

our %kept;
BEGIN {
    require(rel2abs(dirname(__FILE__)) . "/$_.pl") for qw(binding header);
}

sub outcome_and_callbacks {
    my ($result) = @_;
    return [Lib::result_outcome($result), Lib::result_callback_status($result)];
}

# ------------------------------------------------------------ the simulator

sub ask {
    my ($method, $path, %options) = @_;
    my $answer = HTTP::Tiny->new->request($method, $ENV{CXDIALER_API_BASE_URL} . $path, \%options);
    die "$path: $answer->{status} $answer->{content}" unless $answer->{success};
    return decode_json($answer->{content});
}

sub fetch_token {
    my $answer = ask(POST => '/api/v2/oauth/token', content => 'grant_type=client_credentials&scope=campaign:write', headers => {
        'Authorization' => 'Basic ' . encode_base64("$ENV{CXDIALER_AUTH_CLIENT_ID}:$ENV{CXDIALER_AUTH_CLIENT_SECRET}", ''),
        'Content-Type' => 'application/x-www-form-urlencoded'});
    return @$answer{qw(access_token expires_in)};
}

sub puts_of {
    my ($campaign) = @_;
    return scalar grep { $_->{method} eq 'PUT' && $_->{path} =~ m{/$campaign$} } @{ask(GET => '/_sim/requests')};
}

# ------------------------------------------------------------ checks

my $words = JSON::PP->new->canonical->allow_nonref;

# As JSON, so that lists can be compared and 1 is not "1".
sub equal {
    my ($got, $wanted) = map { $words->encode($_) } @_;
    die encode('UTF-8', "$got is not $wanted") . " at line " . (caller)[2] . "\n" if $got ne $wanted;
}

sub refused {
    my ($status, @call) = @_;
    die "it was taken\n" if eval { call(@call); 1 };
    my $problem = $@;
    die $problem unless ref $problem;
    equal($problem->{status}, $status);
    return $problem;
}

my @checks;
sub check { push @checks, [@_] }

check version => sub {
    equal(Lib::version(), '0.1.0');
    equal(Lib::has_feature('batch'), 1);
    equal(Lib::has_feature('telepathy'), 0);
    equal([Header::faults()], []);
};

check config => sub {
    my $config = new_config();
    call(config_set => $config, 'update.concurrency', '7');
    equal(Lib::config_get($config->{pointer}, 'update.concurrency'), '7');
    equal(Lib::config_get($config->{pointer}, 'auth.client_secret'), '***');
    my $problem = refused(Lib::E_CONFIG, config_set => $config, 'api.base_ur1', 'http://127.0.0.1:1');
    die $problem unless $problem =~ /api\.base_url/;
};

# Status, and the pointers of all findings
sub findings {
    my ($validator, $campaign, $calls) = @_;
    my $change = new_change($campaign, $calls);
    my $status = Lib::validator_check($validator->{pointer}, $change->{pointer}, 0, \my $pointer, undef);
    my $report = Handle->new(report => $pointer);
    return [$status, map { Lib::report_pointer($pointer, $_) } 0 .. Lib::report_count($pointer) - 1];
}

check validate => sub {
    my $validator = handle(validator => new_config());
    equal(findings($validator, 'c1', 501), [Lib::E_INVALID, '/maxConcurrentCalls']);
    equal(findings($validator, 'c1', 120), [Lib::OK]);
};

check plan => sub {
    my ($outcome, $diff) = run(setup(), plan => 'c1', 120, sub { (Lib::result_outcome($_[0]), decode_json(Lib::result_diff_json($_[0]))) });
    equal($outcome, Lib::PLANNED);
    equal([map { [@$_{qw(path old value)}] } @$diff], [['/maxConcurrentCalls', 150, 120]]);
    equal(puts_of('c1'), 0);
};

check apply => sub {
    my $document = run(setup(), apply => 'c1', 120, sub {
        my ($result) = @_;
        equal([Lib::result_outcome($result), Lib::result_previous_concurrent($result), Lib::result_new_concurrent($result)], [Lib::APPLIED, 150, 120]);
        return decode_json(taken(Lib::result_to_json($result)));
    });
    equal([@$document{qw(outcome campaign_id)}], ['applied', 'c1']);
    equal(puts_of('c1'), 1);
};

check token => sub {
    my ($setup, @scopes) = setup();
    register(client_set_token_provider => $setup->{client}, 'token_provider', fetch => sub {
        my (undef, $request, $sink) = @_;
        push @scopes, Lib::token_request_scope($request);
        my ($token, $seconds) = fetch_token();
        equal(Lib::token_sink_accept($sink, $token, length $token, $seconds), Lib::OK);
        return Lib::ACCEPTED;
    });
    equal(run($setup, apply => 'c2', 110, \&Lib::result_outcome), Lib::APPLIED);
    equal(\@scopes, ['campaign:write']);
    undef $setup;
    equal([keys %kept], []);
};

check callback => sub {
    my ($setup, @seen, @lines) = setup();
    register(updater_add_callback => $setup->{updater}, 'callback', on_result => sub {
        my (undef, $result) = @_;
        push @seen, [Lib::result_campaign_id($result), Lib::result_new_concurrent($result)];
        return Lib::ACCEPTED;
    });
    register(client_set_log => $setup->{client}, 'log', write => sub { push @lines, buffer_to_scalar($_[2], $_[3]); return });
    equal(run($setup, apply => 'c7', 130, \&outcome_and_callbacks), [Lib::APPLIED, Lib::OK]);
    equal(\@seen, [['c7', 130]]);
    die "no line of the log names the campaign\n" unless grep {/c7/} @lines;
    undef $setup;
    equal([keys %kept], []);
};

# In Perl's own select: of the number, as a file handle of Perl's would close what is the library's.
sub poll_all {
    my ($batch) = @_;
    my ($descriptor, $remaining) = (Lib::batch_fd($batch->{pointer}), -1);
    while ($remaining != 0) {
        vec(my $readable = '', $descriptor, 1) = 1;
        my $milliseconds = Lib::batch_timeout_ms($batch->{pointer});
        select $readable, undef, undef, $milliseconds < 0 ? undef : $milliseconds / 1000;
        call(batch_process => $batch, \$remaining);
    }
}

sub answer_token {
    my ($event) = @_;
    my ($token, $seconds) = fetch_token();
    equal(Lib::token_request_scope(Lib::event_token_request($event)), 'campaign:write');
    equal(Lib::token_sink_accept(Lib::event_token_sink($event), $token, length $token, $seconds), Lib::OK);
}

# Without any function that C calls: results and the wish for a token come as events.
sub events_of {
    my @campaigns = @_;
    my ($setup, %ended) = setup();
    call(client_use_token_events => $setup->{client});
    my $batch = handle(batch => $setup->{updater});
    for my $item (map { encode_json({id => $_, maxConcurrentCalls => 145}) } @campaigns) {
        call(batch_add_json => $batch, $item, length $item);
    }
    my $kind = 0;
    while ($kind != Lib::EVENT_DONE) {
        call(batch_next_event => $batch, -1, \my $event);
        $kind = Lib::event_kind($event);
        answer_token($event) if $kind == Lib::EVENT_TOKEN;
        next unless my $result = Lib::event_result($event);
        $ended{Lib::event_item($event)} = [Lib::result_campaign_id($result), Lib::result_outcome_name($result)];
    }
    return \%ended;
}

check batch => sub {
    my ($setup, @numbers) = setup();
    register(updater_add_callback => $setup->{updater}, 'callback', on_progress => sub {
        push @numbers, [@_[1, 2]];
        return Lib::ACCEPTED;
    });
    my $batch = handle(batch => $setup->{updater});
    call(batch_add => $batch, new_change($_, 140)) for qw(c3 c4 c5);
    poll_all($batch);
    equal($numbers[-1], [3, 3]);
    equal([map { Lib::result_outcome(Lib::batch_result($batch->{pointer}, $_)) } 0 .. 2], [(Lib::APPLIED) x 3]);
    equal(events_of('c6', 'c8'), {0 => ['c6', 'applied'], 1 => ['c8', 'applied']});
};

check error => sub {
    run(setup(), apply => 'nobody', 120, sub {
        my ($result) = @_;
        my $error = Lib::result_error($result);
        equal([Lib::result_outcome($result), Lib::error_status($error), Lib::error_http_status($error)], [Lib::NOT_APPLIED, Lib::E_NOT_FOUND, 404]);
        die "no message or no request id\n" unless length Lib::error_message($error) && length Lib::error_request_id($error);
    });
};

# Platypus makes a warning of it, and 0 for C.
check exception => sub {
    my ($setup, @warnings) = setup();
    register(updater_add_callback => $setup->{updater}, 'callback', on_result => sub { die "the callback has a bug\n" });
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    equal(run($setup, apply => 'c7', 121, \&outcome_and_callbacks), [Lib::APPLIED, Lib::E_CALLBACK]);
    equal($warnings[0], "the callback has a bug\n");
};

check rule => sub {
    my ($setup, @instants) = setup();
    register(validator_add_rule => $setup->{validator}, 'rule', check => sub {
        my (undef, $change, undef, $at_unix_ms, $report) = @_;
        push @instants, $at_unix_ms;
        call(campaign_get_int => $change, '/maxConcurrentCalls', \my $calls);
        Lib::report_add($report, 2, 'acme.night', '/maxConcurrentCalls', encode('UTF-8', 'Nachtschicht: höchstens 140 Anrufe')) if $calls > 140;
        return $calls == 77 ? 0 : Lib::ACCEPTED;
    });
    my $said = sub { [Lib::result_status($_[0]), decode('UTF-8', Lib::report_message(Lib::result_report($_[0]), 0))] };
    equal(run($setup, plan => 'c7', 141, $said), [Lib::E_INVALID, 'Nachtschicht: höchstens 140 Anrufe']);
    equal(run($setup, plan => 'c7', 77, $said)->[0], Lib::E_RULE);
    equal(run($setup, plan => 'c7', 120, $said), [Lib::OK, '']);
    die "@instants are no milliseconds\n" if grep { $_ < 1_700_000_000_000 } @instants;
    undef $setup;
    equal([keys %kept], []);
};

check logger => sub {
    my ($setup, $syncs, @records) = (setup(), 0);
    register(updater_set_audit_logger => $setup->{updater}, 'audit_logger',
        append => sub { push @records, decode_json(buffer_to_scalar($_[1], $_[2])); return Lib::ACCEPTED },
        sync => sub { $syncs++; return Lib::ACCEPTED });
    equal(run($setup, apply => 'c7', 123, \&Lib::result_outcome), Lib::APPLIED);
    equal([@{$records[-1]}{qw(campaign outcome)}], ['c7', 'applied']);
    die "@{[scalar @records]} records, $syncs syncs\n" unless @records >= 2 && $syncs >= 2;
};

check integers => sub {
    my $change = handle(campaign => 'c1');
    for my $value (9007199254740993, -9223372036854775807 - 1, 9223372036854775807) {
        call(campaign_set_int => $change, '/custom/big', $value);
        call(campaign_get_int => $change, '/custom/big', \my $got);
        equal("$got", "$value");
    }
    die "digits were lost\n" unless taken(Lib::campaign_to_json($change->{pointer})) =~ /:9223372036854775807\b/;
};

check text => sub {
    my $change = handle(campaign => 'c1');
    for my $name ("Größe – 電話 ☎ 𝄞", "line\nbreak \"quoted\" \\", '') {
        call(campaign_set_string => $change, '/name', encode('UTF-8', $name));
        call(campaign_get_string => $change, '/name', \my $pointer);
        equal(decode('UTF-8', $Lib::ffi->cast(opaque => 'string', $pointer)), $name);
        equal(decode_json(taken(Lib::campaign_to_json($change->{pointer})))->{name}, $name);
    }
    refused(Lib::E_ARGUMENT, campaign_set_string => $change, '/name', "\xff");
};

sub resident_kib {
    open my $file, '<', '/proc/self/statm' or die;
    return (split ' ', <$file>)[1] * 4;
}

sub plans {
    my ($setup, $count) = @_;
    for my $i (1 .. $count) {
        my $document = run($setup, plan => 'c1', 100 + $i % 19, sub { taken(Lib::result_to_json($_[0])) });
        die $document unless $document =~ /"outcome":"planned"/;
        for my $n (1 .. 10) {
            call(config_set => $setup->{config}, 'update.concurrency', "$n");
            equal(Lib::config_get($setup->{config}{pointer}, 'update.concurrency'), "$n");
            refused(Lib::E_CONFIG, config_set => $setup->{config}, 'update.concurrency', '0');
        }
    }
    return resident_kib();
}

check many => sub {
    my ($setup, $lines) = (setup(), 0);
    register(client_set_log => $setup->{client}, 'log', write => sub { $lines++; return });
    my $before = plans($setup, 300);
    my $growth = plans($setup, 1000) - $before;
    die "1,000 plans made the process $growth KiB larger\n" if $growth > 500;
    die "$lines lines were logged\n" if $lines < 1300;
};

check fork => sub {
    my ($setup, $change) = (setup(), new_change('c7', 120));
    my $plan = sub { Lib::updater_plan($setup->{updater}{pointer}, $change->{pointer}, \$_[0], undef) };
    my $child = fork // die "fork: $!\n";
    POSIX::_exit($plan->(my $result) == Lib::E_FORKED ? 0 : 1) if $child == 0;
    waitpid $child, 0;
    equal($?, 0);
    equal(run($setup, plan => 'c7', 120, \&Lib::result_status), Lib::OK);
};

package Watched {
    my $alive = 0;
    sub new { $alive++; return bless {calls => 0}, shift }
    sub alive {$alive}
    sub DESTROY { $alive-- }
}

# The closure is in no variable of ours, and is there as long as its updater; then it goes, with all that it holds.
check lifetime => sub {
    my $setup = setup();
    {
        my $watched = Watched->new;
        register(updater_add_callback => $setup->{updater}, 'callback', on_result => sub { $watched->{calls}++; return Lib::ACCEPTED });
    }
    equal(Watched::alive(), 1);
    equal(run($setup, apply => 'c7', 125, \&outcome_and_callbacks), [Lib::APPLIED, Lib::OK]);
    undef $setup;
    equal([keys %kept], []);
    equal(Watched::alive(), 0);
};

$| = 1;
my ($number, $failed) = (0, 0);
for (@checks) {
    my ($name, $body) = @$_;
    $number++;
    if (eval { $body->(); 1 }) {
        say "ok $number - $name";
        next;
    }
    my ($problem) = split /\n/, "$@";
    $failed++;
    print STDERR $@;
    say "not ok $number - $name: $problem";
}
say "1.." . @checks;
exit($failed ? 1 : 0);
