# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# Completions of cxdialer for bash, as printed by: cxdialer completion bash

# Each sets values to words, @files, @settings or @nothing; values stays empty where nothing can stand.
_cxdialer_commands() {
  values='demo get list validate plan apply resume rollback audit windows capacity config completion version'
}

_cxdialer_options() {
  case $1 in
    '') values='--config --set --output --stats --help --version' ;;
    'demo') values='--sim --help' ;;
    'get') values='--help' ;;
    'list') values='--help' ;;
    'validate') values='--at --explain --help' ;;
    'plan') values='--report --help' ;;
    'apply') values='--yes --journal --coalesce --concurrency --max-errors --max-error-rate --canary --report --help' ;;
    'resume') values='--yes --status --retry-failed --concurrency --max-errors --max-error-rate --canary --report --help' ;;
    'rollback') values='--seq --plan --yes --help' ;;
    'audit') values='--key-file --expect --campaign --since --until --outcome --actor --op --kind --seq --list --help' ;;
    'windows') values='--zone --jurisdiction --at --days --svg --help' ;;
    'capacity') values='--agents --load --answered-per-min --calls --interval --throttle --answer-rate --aht --patience --max-abandonment --svg --help' ;;
    'config') values='--help' ;;
    'completion') values='--help' ;;
    'version') values='--help' ;;
  esac
}

_cxdialer_value() {
  case $1:$2 in
    :--config) values='@files' ;;
    :--set) values='@settings' ;;
    :--output) values='text json' ;;
    :--stats) values='@files' ;;
    demo:--sim) values='@files' ;;
    validate:--at) values='@nothing' ;;
    validate:--explain) values='list schema.id schema.type schema.null schema.required schema.number schema.name schema.enum schema.rules schema.similar capacity.concurrency capacity.licensed capacity.unreachable capacity.abandonment pacing.interval pacing.calls pacing.throttle zone.unknown zone.not_approved zone.tzdata window.closed window.dnc window.interval rule.failed report.incomplete server.answer server.late_copy server.weak_etag server.400 server.422 server.4xx audit.broken audit.rotation audit.failed audit.recovered input.json input.too_large input.unreadable' ;;
    plan:--report) values='@files' ;;
    apply:--journal) values='@files' ;;
    apply:--concurrency) values='@nothing' ;;
    apply:--max-errors) values='@nothing' ;;
    apply:--max-error-rate) values='@nothing' ;;
    apply:--canary) values='@nothing' ;;
    apply:--report) values='@files' ;;
    resume:--concurrency) values='@nothing' ;;
    resume:--max-errors) values='@nothing' ;;
    resume:--max-error-rate) values='@nothing' ;;
    resume:--canary) values='@nothing' ;;
    resume:--report) values='@files' ;;
    rollback:--seq) values='@nothing' ;;
    audit:--key-file) values='@files' ;;
    audit:--expect) values='@nothing' ;;
    audit:--campaign) values='@nothing' ;;
    audit:--since) values='@nothing' ;;
    audit:--until) values='@nothing' ;;
    audit:--outcome) values='applied applied_readback unchanged rejected conflict not_applied unknown cancelled' ;;
    audit:--actor) values='@nothing' ;;
    audit:--op) values='@nothing' ;;
    audit:--kind) values='genesis intent attempt conflict token outcome checkpoint recover rotate clock fork' ;;
    audit:--seq) values='@nothing' ;;
    windows:--zone) values='@nothing' ;;
    windows:--jurisdiction) values='all CA UNRESTRICTED US US-AL US-CT US-FL US-KY US-LA US-MA US-MD US-MI US-MN US-MS US-NM US-OK US-OR US-PA US-RI US-SD US-TX US-UT US-WA US-WY' ;;
    windows:--at) values='@nothing' ;;
    windows:--days) values='@nothing' ;;
    windows:--svg) values='@files' ;;
    capacity:--agents) values='@nothing' ;;
    capacity:--load) values='@nothing' ;;
    capacity:--answered-per-min) values='@nothing' ;;
    capacity:--calls) values='@nothing' ;;
    capacity:--interval) values='@nothing' ;;
    capacity:--throttle) values='@nothing' ;;
    capacity:--answer-rate) values='@nothing' ;;
    capacity:--aht) values='@nothing' ;;
    capacity:--patience) values='@nothing' ;;
    capacity:--max-abandonment) values='@nothing' ;;
    capacity:--svg) values='@files' ;;
  esac
}

_cxdialer_word() {
  case $1:$2 in
    get:0) values='@nothing' ;;
    validate:*) values='@files' ;;
    plan:*) values='@files' ;;
    apply:*) values='@files' ;;
    resume:0) values='@files' ;;
    rollback:0) values='@files' ;;
    audit:0) values='verify show recover' ;;
    audit:1) values='@files' ;;
    config:0) values='list show' ;;
    completion:0) values='bash zsh fish' ;;
  esac
}

_cxdialer_keys() {
  values='api.base_url= api.campaign_path= api.allow_http= auth.token_url= auth.client_id= auth.client_secret_file= auth.scope= auth.method= auth.basic_form_encode= http.connect_timeout_ms= http.attempt_timeout_ms= http.version= http.proxy= http.ca_file= http.client_cert= http.client_key= http.user_agent= http.traceparent= http.max_response_bytes= retry.max_attempts= retry.base_ms= retry.cap_ms= retry.deadline_ms= retry.max_retry_after_ms= retry.budget= rate.limit= rate.window_ms= rate.margin_ms= update.mode= update.auto_rebalance= update.verify= update.concurrency= update.max_errors= update.max_error_rate= update.canary= update.coalesce= update.prefetch= audit.path= audit.mode= audit.key_file= audit.sync= audit.actor= audit.max_bytes= audit.rotate_daily= audit.allow_network_fs= validate.max_concurrent_calls= validate.min_pacing_interval_s= validate.max_throttle= validate.time_zones= validate.policy_file= validate.zoneinfo_dir= validate.jurisdiction= validate.jurisdictions_file= validate.agents= validate.answer_rate= validate.aht_s= validate.patience_s= validate.max_abandonment= validate.lines_per_agent= validate.min_tzdata= '
}

_cxdialer_key() {
  case $1 in
    api.base_url) values='@nothing' ;;
    api.campaign_path) values='@nothing' ;;
    api.allow_http) values='loopback on off' ;;
    auth.token_url) values='@nothing' ;;
    auth.client_id) values='@nothing' ;;
    auth.client_secret_file) values='@files' ;;
    auth.scope) values='@nothing' ;;
    auth.method) values='basic post' ;;
    auth.basic_form_encode) values='on off' ;;
    http.connect_timeout_ms) values='@nothing' ;;
    http.attempt_timeout_ms) values='@nothing' ;;
    http.version) values='auto 1.1 2' ;;
    http.proxy) values='@nothing' ;;
    http.ca_file) values='@files' ;;
    http.client_cert) values='@files' ;;
    http.client_key) values='@files' ;;
    http.user_agent) values='@nothing' ;;
    http.traceparent) values='on off' ;;
    http.max_response_bytes) values='@nothing' ;;
    retry.max_attempts) values='@nothing' ;;
    retry.base_ms) values='@nothing' ;;
    retry.cap_ms) values='@nothing' ;;
    retry.deadline_ms) values='@nothing' ;;
    retry.max_retry_after_ms) values='@nothing' ;;
    retry.budget) values='@nothing' ;;
    rate.limit) values='@nothing' ;;
    rate.window_ms) values='@nothing' ;;
    rate.margin_ms) values='@nothing' ;;
    update.mode) values='merge replace' ;;
    update.auto_rebalance) values='keep on off' ;;
    update.verify) values='ambiguous always' ;;
    update.concurrency) values='@nothing' ;;
    update.max_errors) values='@nothing' ;;
    update.max_error_rate) values='@nothing' ;;
    update.canary) values='@nothing' ;;
    update.coalesce) values='on off' ;;
    update.prefetch) values='auto off' ;;
    audit.path) values='@files' ;;
    audit.mode) values='required best_effort off' ;;
    audit.key_file) values='@files' ;;
    audit.sync) values='record none' ;;
    audit.actor) values='@nothing' ;;
    audit.max_bytes) values='@nothing' ;;
    audit.rotate_daily) values='on off' ;;
    audit.allow_network_fs) values='on off' ;;
    validate.max_concurrent_calls) values='@nothing' ;;
    validate.min_pacing_interval_s) values='@nothing' ;;
    validate.max_throttle) values='@nothing' ;;
    validate.time_zones) values='@nothing' ;;
    validate.policy_file) values='@files' ;;
    validate.zoneinfo_dir) values='@files' ;;
    validate.jurisdiction) values='@nothing' ;;
    validate.jurisdictions_file) values='@files' ;;
    validate.agents) values='@nothing' ;;
    validate.answer_rate) values='@nothing' ;;
    validate.aht_s) values='@nothing' ;;
    validate.patience_s) values='@nothing' ;;
    validate.max_abandonment) values='@nothing' ;;
    validate.lines_per_agent) values='@nothing' ;;
    validate.min_tzdata) values='@nothing' ;;
    *) values=@nothing ;;
  esac
}

# Replies are all that stands from the last break (= or :) on.
_cxdialer_reply() {
  local current=${COMP_WORDS[COMP_CWORD]} word
  [[ $current == [=:] ]] && current=
  for word in $values; do
    [[ $word == "$last"* ]] && COMPREPLY+=("${word#"${last%"$current"}"}")
  done
}

_cxdialer_setting() {
  local key=${last%%=*} word full=
  if [[ $last != *=* ]]; then
    _cxdialer_keys
    compopt -o nospace 2>/dev/null
    return
  fi
  _cxdialer_key "$key"
  [[ $values == @* ]] && return
  for word in $values; do full+=" $key=$word"; done
  values=$full
}

_cxdialer() {
  local line=${COMP_LINE:0:COMP_POINT} command= option= values= given=0 last word
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  last=${words[${#words[@]} - 1]}
  COMPREPLY=()
  for word in "${words[@]:1:${#words[@]} - 2}"; do
    values=
    if [[ -n $option ]]; then
      option=
    elif [[ $word == --* ]]; then
      [[ $word != *=* ]] && _cxdialer_value "$command" "$word"
      option=${values:+$word}
    elif [[ -z $command ]]; then
      command=$word
    else
      given=$((given + 1))
    fi
  done
  [[ -z $option && $last == --*=* ]] && option=${last%%=*} last=${last#*=}
  values=
  if [[ -n $option ]]; then
    _cxdialer_value "$command" "$option"
  elif [[ $last == -* ]]; then
    _cxdialer_options "$command"
  elif [[ -z $command ]]; then
    _cxdialer_commands
  else
    _cxdialer_word "$command" "$given"
  fi
  [[ $values == @settings ]] && _cxdialer_setting
  case $values in
    @files) compopt -o default 2>/dev/null ;;
    @nothing) ;;
    *) _cxdialer_reply ;;
  esac
}

complete -F _cxdialer cxdialer
