#!/usr/bin/env bash
# tc counts what a tcx program that was there before keeps from those behind it.
# shellcheck disable=SC2016 # variables of jq

make_stage
has_tcx near || skip "no tcx"
join near far 10.1.0
receive_at here
receive_at peer
mkdir bpf
mount -t bpf none bpf
bpftool prog loadall /guest/flood.bpf.o bpf
for hook in tcx_ingress tcx_egress; do
	# `ip netns exec` would hide the pins: it mounts another /sys.
	nsenter --net=/run/netns/here bpftool net attach "$hook" pinned bpf/keep dev near 2>refusal ||
		skip "bpftool cannot attach to tcx"
done
start_xdptally --hook tc --direction both near
send 10.1.0.1
here bash -c 'for ((i = 0; i < $1; i++)); do echo x >/dev/udp/10.1.0.2/9; done' _ "$DATAGRAMS"
stop_xdptally
for source in "in 10.1.0.2" "out 10.1.0.1"; do
	read -r direction ip <<<"$source"
	expect "what goes $direction is not exact" \
		'map(select(.direction == $direction)) | has_only($ip; $packets; $bytes)' \
		--arg direction "$direction" --arg ip "$ip" --argjson packets "$DATAGRAMS" \
		--argjson bytes "$((DATAGRAMS * ETHERNET_BYTES))"
done
