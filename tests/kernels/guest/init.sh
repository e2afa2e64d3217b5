#!/bin/bash
# The guest's first process: runs the checks one by one, writes the results to the
# second serial port, and reboots, which ends the guest.
set -uo pipefail
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
LIMIT=150 # seconds per check: the processor is emulated

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run
exec </dev/null >/dev/ttyS0 2>&1

# report TEXT…: writes a line to the console and to the results.
report() {
	echo "$*"
	echo "$*" >/dev/ttyS1
}

# run_check NAME: runs a check in a new folder. Exit code 77 means skipped. Its
# stdout is the detail of a pass; the last line on stderr is the reason otherwise.
run_check() {
	local name=$1 folder status verdict detail
	folder=$(mktemp -d)
	# shellcheck disable=SC2016 # the inner shell expands it
	(cd "$folder" && exec timeout "$LIMIT" bash -c '. /guest/lib.sh; . "$1"' "$name" "/guest/checks/$name.sh" >detail 2>reason)
	status=$?
	case $status in
	0) verdict=pass detail=$(<"$folder/detail") ;;
	77) verdict=skip detail=$(tail -n 1 "$folder/reason") ;;
	124) verdict=fail detail="not finished after $LIMIT s" ;;
	*) verdict=fail detail=$(tail -n 1 "$folder/reason") ;;
	esac
	[ "$verdict" != fail ] || tail -vn 40 "$folder"/*
	report "RESULT $name $verdict $detail"

	kill -KILL -- -1 2>/dev/null # all but this process
	wait
	ip -all netns delete
}

modprobe -a virtio_pci virtio_net 2>/dev/null # built into some of the kernels
GLIBC=$(/lib/x86_64-linux-gnu/libc.so.6 | sed -n '1s/.* version \([0-9.]*[0-9]\).*/\1/p')
export GLIBC # for 90-no-libbpf
kernel=$(sed 's/.* Debian \([0-9.]*\).*/\1/' /proc/version)
report "ABOUT $kernel $(cat /guest/libbpf) $GLIBC"
for check in /guest/checks/*.sh; do
	run_check "$(basename "$check" .sh)"
done
report "END"
echo b >/proc/sysrq-trigger
