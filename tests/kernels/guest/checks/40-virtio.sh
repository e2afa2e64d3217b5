#!/usr/bin/env bash
# A virtio_net device, in the mode that auto chooses.

make_virtio_stage
counts_exactly eth0 10.1.0 "$ETHERNET_BYTES" --mode auto
