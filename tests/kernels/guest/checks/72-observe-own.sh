#!/usr/bin/env bash
# xdptally can ride on xdptally, and two can ride at once.
# shellcheck source=tests/kernels/guest/holder.sh
. /guest/holder.sh

make_holder_stage
ip netns exec here xdptally --json --mode native near >holder 2>&1 &
holder=$!
until_true grep -q '"type":"start"' holder
ip netns exec here xdptally --json near >second 2>&1 &
second=$!
until_true grep -q '"mode":"observe"' second
start_xdptally near
flood 600 240
stop_xdptally
kill "$second"
wait "$second" || fail "$(tail -n 1 second)"
kill "$holder" # now: the second would notice that it is gone
wait "$holder" || fail "$(tail -n 1 holder)"
[ "$(jq -r 'select(.type == "start").holder | "\(.name) \(.pid)"' records)" = "xdptally $holder" ] ||
	fail "the start record has another holder"
grep -q "Observing XDP program \"xdptally\" (id .*) of pid $holder " notices || fail "$(cat notices)"
for file in holder second records; do
	grep '"type":"end"' "$file" | jq -c '{total, sources}' >"$file.counts"
	[ "$(jq '.total.packets' "$file.counts")" = 1200 ] || fail "$(cat "$file.counts")"
	[ "$(<holder.counts)" = "$(<"$file.counts")" ] || fail "the counts differ"
done
