#!/usr/bin/env bash
# Tunnels of IP in IPv4 count the packets inside.
# shellcheck source=tests/kernels/guest/tunnel.sh
. /guest/tunnel.sh

make_tunnel_stage
need_module ipip
need_module sit
make_tunnel type ipip local 10.1.0.MINE remote 10.1.0.OTHER
counts_tunnel 10.9.0. >/dev/null
remove_tunnel
make_tunnel type sit mode any local 10.1.0.MINE remote 10.1.0.OTHER
counts_tunnel 10.9.0. fd09::
