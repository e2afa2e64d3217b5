#!/usr/bin/env bash
# What the device does with frames afterwards is what it did before: native mode
# changes nothing, generic mode turns rx-gro-hw off, and xdptally on again; also
# by the line that it says, after a kill.

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
