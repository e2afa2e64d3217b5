#!/bin/bash
# The guest's first process: runs each check for itself, tells the results on
# the second serial line, and ends the guest.
set -uo pipefail
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
LIMIT=150 # seconds that a check may take: this processor is an emulated one

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run
exec </dev/null >/dev/ttyS0 2>&1

tell() {
	echo "$*"
	echo "$*" >/dev/ttyS1
}

# Runs a check in a folder of its own. It exits with 77 to be skipped; what it
# prints is the detail of its result, and its last word on stderr the reason.
run_check() {
	local name=$1 folder status verdict detail
	folder=$(mktemp -d)
	# shellcheck disable=SC2016 # for the other shell
	(cd "$folder" && exec timeout "$LIMIT" bash -c '. /guest/lib.sh; . "$1"' "$name" "/guest/checks/$name.sh" >detail 2>reason)
	status=$?
	case $status in
	0) verdict=pass detail=$(<"$folder/detail") ;;
	77) verdict=skip detail=$(tail -n 1 "$folder/reason") ;;
	124) verdict=fail detail="not over after $LIMIT s" ;;
	*) verdict=fail detail=$(tail -n 1 "$folder/reason") ;;
	esac
	[ "$verdict" != fail ] || tail -vn 40 "$folder"/*
	tell "RESULT $name $verdict $detail"

	kill -KILL -- -1 2>/dev/null # all but this process
	wait
	ip -all netns delete
}

modprobe -a virtio_pci virtio_net 2>/dev/null # built in here and there
libc=$(/lib/x86_64-linux-gnu/libc.so.6 | sed -n '1s/.* version \([0-9.]*[0-9]\).*/\1/p')
kernel=$(sed 's/.* Debian \([0-9.]*\).*/\1/' /proc/version)
tell "ABOUT $kernel $(cat /guest/libbpf) $libc"
for check in /guest/checks/*.sh; do
	run_check "$(basename "$check" .sh)"
done
tell "END"
echo b >/proc/sysrq-trigger
