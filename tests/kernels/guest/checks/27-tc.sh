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
# Another run goes before this one, which names it without any rights.
ip netns exec here xdptally --hook tc --interval 1h near >other 2>&1 &
other=$!
until_true grep -q '"xdptally_tc" (id .*) is number 1, before xdptally (number 2)' notices
kill "$other"
wait "$other" || fail "$(cat other)"
stop_xdptally
# Each kernel with tcx can take the program that uses BTF; it says if it does not.
! grep -q BTF notices || fail "$(grep BTF notices)"
expect "what came in is not exact" \
	'map(select(.type == "end" and .direction == "in").total.packets) == [$sent]' \
	--argjson sent "$DATAGRAMS"
expect "there is no record of what went out" \
	'any(.type == "end" and .direction == "out" and .complete)'
