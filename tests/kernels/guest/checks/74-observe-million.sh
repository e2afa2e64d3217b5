#!/usr/bin/env bash
# A million frames on two CPUs are counted exactly, over many windows.
# shellcheck source=tests/kernels/guest/holder.sh
. /guest/holder.sh

make_holder_stage
hold xdp_sort
start_xdptally --hook observe --by source,verdict --interval 250ms near
flood 500000 240
stop_xdptally
expect_verdicts 900000
expect "a source has another verdict" has_sorted
jq --slurp --raw-output 'map(select(.type == "end")) | .[0] | "\(.total.packets) frames"' records
