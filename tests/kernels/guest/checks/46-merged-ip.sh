#!/usr/bin/env bash
# The same in tunnels that carry IP packets.
# shellcheck source=tests/kernels/guest/merged.sh
. /guest/merged.sh

make_merged_stage
merged_in_tunnel 38 "10.9.0. fd09::" ip_gre type gre local 10.1.0.MINE remote 10.1.0.OTHER
merged_in_tunnel 38 "10.9.0. fd09::" ip_gre type gre local 10.1.0.MINE
merged_in_tunnel 34 "10.9.0." ipip type ipip local 10.1.0.MINE remote 10.1.0.OTHER
merged_in_tunnel 34 "fd09::" sit type sit local 10.1.0.MINE remote 10.1.0.OTHER
merged_in_tunnel 62 "10.9.0. fd09::" ip6_tunnel type ip6tnl mode any local fd01::MINE remote fd01::OTHER
merged_in_tunnel 66 "10.9.0. fd09::" ip6_gre type ip6gre local fd01::MINE remote fd01::OTHER
