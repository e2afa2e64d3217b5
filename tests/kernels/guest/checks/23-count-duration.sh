#!/usr/bin/env bash
# --count and --duration end a run, whichever is reached first.

make_stage
join near far 10.1.0
start_xdptally --interval 2s --count 3 --duration 1h near
send 10.1.0.1
expect_exit 0
expect_only 10.1.0.2 "$DATAGRAMS" "$((DATAGRAMS * ETHERNET_BYTES))"
expect "not three ticks" 'end_record | .reason == "count" and .ticks == 3'

start_xdptally --interval 2s --count 1000 --duration 5s near
send 10.1.0.1
expect_exit 0
expect_only 10.1.0.2 "$DATAGRAMS" "$((DATAGRAMS * ETHERNET_BYTES))"
expect "the duration did not end the run" 'end_record.reason == "duration"'
expect_detached near
