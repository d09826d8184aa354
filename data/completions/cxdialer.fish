# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# Completions of cxdialer for fish, as printed by: cxdialer completion fish

set -g __cxdialer_with_value --config --set --output --stats --sim --at --explain --report --journal --concurrency --max-errors --max-error-rate --canary --report --concurrency --max-errors --max-error-rate --canary --report --seq --key-file --expect --campaign --since --until --outcome --actor --op --kind --seq --zone --jurisdiction --at --days --svg --agents --load --answered-per-min --calls --interval --throttle --answer-rate --aht --patience --max-abandonment --svg

# __cxdialer_at COMMAND [N]: behind this command ('': before any), with N words given to it.
function __cxdialer_at
    set -l words (commandline -opc)
    set -l command ''
    set -l given 0
    set -l value 0
    for word in $words[2..-1]
        if test $value = 1
            set value 0
        else if contains -- $word $__cxdialer_with_value
            set value 1
        else if string match -q -- '-*' $word
            continue
        else if test -z "$command"
            set command $word
        else
            set given (math $given + 1)
        end
    end
    test "$command" = "$argv[1]"; or return 1
    test (count $argv) = 1; or test $given = $argv[2]
end

function __cxdialer_settings
    set -l begun (string replace -r '^--set=' '' -- (commandline -ct))
    set -l key (string replace -r '=.*' '' -- $begun)
    set -l value (string replace -r '^[^=]*=?' '' -- $begun)
    switch $key
        case api.allow_http
            printf '%s\n' $key=(string split ' ' 'loopback on off')
        case auth.client_secret_file
            printf '%s\n' $key=(__fish_complete_path "$value")
        case auth.method
            printf '%s\n' $key=(string split ' ' 'basic post')
        case auth.basic_form_encode
            printf '%s\n' $key=(string split ' ' 'on off')
        case http.version
            printf '%s\n' $key=(string split ' ' 'auto 1.1 2')
        case http.ca_file
            printf '%s\n' $key=(__fish_complete_path "$value")
        case http.client_cert
            printf '%s\n' $key=(__fish_complete_path "$value")
        case http.client_key
            printf '%s\n' $key=(__fish_complete_path "$value")
        case http.traceparent
            printf '%s\n' $key=(string split ' ' 'on off')
        case update.mode
            printf '%s\n' $key=(string split ' ' 'merge replace')
        case update.auto_rebalance
            printf '%s\n' $key=(string split ' ' 'keep on off')
        case update.verify
            printf '%s\n' $key=(string split ' ' 'ambiguous always')
        case update.coalesce
            printf '%s\n' $key=(string split ' ' 'on off')
        case update.prefetch
            printf '%s\n' $key=(string split ' ' 'auto off')
        case audit.path
            printf '%s\n' $key=(__fish_complete_path "$value")
        case audit.mode
            printf '%s\n' $key=(string split ' ' 'required best_effort off')
        case audit.key_file
            printf '%s\n' $key=(__fish_complete_path "$value")
        case audit.sync
            printf '%s\n' $key=(string split ' ' 'record none')
        case audit.rotate_daily
            printf '%s\n' $key=(string split ' ' 'on off')
        case audit.allow_network_fs
            printf '%s\n' $key=(string split ' ' 'on off')
        case validate.policy_file
            printf '%s\n' $key=(__fish_complete_path "$value")
        case validate.zoneinfo_dir
            printf '%s\n' $key=(__fish_complete_path "$value")
        case validate.jurisdictions_file
            printf '%s\n' $key=(__fish_complete_path "$value")
    end
    printf '%s\t%s\n' api.base_url= 'Root of the API: scheme, host, optional port and path, without query.'
    printf '%s\t%s\n' api.campaign_path= 'Path of one campaign below api.base_url, where {id} stands for the percent-encoded campaign id.'
    printf '%s\t%s\n' api.allow_http= 'Whether URLs may be plain http: to this machine only (loopback), never (off), or to any host (on, for tests only, as it shows secrets to the network).'
    printf '%s\t%s\n' auth.token_url= 'URL of the OAuth 2.0 token endpoint; when unset, api.base_url followed by /api/v2/oauth/token.'
    printf '%s\t%s\n' auth.client_id= 'OAuth 2.0 client id of the application.'
    printf '%s\t%s\n' auth.client_secret_file= 'File that holds the client secret and nothing else, 64 KiB at most, read when a client is made; keep it readable by its owner only.'
    printf '%s\t%s\n' auth.scope= 'Scope asked for with a token.'
    printf '%s\t%s\n' auth.method= 'How client id and secret are sent to the token endpoint: in the Authorization header (basic) or in the form (post).'
    printf '%s\t%s\n' auth.basic_form_encode= 'Whether client id and secret are form-encoded before they are joined for auth.method=basic, as RFC 6749 asks and few servers do.'
    printf '%s\t%s\n' http.connect_timeout_ms= 'Longest time for name lookup, connection and TLS handshake, in milliseconds.'
    printf '%s\t%s\n' http.attempt_timeout_ms= 'Longest time for one request with its answer, in milliseconds; under 100 bytes a second for half of it, or for 5 s if that is more, ends the request too.'
    printf '%s\t%s\n' http.version= 'HTTP version; auto takes what the server offers.'
    printf '%s\t%s\n' http.proxy= 'Proxy for all requests: none, env (the usual variables, such as HTTPS_PROXY), or an http or https URL without user and password.'
    printf '%s\t%s\n' http.ca_file= 'PEM file of the certification authorities to trust; when unset, those of the system.'
    printf '%s\t%s\n' http.client_cert= 'PEM file with the client certificate for mutual TLS.'
    printf '%s\t%s\n' http.client_key= 'PEM file with the private key of http.client_cert, without a pass phrase; when unset, the key is in http.client_cert.'
    printf '%s\t%s\n' http.user_agent= 'User-Agent header; when unset, the name and version of this library.'
    printf '%s\t%s\n' http.traceparent= 'Whether requests carry a W3C traceparent header: one trace id a call, another span id each time something is sent.'
    printf '%s\t%s\n' http.max_response_bytes= 'Largest answer body that is read, in bytes.'
    printf '%s\t%s\n' retry.max_attempts= 'Most physical sends of one request, the first included; reading back after a lost answer may take twice as many.'
    printf '%s\t%s\n' retry.base_ms= 'Back-off before the first retry, in milliseconds; it doubles with each further one and is drawn at random below that.'
    printf '%s\t%s\n' retry.cap_ms= 'Longest back-off before a retry, in milliseconds.'
    printf '%s\t%s\n' retry.deadline_ms= 'Longest time for one operation with all its retries and waits, in milliseconds.'
    printf '%s\t%s\n' retry.max_retry_after_ms= 'Longest Retry-After that is waited for, in milliseconds; a longer one ends the operation with the wait in its error.'
    printf '%s\t%s\n' retry.budget= 'Size of the retry budget of a client in points: a transient retry costs 14, a throttled one 5, a success earns 1.'
    printf '%s\t%s\n' rate.limit= 'Most requests in one rate.window_ms, in requests; 0 switches the limiter off.'
    printf '%s\t%s\n' rate.window_ms= 'Length of the window of rate.limit, in milliseconds.'
    printf '%s\t%s\n' rate.margin_ms= 'Time added to the window for the way to the server and back, in milliseconds.'
    printf '%s\t%s\n' update.mode= 'Whether an update reads the campaign and changes only the members that are set (merge), or sends the document as it is (replace).'
    printf '%s\t%s\n' update.auto_rebalance= 'What to send as autoRebalance: what the document says (keep), true (on, also when nothing else changes) or false (off).'
    printf '%s\t%s\n' update.verify= 'When to read a campaign back after the PUT: only when the answer leaves a doubt (ambiguous), or always.'
    printf '%s\t%s\n' update.concurrency= 'Most updates of a batch in flight at a time, in updates.'
    printf '%s\t%s\n' update.max_errors= 'After so many failures a batch begins no more items; 0: it always goes on.'
    printf '%s\t%s\n' update.max_error_rate= 'Once 20 items of a batch have ended, it begins no more when more than this share of the last 100 failed, as a fraction; 0: it always goes on.'
    printf '%s\t%s\n' update.canary= 'So many items of a batch go ahead, and the others are begun when all of these have succeeded; 0: none.'
    printf '%s\t%s\n' update.coalesce= 'Whether items of a batch for one campaign become one update when they wait for each other (on), or run one after the other (off).'
    printf '%s\t%s\n' update.prefetch= 'Whether a batch reads campaigns by list pages where that saves requests and is as safe (auto: the server puts a version into them and no entity tag), or one by one (off).'
    printf '%s\t%s\n' audit.path= 'Audit log file; it is created with mode 0600 and only appended to.'
    printf '%s\t%s\n' audit.mode= 'Whether an update needs its audit records: not sent without (required), sent with a failure in its result (best_effort), or no records at all (off).'
    printf '%s\t%s\n' audit.key_file= 'File with the key of a keyed (HMAC) audit log, 16 to 4096 bytes; a log that had none is keyed from its next segment on.'
    printf '%s\t%s\n' audit.sync= 'Whether records are on stable storage before the update goes on (record), or whenever the system writes them (none).'
    printf '%s\t%s\n' audit.actor= 'Who or what asks for the changes, noted in each audit record.'
    printf '%s\t%s\n' audit.max_bytes= 'Size at which a new segment of the audit log is begun, in bytes; 0 means never.'
    printf '%s\t%s\n' audit.rotate_daily= 'Whether a new segment of the audit log is begun when the UTC day has changed since the present one was begun.'
    printf '%s\t%s\n' audit.allow_network_fs= 'Whether the audit log may lie on a network file system (NFS, SMB), where appends of several hosts can mix.'
    printf '%s\t%s\n' validate.max_concurrent_calls= 'Largest maxConcurrentCalls that is accepted, in calls.'
    printf '%s\t%s\n' validate.min_pacing_interval_s= 'Smallest pacing interval that is accepted, in seconds.'
    printf '%s\t%s\n' validate.max_throttle= 'Largest throttlePercent that is accepted, as a fraction.'
    printf '%s\t%s\n' validate.time_zones= 'Time zones a campaign may have, with commas between them; * stands for any IANA zone.'
    printf '%s\t%s\n' validate.policy_file= 'Policy file (JSON) with limits, zones, severities, calling hours and capacity.'
    printf '%s\t%s\n' validate.zoneinfo_dir= 'Directory of the time zone database.'
    printf '%s\t%s\n' validate.jurisdiction= 'Calling hours that apply: a code of the table of jurisdictions (cxdialer windows --jurisdiction all lists them), or several with commas between them, of which all must be open.'
    printf '%s\t%s\n' validate.jurisdictions_file= 'Table of jurisdictions (JSON) in place of the built-in one; begin with a copy of the installed jurisdictions.json.'
    printf '%s\t%s\n' validate.agents= 'Licensed agents, for the capacity checks, in agents; when unset, there are none of these checks.'
    printf '%s\t%s\n' validate.answer_rate= 'Share of calls that a person answers, as a fraction, for the capacity checks.'
    printf '%s\t%s\n' validate.aht_s= 'Average handling time of an answered call, in seconds, for the capacity checks.'
    printf '%s\t%s\n' validate.patience_s= 'How long a called person waits for an agent before the call counts as abandoned, in seconds; when unset, 2 (16 CFR 310.4(b)(4)).'
    printf '%s\t%s\n' validate.max_abandonment= 'Largest share of answered calls that may be abandoned, as a fraction; when unset, 0.03 (47 CFR 64.1200(a)(7)).'
    printf '%s\t%s\n' validate.lines_per_agent= 'Most concurrent calls for each licensed agent, in lines; when unset, 1.'
    printf '%s\t%s\n' validate.min_tzdata= 'Oldest version of the time zone database that is accepted, such as 2026f; when unset, any.'
end

complete -c cxdialer -f
complete -c cxdialer -n '__cxdialer_at ""' -l config -d 'Read the configuration from FILE (default: the file named by CXDIALER_CONFIG)' -rF
complete -c cxdialer -n '__cxdialer_at ""' -l set -d 'Set one key; stronger than the file and the environment; may be repeated' -xa '(__cxdialer_settings)'
complete -c cxdialer -n '__cxdialer_at ""' -l output -d 'Form of the output [text]' -xa 'text json'
complete -c cxdialer -n '__cxdialer_at ""' -l stats -d 'Write what was sent and how it went to FILE at the end; OpenMetrics when it ends in .prom, else JSON' -rF
complete -c cxdialer -n '__cxdialer_at ""' -l help -d 'Print help'
complete -c cxdialer -n '__cxdialer_at ""' -l version -d 'Print the versions'

complete -c cxdialer -n '__cxdialer_at ""' -a demo -d 'A tour against the simulator, with nothing to set up'
complete -c cxdialer -n '__cxdialer_at "demo"' -l sim -d 'The simulator to start; without it: beside this program, then in PATH' -rF
complete -c cxdialer -n '__cxdialer_at "demo"' -l help -d 'Print help'

complete -c cxdialer -n '__cxdialer_at ""' -a get -d 'Print one campaign as the server has it'
complete -c cxdialer -n '__cxdialer_at "get"' -l help -d 'Print help'

complete -c cxdialer -n '__cxdialer_at ""' -a list -d 'List all campaigns'
complete -c cxdialer -n '__cxdialer_at "list"' -l help -d 'Print help'

complete -c cxdialer -n '__cxdialer_at ""' -a validate -d 'Check changes without sending anything'
complete -c cxdialer -n '__cxdialer_at "validate"' -l at -d 'Decide for this instant, e.g. 2026-11-22T08:00:00-05:00, instead of now' -x
complete -c cxdialer -n '__cxdialer_at "validate"' -l explain -d 'Explain a rule in place of checking files; a group such as window, or list, has a line for each of its codes' -xa 'list schema.id schema.type schema.null schema.required schema.number schema.name schema.enum schema.rules schema.similar capacity.concurrency capacity.licensed capacity.unreachable capacity.abandonment pacing.interval pacing.calls pacing.throttle zone.unknown zone.not_approved zone.tzdata window.closed window.dnc window.interval rule.failed report.incomplete server.answer server.late_copy server.weak_etag server.400 server.422 server.4xx audit.broken audit.rotation audit.failed audit.recovered input.json input.too_large input.unreadable'
complete -c cxdialer -n '__cxdialer_at "validate"' -l help -d 'Print help'
complete -c cxdialer -n '__cxdialer_at validate' -F

complete -c cxdialer -n '__cxdialer_at ""' -a plan -d 'Show what apply would change (exit code 2)'
complete -c cxdialer -n '__cxdialer_at "plan"' -l report -d 'Also write FILE, one page of HTML with pictures and a table of all campaigns; that it can be written is made sure of first' -rF
complete -c cxdialer -n '__cxdialer_at "plan"' -l help -d 'Print help'
complete -c cxdialer -n '__cxdialer_at plan' -F

complete -c cxdialer -n '__cxdialer_at ""' -a apply -d 'Change campaigns'
complete -c cxdialer -n '__cxdialer_at "apply"' -l yes -d 'Do not ask before writing'
complete -c cxdialer -n '__cxdialer_at "apply"' -l journal -d 'Keep a new journal, with which cxdialer resume goes on after a crash or an interruption' -rF
complete -c cxdialer -n '__cxdialer_at "apply"' -l coalesce -d 'Changes of one campaign that wait for each other become one update [update.coalesce]'
complete -c cxdialer -n '__cxdialer_at "apply"' -l concurrency -d 'So many updates in flight at a time [update.concurrency]' -x
complete -c cxdialer -n '__cxdialer_at "apply"' -l max-errors -d 'Begin no more after so many failures [update.max_errors]' -x
complete -c cxdialer -n '__cxdialer_at "apply"' -l max-error-rate -d 'Begin no more when more than this share of them fails [update.max_error_rate]' -x
complete -c cxdialer -n '__cxdialer_at "apply"' -l canary -d 'So many go ahead; the others are begun when these have succeeded [update.canary]' -x
complete -c cxdialer -n '__cxdialer_at "apply"' -l report -d 'Also write FILE, one page of HTML with pictures and a table of all campaigns; that it can be written is made sure of first' -rF
complete -c cxdialer -n '__cxdialer_at "apply"' -l help -d 'Print help'
complete -c cxdialer -n '__cxdialer_at apply' -F

complete -c cxdialer -n '__cxdialer_at ""' -a resume -d 'Go on with a batch that ended early'
complete -c cxdialer -n '__cxdialer_at "resume"' -l yes -d 'Do not ask before writing'
complete -c cxdialer -n '__cxdialer_at "resume"' -l status -d 'Only show what the journal says; nothing is sent, and no configuration needed'
complete -c cxdialer -n '__cxdialer_at "resume"' -l retry-failed -d 'Run those that were refused for good as well'
complete -c cxdialer -n '__cxdialer_at "resume"' -l concurrency -d 'So many updates in flight at a time [update.concurrency]' -x
complete -c cxdialer -n '__cxdialer_at "resume"' -l max-errors -d 'Begin no more after so many failures [update.max_errors]' -x
complete -c cxdialer -n '__cxdialer_at "resume"' -l max-error-rate -d 'Begin no more when more than this share of them fails [update.max_error_rate]' -x
complete -c cxdialer -n '__cxdialer_at "resume"' -l canary -d 'So many go ahead; the others are begun when these have succeeded [update.canary]' -x
complete -c cxdialer -n '__cxdialer_at "resume"' -l report -d 'Also write FILE, one page of HTML with pictures and a table of all campaigns; that it can be written is made sure of first' -rF
complete -c cxdialer -n '__cxdialer_at "resume"' -l help -d 'Print help'
complete -c cxdialer -n '__cxdialer_at resume 0' -F

complete -c cxdialer -n '__cxdialer_at ""' -a rollback -d 'Put back what an applied update changed'
complete -c cxdialer -n '__cxdialer_at "rollback"' -l seq -d 'Any record of an applied update; or all applied updates with their outcome between two records' -x
complete -c cxdialer -n '__cxdialer_at "rollback"' -l plan -d 'Show what would change (exit code 2), and write nothing'
complete -c cxdialer -n '__cxdialer_at "rollback"' -l yes -d 'Do not ask before writing'
complete -c cxdialer -n '__cxdialer_at "rollback"' -l help -d 'Print help'
complete -c cxdialer -n '__cxdialer_at rollback 0' -F

complete -c cxdialer -n '__cxdialer_at ""' -a audit -d 'Verify, show or recover an audit log'
complete -c cxdialer -n '__cxdialer_at "audit"' -l key-file -d 'verify, show: the key that the log is sealed with [audit.key_file]' -rF
complete -c cxdialer -n '__cxdialer_at "audit"' -l expect -d 'verify, show: a record that was kept elsewhere and must be in the log; may be repeated' -x
complete -c cxdialer -n '__cxdialer_at "audit"' -l campaign -d 'show: records of this campaign' -x
complete -c cxdialer -n '__cxdialer_at "audit"' -l since -d 'show: from this instant on' -x
complete -c cxdialer -n '__cxdialer_at "audit"' -l until -d 'show: before this instant' -x
complete -c cxdialer -n '__cxdialer_at "audit"' -l outcome -d 'show: outcomes such as conflict, and the intents of these updates; may be repeated: any of them' -xa 'applied applied_readback unchanged rejected conflict not_applied unknown cancelled'
complete -c cxdialer -n '__cxdialer_at "audit"' -l actor -d 'show: records of this actor' -x
complete -c cxdialer -n '__cxdialer_at "audit"' -l op -d 'show: all records of one update' -x
complete -c cxdialer -n '__cxdialer_at "audit"' -l kind -d 'show: records of one kind, such as intent' -xa 'genesis intent attempt conflict token outcome checkpoint recover rotate clock fork'
complete -c cxdialer -n '__cxdialer_at "audit"' -l seq -d 'show: this record, or these' -x
complete -c cxdialer -n '__cxdialer_at "audit"' -l list -d 'recover: only list the updates in doubt; the log is opened for writing all the same, which cuts off a torn end'
complete -c cxdialer -n '__cxdialer_at "audit"' -l help -d 'Print help'
complete -c cxdialer -n '__cxdialer_at audit 0' -a 'verify show recover'
complete -c cxdialer -n '__cxdialer_at audit 1' -F

complete -c cxdialer -n '__cxdialer_at ""' -a windows -d 'Show when calling is legal, by zone and jurisdiction'
complete -c cxdialer -n '__cxdialer_at "windows"' -l zone -d 'A time zone, or several with commas between; may be repeated (default: validate.time_zones)' -x
complete -c cxdialer -n '__cxdialer_at "windows"' -l jurisdiction -d 'A row of the table of calling hours, several, or all; may be repeated (default: what the configuration says)' -xa 'all CA UNRESTRICTED US US-AL US-CT US-FL US-KY US-LA US-MA US-MD US-MI US-MN US-MS US-NM US-OK US-OR US-PA US-RI US-SD US-TX US-UT US-WA US-WY'
complete -c cxdialer -n '__cxdialer_at "windows"' -l at -d 'Look at this instant, e.g. 2026-11-22T08:00:00-05:00, instead of now' -x
complete -c cxdialer -n '__cxdialer_at "windows"' -l days -d 'Also each of the next N local dates, 1 to 60' -x
complete -c cxdialer -n '__cxdialer_at "windows"' -l svg -d 'Draw a picture of N days (default 7) as well; - is standard output, where nothing else is printed then' -rF
complete -c cxdialer -n '__cxdialer_at "windows"' -l help -d 'Print help'

complete -c cxdialer -n '__cxdialer_at ""' -a capacity -d 'Plan agents and pacing by predicted abandonment'
complete -c cxdialer -n '__cxdialer_at "capacity"' -l agents -d 'Agents who take the calls [validate.agents]' -x
complete -c cxdialer -n '__cxdialer_at "capacity"' -l load -d 'Offered load: answered calls per second x handling time' -x
complete -c cxdialer -n '__cxdialer_at "capacity"' -l answered-per-min -d 'Offered pacing: answered calls per minute' -x
complete -c cxdialer -n '__cxdialer_at "capacity"' -l calls -d 'Offered pacing as in a campaign: calls per interval, with --interval, --throttle and --answer-rate' -x
complete -c cxdialer -n '__cxdialer_at "capacity"' -l interval -d 'With --calls: the interval in seconds' -x
complete -c cxdialer -n '__cxdialer_at "capacity"' -l throttle -d 'With --calls: the throttle, a fraction [1]' -x
complete -c cxdialer -n '__cxdialer_at "capacity"' -l answer-rate -d 'With --calls: the share of calls that a person answers [validate.answer_rate]' -x
complete -c cxdialer -n '__cxdialer_at "capacity"' -l aht -d 'Mean handling time of an answered call in seconds [validate.aht_s]' -x
complete -c cxdialer -n '__cxdialer_at "capacity"' -l patience -d 'How long a called person waits, in seconds [validate.patience_s, or 2]' -x
complete -c cxdialer -n '__cxdialer_at "capacity"' -l max-abandonment -d 'Largest share of answered calls that may be abandoned [validate.max_abandonment, or 0.03]' -x
complete -c cxdialer -n '__cxdialer_at "capacity"' -l svg -d 'Draw the curve of abandonment as well; - is standard output, where nothing else is printed then' -rF
complete -c cxdialer -n '__cxdialer_at "capacity"' -l help -d 'Print help'

complete -c cxdialer -n '__cxdialer_at ""' -a config -d 'List the keys, or show the values in force'
complete -c cxdialer -n '__cxdialer_at "config"' -l help -d 'Print help'
complete -c cxdialer -n '__cxdialer_at config 0' -a 'list show'

complete -c cxdialer -n '__cxdialer_at ""' -a completion -d 'Print the completions for a shell'
complete -c cxdialer -n '__cxdialer_at "completion"' -l help -d 'Print help'
complete -c cxdialer -n '__cxdialer_at completion 0' -a 'bash zsh fish'

complete -c cxdialer -n '__cxdialer_at ""' -a version -d 'Print versions and features'
complete -c cxdialer -n '__cxdialer_at "version"' -l help -d 'Print help'
