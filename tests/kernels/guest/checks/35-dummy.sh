#!/usr/bin/env bash
# A dummy interface receives nothing, and what is sent through it is not counted.

make_namespaces
need_module dummy
ip -n here link add dummy0 type dummy
set_up here dummy0 10.1.0.1
add_neighbour here dummy0 10.1.0.2 02:00:00:00:00:02
start_xdptally dummy0
expect_mode dummy0
here bash -c 'for ((i = 0; i < 10; i++)); do echo x >/dev/udp/10.1.0.2/9; done'
[ "$(ip -n here -json -s link show dev dummy0 | jq '.[0].stats64.tx.packets')" = 10 ] ||
	fail "the datagrams were not sent"
stop_xdptally
expect "the ticks do not sum to the end" sums_to_end
expect "something was counted" 'end_record.total.packets == 0'
expect_detached dummy0
