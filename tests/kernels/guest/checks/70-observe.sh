#!/usr/bin/env bash
# --hook observe counts what an XDP program gets, exactly, by verdict.
# shellcheck source=tests/kernels/guest/holder.sh
. /guest/holder.sh

make_holder_stage
hold xdp_sort
start_xdptally --hook observe --by source,verdict near
flood 3000 240
stop_xdptally
expect_verdicts 3000
expect "a source has another verdict" has_sorted
