#!/usr/bin/env bash
# A bridge counts exactly.

make_stage
need_module bridge
ip -n here link add br0 type bridge mcast_snooping 0
ip -n here link set dev near master br0 up
ip -n peer link set dev far up
join br0 far 10.1.0
counts_exactly br0 10.1.0 "$ETHERNET_BYTES"
