# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# Completions of cxdialer-sim for bash

_cxdialer_sim() {
  local line=${COMP_LINE:0:COMP_POINT} current=${COMP_WORDS[COMP_CWORD]} values=
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local last=${words[${#words[@]} - 1]} option=${words[${#words[@]} - 2]}
  [[ $last == --*=* ]] && option=${last%%=*}
  [[ $current == = ]] && current=
  COMPREPLY=()
  case $option in
    --tls-cert | --tls-key | --campaigns | --record)
      compopt -o default 2>/dev/null
      return
      ;;
    --validators) values='etag version none' ;;
    --policy) values='fixed sliding bucket' ;;
    --port | --licensed-agents | --client-id | --client-secret | --token-ttl | --rate | --window | --burst | --latency-ms | --seed | --fault) ;;
    *) values='--port --tls-cert --tls-key --campaigns --validators --licensed-agents --client-id --client-secret --token-ttl --rate --window --policy --burst --latency-ms --seed --record --fault --help --version' ;;
  esac
  local word
  for word in $values; do
    [[ $word == "$current"* ]] && COMPREPLY+=("$word")
  done
}

complete -F _cxdialer_sim cxdialer-sim
