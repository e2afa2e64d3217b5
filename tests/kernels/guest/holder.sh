# For the checks of --hook observe: an XDP program of holders.bpf.o holds `near`.
# shellcheck shell=bash disable=SC2016,SC2034 # jq's variables; the checks use ours

PINS=/run/pins # libbpf makes underscores of dots in a path
FRAME=60 # bytes of a frame of pktgen

# Pins the programs of holders.bpf.o, with one map of counters for all.
pin_holders() {
	mkdir -p "$PINS"
	mount -t bpf none "$PINS" # over that of the check before
	bpftool prog loadall /guest/holders.bpf.o "$PINS/programs" type xdp pinmaps "$PINS"
}

# The stage: a veth pair with two queues, and the programs pinned.
make_holder_stage() {
	make_namespaces
	need_module veth
	need_module pktgen
	ip -n here link add near numtxqueues 2 numrxqueues 2 type veth \
		peer name far netns peer numtxqueues 2 numrxqueues 2
	join near far 10.1.0
	pin_holders
}

# in_here COMMAND…: as `here`, which would hide the pins: it mounts another /sys.
in_here() {
	nsenter --net=/run/netns/here "$@"
}

# program NAME: prints its pin, which old versions of libbpf name after its section.
program() {
	ls "$PINS/programs/$1" 2>/dev/null || echo "$PINS/programs/$1_prog"
}

# hold PROGRAM [KIND [INTERFACE]]: attaches a program; KIND is xdpdrv or xdpgeneric.
hold() {
	in_here bpftool net attach "${2:-xdpdrv}" pinned "$(program "$1")" dev "${3:-near}" overwrite
}

release() {
	in_here bpftool net detach xdpdrv dev near
}

# pktgen FILE LINE…: writes to a file of pktgen at the peer.
pktgen() {
	local file=$1 line
	shift
	for line in "$@"; do
		nsenter --net=/run/netns/peer bash -c 'echo "$2" >/proc/net/pktgen/"$1"' _ "$file" "$line"
	done
}

# flood FRAMES SOURCES: each CPU sends so many frames, from 10.0.0.0 on.
flood() {
	local cpu
	for cpu in 0 1; do
		pktgen "kpktgend_$cpu" rem_device_all "add_device far@$cpu"
		pktgen "far@$cpu" "count $1" "clone_skb 0" "pkt_size $FRAME" "delay 0" \
			"queue_map_min $cpu" "queue_map_max $cpu" "dst 10.1.0.1" \
			"dst_mac $(link_field here near address)" \
			"src_min 10.0.0.0" "src_max 10.0.0.$(($2 - 1))"
	done
	pktgen pgctrl start
}

# Prints what the holder counted, as an array by verdict.
given() {
	bpftool --json map dump pinned "$PINS/given" | jq --compact-output 'map(.formatted.value)'
}

# forget: sets the holder's counters to 0.
forget() {
	local kind
	for kind in 0 1 2 3 4 5; do
		bpftool map update pinned "$PINS/given" key "$kind" 0 0 0 value 0 0 0 0 0 0 0 0
	done
}

# expect_verdicts FRAMES [BYTES]: the run counted all that the holder did, by verdict,
# which were at least so many, of so many bytes each.
expect_verdicts() {
	expect "the ticks do not sum to the end" sums_to_end
	expect "the verdicts are not the holder's $(given)" \
		'has_verdicts($given; $least; $bytes)' \
		--argjson given "$(given)" --argjson least "$1" --argjson bytes "${2:-$FRAME}"
}
