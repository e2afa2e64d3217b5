#!/usr/bin/env bash
# The verifier accepts the program with all narrowing code in it.
# shellcheck disable=SC2016 # variables of jq

make_stage
join near far 10.1.0
start_xdptally --by source,protocol,port --prefix4 24 --filter '10.1.0.0/24,!10.1.0.9' near
expect_mode near
send 10.1.0.1
stop_xdptally
expect "the ticks do not sum to the end" sums_to_end
expect "the counts are not exact" \
	'end_record.sources | map(del(.bytes)) == [{ source: "10.1.0.0/24", protocol: "udp", port: 9, packets: $sent }]' \
	--argjson sent "$DATAGRAMS"
expect_detached near
