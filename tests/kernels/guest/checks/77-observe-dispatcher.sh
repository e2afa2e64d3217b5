#!/usr/bin/env bash
# The dispatcher of libxdp, with two programs in it: its final verdicts are counted.
# shellcheck source=tests/kernels/guest/holder.sh
. /guest/holder.sh

command -v xdp-loader >/dev/null || skip "no xdp-loader"
make_holder_stage
mount -t bpf none /sys/fs/bpf
for name in pass drop; do
	in_here xdp-loader load --mode native --prog-name "$name" near /guest/flood.bpf.o >&2
done
start_xdptally near
flood 600 240
stop_xdptally
expect "the verdicts are not exact" \
	'end_record | .total.packets == 1200 and .verdicts == { drop: .total }'
jq --raw-output 'select(.type == "start").holder.name' records
in_here xdp-loader unload --all near >&2
