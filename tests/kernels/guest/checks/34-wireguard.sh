#!/usr/bin/env bash
# Frames of a WireGuard interface begin with the IP header.

make_stage
need_module wireguard
join near far 10.1.0
wg genkey >here.key
wg genkey >peer.key
for end in "here peer 2" "peer here 1"; do
	read -r namespace other number <<<"$end"
	ip -n "$namespace" link add wg0 type wireguard
	ip netns exec "$namespace" wg set wg0 private-key "$namespace.key" listen-port 51820 \
		peer "$(wg pubkey <"$other.key")" endpoint "10.1.0.$number:51820" allowed-ips 10.8.0.0/24
done
join wg0 wg0 10.8.0
counts_exactly wg0 10.8.0 "$IP_BYTES"
