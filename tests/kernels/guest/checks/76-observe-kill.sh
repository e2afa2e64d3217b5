#!/usr/bin/env bash
# After SIGKILL nothing of xdptally is left, and the XDP program runs on.
# shellcheck source=tests/kernels/guest/holder.sh
. /guest/holder.sh

make_holder_stage
hold xdp_adjust
start_xdptally --hook observe near
send 10.1.0.1
programs() { bpftool --json prog show | jq '[.[].name // "" | select(startswith("observe_"))] | length'; }
[ "$(programs)" = 2 ] || fail "there are $(programs) programs"
kill_xdptally
nothing_left() { [ "$(programs)" = 0 ]; }
until_true nothing_left
send 10.1.0.1
[ "$(given | jq add)" = "$((DATAGRAMS * 2))" ] || fail "the program saw $(given)"
