#!/usr/bin/env bash
# A bond counts exactly.

make_stage
need_module bonding
ip -n here link add bond0 type bond mode balance-rr miimon 100
ip -n here link set dev near master bond0
ip -n peer link set dev far up
join bond0 far 10.1.0
counts_exactly bond0 10.1.0 "$ETHERNET_BYTES"
