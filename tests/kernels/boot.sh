#!/usr/bin/env bash
# Boots a guest in qemu, without KVM. A bridge in a private network namespace
# connects its two network devices. The taps carry virtio headers, so the guest has
# offloads and can change them.
# usage: boot.sh KERNEL INITRAMFS CONSOLE RESULTS (the guest writes the last two files)
set -euo pipefail
LIMIT=900 # seconds

caller=$(readlink "/proc/$PPID/ns/net")
[ "$(readlink "/proc/$$/ns/net")" != "$caller" ] || exec unshare --net "$0" "$@"

sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link add guest type bridge mcast_snooping 0
ip link set dev guest up
devices=()
for tap in tap0 tap1; do
	ip tuntap add dev "$tap" mode tap vnet_hdr
	ip link set dev "$tap" master guest up
	devices+=(
		-netdev "tap,id=$tap,ifname=$tap,script=no,downscript=no"
		-device "virtio-net-pci,netdev=$tap,mac=52:54:00:00:00:0${tap#tap}"
	)
done

# no_timer_check: on a busy machine the emulated timer can be too late for that check,
# and the kernel panics.
# cx16=off: cmpxchg16b in qemu 7.2 sometimes corrupts the flags, and the kernel crashes.
exec timeout --foreground "$LIMIT" qemu-system-x86_64 -accel tcg -cpu max,cx16=off -smp 2 -m 2G \
	-nodefaults -no-user-config -display none -no-reboot \
	-kernel "$1" -initrd "$2" -append "console=ttyS0 quiet panic=-1 no_timer_check" \
	-serial "file:$3" -serial "file:$4" "${devices[@]}" </dev/null
