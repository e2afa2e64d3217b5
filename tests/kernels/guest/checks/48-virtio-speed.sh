#!/usr/bin/env bash
# TCP into virtio_net, which merges what it receives: each way counts what TCP sent.
# Prints the speed that each way leaves, 1 being that with nobody counting: the median
# of pairs in turn. It asserts none of it, because the processor is emulated.
# shellcheck disable=SC2016 # variables of jq
PAIRS=3 BYTES=4M PORT=9

# transfer: sends from the peer to eth0, and prints the microseconds that it took.
transfer() {
	local start
	here socat -u -b 131072 "TCP-LISTEN:$PORT,reuseaddr" OPEN:/dev/null &
	until_true is_listening
	start=${EPOCHREALTIME/./}
	peer head -c "$BYTES" /dev/zero | peer socat -u -b 131072 - "TCP:10.1.0.1:$PORT"
	wait $!
	echo $((${EPOCHREALTIME/./} - start))
}

is_listening() {
	[ -n "$(here ss -Hltn "sport = :$PORT")" ]
}

# sent NAME…: prints the sum of these counters of the peer.
sent() {
	peer nstat -asz --json "$@" | jq '.kernel | add'
}

# pair OPTION…: prints the speed with xdptally, as a part of that with nobody. What was
# lost before it was counted was sent again.
pair() {
	local nobody counting first all least
	nobody=$(transfer)
	start_xdptally "$@" eth0
	first=$(sent TcpOutSegs) all=$(sent TcpOutSegs TcpRetransSegs)
	counting=$(transfer)
	least=$(($(sent TcpOutSegs) - first))
	until_true has_counted "$least"
	stop_xdptally
	expect "it counted more than TCP sent" 'end_record.total.packets <= $most' \
		--argjson most $(($(sent TcpOutSegs TcpRetransSegs) - all))
	jq -n "$nobody / $counting * 100 | round / 100"
}

# median OPTION…: the median of the pairs.
median() {
	local at
	for ((at = 0; at < PAIRS; at++)); do pair "$@"; done |
		sort -n | sed -n "$(((PAIRS + 1) / 2))p"
}

make_virtio_stage
here ethtool -K eth0 rx-gro-hw on # a failed check may have left it off
default=$(median)
tc=$(median --hook tc 2>why) || grep -q "no tcx links" why || fail "$(tail -n 1 why)"
native=$(median --mode native)
echo "default ${default}${tc:+, tc $tc}, native $native"
