#!/usr/bin/env bash
# xdptally leaves rx-gro-hw as it was. Native mode does not change it; generic mode
# switches it off, and xdptally on again. After a kill, the command that xdptally
# printed does it.

make_virtio_stage
here ethtool -K eth0 rx-gro-hw on # a failed check may have left it off
expect_gro_hw on
counts_exactly eth0 10.1.0 "$ETHERNET_BYTES" --mode native
expect_gro_hw on

counts_exactly eth0 10.1.0 "$ETHERNET_BYTES" --mode generic
expect_gro_hw on

start_xdptally --mode generic eth0
expect_gro_hw off
kill_xdptally
expect_detached eth0
expect_gro_hw off
line=$(sed -n 's/.*after a kill, restore it with: //p' notices)
[ "$line" = "ethtool -K eth0 rx-gro-hw on" ] || fail "xdptally printed: $(cat notices)"
here bash -c "$line"
expect_gro_hw on
