# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# Completions of cxdialer-sim for fish

complete -c cxdialer-sim -f
complete -c cxdialer-sim -l port -x -d 'Port on 127.0.0.1'
complete -c cxdialer-sim -l tls-cert -rF -d 'Speak TLS with this PEM certificate'
complete -c cxdialer-sim -l tls-key -rF -d 'and its PEM key'
complete -c cxdialer-sim -l campaigns -rF -d 'JSON array of campaigns'
complete -c cxdialer-sim -l validators -xa 'etag version none' -d 'How a campaign says that it changed'
complete -c cxdialer-sim -l licensed-agents -x -d 'More concurrent calls are refused with 422'
complete -c cxdialer-sim -l client-id -x -d 'Client id'
complete -c cxdialer-sim -l client-secret -x -d 'Client secret'
complete -c cxdialer-sim -l token-ttl -x -d 'Life of a token'
complete -c cxdialer-sim -l rate -x -d 'Requests a window, 0 = no limit'
complete -c cxdialer-sim -l window -x -d 'Length of the window'
complete -c cxdialer-sim -l policy -xa 'fixed sliding bucket' -d 'How the limit counts'
complete -c cxdialer-sim -l burst -x -d 'Size of the bucket'
complete -c cxdialer-sim -l latency-ms -x -d 'Hold every reply back for this long'
complete -c cxdialer-sim -l seed -x -d 'The same tokens, tags and request ids in every run'
complete -c cxdialer-sim -l record -rF -d 'Append every request to this file'
complete -c cxdialer-sim -l fault -x -d 'METHOD:N:KIND, repeatable'
complete -c cxdialer-sim -l help -d 'Print help'
complete -c cxdialer-sim -l version -d 'Print the version'
