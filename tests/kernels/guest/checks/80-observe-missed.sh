#!/usr/bin/env bash
# While somebody test-runs the XDP program, frames interrupt these runs, and the kernel
# keeps some from xdptally: it says how many, and counts none that was not there.
# shellcheck source=tests/kernels/guest/holder.sh disable=SC2016,SC2154 # variables of jq and of lib.sh
. /guest/holder.sh

make_virtio_stage
pin_holders
hold xdp_other xdpdrv eth0
start_xdptally --hook observe eth0
head -c "$FRAME" /dev/zero >frame
runs=()
for cpu in 0 1; do
	taskset -c "$cpu" bpftool prog run pinned "$(program xdp_other)" data_in frame repeat 2000000000 >runs 2>&1 &
	runs+=("$!")
done
for _ in {1..10}; do send 10.1.0.1; done
kill "${runs[@]}" || fail "the test runs have ended: $(cat runs)"
kill -TERM "$xdptally"
code=0
wait "$xdptally" || code=$?
expect "the frames are neither counted nor missed, or it does not say so" \
	'end_record | .rxCounter.packets as $came
	| .total.packets <= $came and .total.packets + .missed >= $came
	and .complete == (.missed == 0) and $code == (if .missed == 0 then 0 else 8 end)' \
	--argjson code "$code"
jq -r 'select(.type == "end") | if .missed == 0 then "none missed" else "some missed" end' records
