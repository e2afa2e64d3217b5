#!/usr/bin/env bash
# Frames in several buffers are counted; native mode supports them from Linux 5.18 on.

make_stage
ip -n here link set dev near mtu 9000
ip -n peer link set dev far mtu 9000
join near far 10.1.0
start_xdptally --hook xdp near
expect_mode near
peer bash -c 'for ((i = 0; i < 20; i++)); do
	dd if=/dev/zero bs=8000 count=1 status=none >/dev/udp/10.1.0.1/9
done'
stop_xdptally
expect_only 10.1.0.2 20 "$((20 * (8000 + ETHERNET_BYTES - 2)))"
expect_detached near
