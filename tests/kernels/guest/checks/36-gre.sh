#!/usr/bin/env bash
# GRE counts the packets inside: with all fields, and to no fixed end, where the
# outer headers stay in front of the packets.
# shellcheck source=tests/kernels/guest/tunnel.sh
. /guest/tunnel.sh

make_tunnel_stage
need_module ip_gre
make_tunnel type gre local 10.1.0.MINE remote 10.1.0.OTHER key 5 csum seq
counts_tunnel 10.9.0. fd09:: >/dev/null
remove_tunnel
make_tunnel type gre local 10.1.0.MINE key 5
add_tunnel_neighbours
counts_tunnel 10.9.0. fd09::
