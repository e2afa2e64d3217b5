#!/usr/bin/env bash
# Without a system libbpf, the embedded one is used; if the glibc is too old for it,
# xdptally says so.

make_stage
join near far 10.1.0
mkdir /hidden
mv /usr/lib/x86_64-linux-gnu/libbpf.so.* /hidden # only now: ip and bpftool need it
trap 'mv /hidden/* /usr/lib/x86_64-linux-gnu; rmdir /hidden' EXIT

code=0
nsenter --net=/run/netns/here xdptally -v --json --count 1 near >records 2>notices || code=$?

needed=$(cat /guest/embedded-needs-glibc)
if [ "$(printf '%s\n' "$GLIBC" "$needed" | sort -V | tail -n 1)" = "$GLIBC" ]; then
	[ "$code" = 0 ] || fail "exit code $code: $(tail -n 1 notices)"
	grep -q 'Using embedded libbpf.so.1' notices || fail "$(grep Using notices)"
	echo "embedded"
else
	[ "$code" = 6 ] || fail "exit code $code, not 6: $(tail -n 1 notices)"
	grep -q 'Cannot open libbpf: .*; install libbpf' notices || fail "no advice: $(head -n 1 notices)"
	grep -q "GLIBC_$needed' not found" notices || fail "no cause: $(head -n 1 notices)"
	echo "refused: glibc $GLIBC"
fi
