#!/usr/bin/env bash
# A VLAN interface counts exactly.

make_stage
need_module 8021q
join near far 10.1.0
ip -n here link add link near name near.7 type vlan id 7
ip -n peer link add link far name far.7 type vlan id 7
join near.7 far.7 10.7.0
counts_exactly near.7 10.7.0 "$ETHERNET_BYTES"
