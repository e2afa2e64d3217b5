#!/usr/bin/env bash
# An active-backup bond counts what it delivers: of frames that come in on both
# slaves, once. It drops those of the backup slave, which native XDP sees too.
# shellcheck disable=SC2016 # variables of jq

make_stage
need_module bonding
need_module bridge
ip -n here link add backup type veth peer name other netns peer
ip -n here link add bond0 type bond mode active-backup miimon 100
ip -n peer link add br0 type bridge mcast_snooping 0
for end in "here bond0 near" "here bond0 backup" "peer br0 far" "peer br0 other"; do
	read -r namespace master slave <<<"$end"
	ip -n "$namespace" link set dev "$slave" master "$master"
	ip -n "$namespace" link set dev "$slave" up
done
join bond0 br0 10.1.0

# delivered: prints how many broadcasts the host's IP layer has got.
delivered() {
	here nstat --json -asz | jq '.kernel.IpExtInBcastPkts'
}

for options in "" "--hook xdp"; do
	before=$(delivered)
	# shellcheck disable=SC2086 # several words, or none
	start_xdptally $options bond0
	for ((i = 0; i < DATAGRAMS; i++)); do echo x; done |
		peer socat -u -b 2 - "UDP-DATAGRAM:10.1.0.255:9,broadcast"
	until_true has_counted "$DATAGRAMS"
	stop_xdptally
	[ "$(($(delivered) - before))" = "$DATAGRAMS" ] || fail "the bond delivered $(($(delivered) - before))"
	expect_only 10.1.0.2 "$DATAGRAMS" "$((DATAGRAMS * ETHERNET_BYTES))"
	modes+=("$(jq -r 'select(.type == "start").mode' records)")
done
echo "${modes[*]}"
