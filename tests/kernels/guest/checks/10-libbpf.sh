#!/usr/bin/env bash
# The release's own libbpf is used, and is sufficient.

make_stage
join near far 10.1.0
start_xdptally -v near
stop_xdptally
libbpf=$(cat /guest/libbpf)
case $libbpf in
0.*) name=libbpf.so.0 ;; # libbpf reports its version only from 0.6 on
*) name="libbpf.so.1 ${libbpf%.*}" ;;
esac
grep -q "Using $name" notices || fail "not $name: $(grep Using notices)"
echo "$name"
