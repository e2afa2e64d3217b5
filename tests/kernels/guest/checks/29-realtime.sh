#!/usr/bin/env bash
# A kernel that says that it is a real-time one gets the program with atomic additions.

make_stage
join near far 10.1.0
mkdir bin
cat >bin/xdptally <<END
#!/bin/bash
# ip netns exec has mounted /sys for this process alone.
[ ! -d /sys/kernel/btf ] || cp -r /sys/kernel/btf .
mount -t tmpfs none /sys/kernel
[ ! -d btf ] || cp -r btf /sys/kernel
echo 1 >/sys/kernel/realtime
exec $(type -P xdptally) "\$@"
END
chmod +x bin/xdptally
PATH=$PWD/bin:$PATH
start_xdptally --hook xdp near
expect_mode near
bpftool prog dump xlated name xdptally >program
grep -q 'lock \*(u64' program || fail "no atomic additions"
send 10.1.0.1
stop_xdptally
expect_only 10.1.0.2 "$DATAGRAMS" "$((DATAGRAMS * ETHERNET_BYTES))"
expect_detached near
