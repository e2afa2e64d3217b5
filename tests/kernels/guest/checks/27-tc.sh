#!/usr/bin/env bash
# Counts both directions at tc, which has links from Linux 6.6 on; refused before.
# shellcheck disable=SC2016 # variables of jq

make_stage
join near far 10.1.0
if ! has_tcx near; then
	echo refused
	exit
fi
start_xdptally --hook tc --direction both near
send 10.1.0.1
stop_xdptally
# Each kernel with tcx can take the program that uses BTF; it says if it does not.
! grep -q BTF notices || fail "$(grep BTF notices)"
expect "what came in is not exact" \
	'map(select(.type == "end" and .direction == "in").total.packets) == [$sent]' \
	--argjson sent "$DATAGRAMS"
expect "there is no record of what went out" \
	'any(.type == "end" and .direction == "out" and .complete)'
