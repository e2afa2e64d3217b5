#!/usr/bin/env bash
# Generic mode on virtio_net counts exactly.

make_virtio_stage
counts_exactly eth0 10.1.0 "$ETHERNET_BYTES" --mode generic
