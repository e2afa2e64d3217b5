#!/usr/bin/env bash
# Native mode leaves the device as it was: it merges frames again afterwards.

make_virtio_stage
here ethtool -K eth0 rx-gro-hw on # a check before may have left it off
expect_gro_hw on
counts_exactly eth0 10.1.0 "$ETHERNET_BYTES" --mode native
expect_gro_hw on
