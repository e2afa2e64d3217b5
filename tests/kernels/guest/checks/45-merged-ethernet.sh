#!/usr/bin/env bash
# The same in tunnels that carry Ethernet frames.
# shellcheck source=tests/kernels/guest/merged.sh
. /guest/merged.sh

make_merged_stage
merged_in_tunnel 38 10.9.0. ip_gre type gretap local 10.1.0.MINE remote 10.1.0.OTHER
merged_in_tunnel 50 10.9.0. geneve mtu 1450 type geneve id 7 remote 10.1.0.OTHER
merged_in_tunnel 50 10.9.0. vxlan mtu 1450 type vxlan id 7 dstport 4789 remote 10.1.0.OTHER
