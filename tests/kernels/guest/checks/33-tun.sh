#!/usr/bin/env bash
# Frames of a tun interface begin with the IP header. socat relays them between two
# tuns, one datagram per frame.

make_stage
need_module tun
join near far 10.1.0
tunnel=tun-type=tun,iff-no-pi,iff-up
here socat "UDP4-DATAGRAM:10.1.0.2:7,bind=10.1.0.1:7" "TUN,tun-name=tun0,$tunnel" 2>socat-here &
peer socat "UDP4-DATAGRAM:10.1.0.1:7,bind=10.1.0.2:7" "TUN,tun-name=tun0,$tunnel" 2>socat-peer &
until_true is_running here tun0 2>/dev/null
until_true is_running peer tun0 2>/dev/null
join tun0 tun0 10.8.0
counts_exactly tun0 10.8.0 "$IP_BYTES"
