#!/usr/bin/env bash
# tc on virtio_net counts TCP that arrives merged as the sender's kernel counts it.
# shellcheck disable=SC2016 # variables of jq
# shellcheck source=tests/kernels/guest/merged.sh
. /guest/merged.sh

make_virtio_stage
has_tcx eth0 || skip "no tcx"

# counter NAMESPACE NAME: prints one of the kernel's counters.
counter() {
	ip netns exec "$1" nstat --json -asz | jq ".kernel.$2"
}

buffers() {
	ip -n here -json -s link show dev eth0 | jq '.[0].stats64.rx.packets'
}

again=$(counter peer TcpRetransSegs)
for ((attempt = 0; attempt < 5; attempt++)); do
	sent=$(counter peer TcpOutSegs) received=$(buffers)
	start_xdptally --hook tc eth0
	send_tcp peer here 10.1.0.1
	stop_xdptally
	sent=$(($(counter peer TcpOutSegs) - sent)) received=$(($(buffers) - received))
	[ "$(counter peer TcpRetransSegs)" != "$again" ] || break
	again=$(counter peer TcpRetransSegs)
done
# Ethernet, IPv4, TCP with timestamps; a SYN has 8 bytes more of options.
bytes=$((1024 * 1024 + sent * (14 + 20 + 32) + 8))
expect "not $sent packets of $bytes bytes" \
	'end_record | .total == { $packets, $bytes }' --argjson packets "$sent" --argjson bytes "$bytes"
((received < sent / 2)) || fail "little was merged: $received buffers of $sent packets"
