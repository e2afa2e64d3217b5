#!/usr/bin/env bash
# tc counts merged packets as what is on the wire: those that are sent before the
# kernel divides them, and received ones after it merged them; up to 64 KiB and
# beyond (BIG TCP).
# shellcheck source=tests/kernels/guest/merged.sh
. /guest/merged.sh

make_merged_stage
counts_merged near 0 10.1.0. fd01::
for end in "here near" "peer far"; do
	read -r namespace interface <<<"$end"
	ip -n "$namespace" link set dev "$interface" gso_max_size 200000 gro_max_size 200000 \
		gso_ipv4_max_size 200000 gro_ipv4_max_size 200000 || skip "no BIG TCP over IPv4"
done
counts_merged near 0 10.1.0. fd01::
