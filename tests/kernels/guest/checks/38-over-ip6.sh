#!/usr/bin/env bash
# Tunnels over IPv6 count the packets inside.
# shellcheck source=tests/kernels/guest/tunnel.sh
. /guest/tunnel.sh

make_tunnel_stage
need_module ip6_tunnel
need_module ip6_gre
make_tunnel type ip6tnl mode any local fd01::MINE remote fd01::OTHER
counts_tunnel 10.9.0. fd09:: >/dev/null
remove_tunnel
make_tunnel type ip6gre local fd01::MINE remote fd01::OTHER
counts_tunnel 10.9.0. fd09::
