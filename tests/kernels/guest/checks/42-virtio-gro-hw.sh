#!/usr/bin/env bash
# A run leaves rx-gro-hw as it was: native mode does not change it; generic mode
# turns it off, and xdptally turns it on again. After a kill, the command that
# xdptally printed at its start does.

make_virtio_stage
here ethtool -K eth0 rx-gro-hw on # a generic check before may have ended in failure
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
line=$(sed -n 's/.*After a kill: //p' notices)
[ "$line" = "ethtool -K eth0 rx-gro-hw on" ] || fail "it says: $(cat notices)"
here bash -c "$line"
expect_gro_hw on
