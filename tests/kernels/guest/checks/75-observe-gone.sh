#!/usr/bin/env bash
# When the XDP program goes, is replaced or its owner dies, the run ends, or moves on.
# shellcheck source=tests/kernels/guest/holder.sh disable=SC2016 # variables of jq
. /guest/holder.sh

# ends_by COMMAND…: the run notices at the next tick.
ends_by() {
	hold xdp_adjust
	start_xdptally --hook observe --interval 200ms near
	"$@"
	expect_exit 4
	expect "it did not end by holder-gone" 'end_record.reason == "holder-gone" and end_record.complete'
}

make_holder_stage
ends_by release
ends_by hold xdp_other
release

ip netns exec here xdptally -q --mode native near >/dev/null 2>&1 &
holder=$!
is_held() { [ "$(link_field here near xdp.prog.id)" != null ]; }
until_true is_held
start_xdptally --interval 200ms near
expect "it does not ride" 'map(.mode) | .[0] == "observe"'
kill -KILL "$holder"
expect_exit 4
expect "it did not end by holder-gone" 'end_record.reason == "holder-gone"'

# With --wait-interface it goes to the next program, then to the free slot.
forget
hold xdp_adjust
start_xdptally --wait-interface --interval 200ms near
send 10.1.0.1
until_true has_counted "$DATAGRAMS"
hold xdp_other
until_true has_records start 2
send 10.1.0.1
until_true has_counted "$((DATAGRAMS * 2))"
release
until_true has_records start 3
send 10.1.0.1
until_true has_counted "$((DATAGRAMS * 3))"
stop_xdptally
expect "the modes are not right" \
	'map(select(.type == "start").mode) | .[0:2] == ["observe", "observe"] and .[2] != "observe"'
expect "something was counted twice, or not at all" \
	'map(select(.type == "end").total.packets) == [$sent, $sent, $sent]' --argjson sent "$DATAGRAMS"
