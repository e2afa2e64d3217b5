#!/usr/bin/env bash
# Without the system's libbpf the embedded one is used; if the glibc is too old
# for it, an error says so.

make_stage
join near far 10.1.0
mkdir /hidden
mv /usr/lib/x86_64-linux-gnu/libbpf.so.* /hidden # what lib.sh calls needs it
trap 'mv /hidden/* /usr/lib/x86_64-linux-gnu; rmdir /hidden' EXIT

code=0
nsenter --net=/run/netns/here xdptally -v --json --count 1 near >records 2>notices || code=$?

libc=$(/lib/x86_64-linux-gnu/libc.so.6 | sed -n '1s/.* version \([0-9.]*[0-9]\).*/\1/p')
needed=$(cat /guest/embedded-needs-glibc)
if [ "$(printf '%s\n' "$libc" "$needed" | sort -V | tail -n 1)" = "$libc" ]; then
	[ "$code" = 0 ] || fail "exit code $code: $(tail -n 1 notices)"
	grep -q 'Using embedded libbpf.so.1' notices || fail "$(grep Using notices)"
	echo "embedded"
else
	[ "$code" = 6 ] || fail "exit code $code, not 6: $(tail -n 1 notices)"
	grep -q 'Cannot open libbpf: .*; install libbpf' notices || fail "no advice: $(head -n 1 notices)"
	grep -q "GLIBC_$needed' not found" notices || fail "no cause: $(head -n 1 notices)"
	echo "refused: glibc $libc"
fi
