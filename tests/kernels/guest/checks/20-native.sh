#!/usr/bin/env bash
# Native mode on veth counts exactly.

make_stage
join near far 10.1.0
counts_exactly near 10.1.0 "$ETHERNET_BYTES" --mode native
