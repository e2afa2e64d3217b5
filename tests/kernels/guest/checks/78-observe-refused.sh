#!/usr/bin/env bash
# A program that cannot be ridden on is refused with the reason, and auto goes to tc
# where there is tcx; else the interface is busy.
# shellcheck source=tests/kernels/guest/holder.sh
. /guest/holder.sh

make_holder_stage
sysctl -qw net.core.bpf_jit_enable=0 2>/dev/null || skip "the JIT cannot be turned off"
bpftool prog loadall /guest/holders.bpf.o "$PINS/slow" type xdp map name given pinned "$PINS/given"
sysctl -qw net.core.bpf_jit_enable=1
in_here bpftool net attach xdpdrv pinned "$(ls -d "$PINS"/slow/xdp_adjust*)" dev near
code=0
here xdptally --hook observe near 2>refusal || code=$?
[ "$code" = 6 ] || fail "exit code $code: $(cat refusal)"
grep -q "interpreted" refusal || fail "$(cat refusal)"
code=0
here xdptally --count 1 --json near >records 2>refusal || code=$?
case $code:$(jq -r 'select(.type == "start") | "\(.mode) \(.holder.name)"' records) in
"0:tc xdp_adjust") grep -q "cannot be observed (it is interpreted" refusal || fail "$(cat refusal)" && echo "to tc" ;;
5:) echo "busy" ;;
*) fail "exit code $code: $(cat refusal)" ;;
esac
