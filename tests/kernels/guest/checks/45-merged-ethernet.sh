#!/usr/bin/env bash
# The same in tunnels that carry Ethernet frames.
. /guest/merged.sh

make_merged_stage
merged_in_tunnel 38 10.9.0. ip_gre type gretap local 10.1.0.MINE remote 10.1.0.OTHER
merged_in_tunnel 50 10.9.0. geneve type geneve id 7 remote 10.1.0.OTHER
merged_in_tunnel 50 10.9.0. vxlan type vxlan id 7 dstport 4789 remote 10.1.0.OTHER
