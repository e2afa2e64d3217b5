#!/usr/bin/env bash
# The interfaces of IPsec count the packets inside, in front of which the kernel
# leaves an Ethernet header.
# shellcheck source=tests/kernels/guest/tunnel.sh
. /guest/tunnel.sh

make_tunnel_stage
for module in authenc esp4 ip_vti xfrm_interface xfrm_user; do need_module "$module"; done

# protect SELECTOR…: ESP without encryption (it is loaded by itself) between the ends,
# for what has this mark or interface id.
protect() {
	local namespace mine other
	for end in "here 1 2" "peer 2 1"; do
		read -r namespace mine other <<<"$end"
		ip -n "$namespace" xfrm state add src "10.1.0.$mine" dst "10.1.0.$other" proto esp spi "$mine" \
			reqid 1 mode tunnel enc "ecb(cipher_null)" "" auth digest_null "" "$@"
		ip -n "$namespace" xfrm state add src "10.1.0.$other" dst "10.1.0.$mine" proto esp spi "$other" \
			reqid 1 mode tunnel enc "ecb(cipher_null)" "" auth digest_null "" "$@"
		ip -n "$namespace" xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir out "$@" \
			tmpl src "10.1.0.$mine" dst "10.1.0.$other" proto esp reqid 1 mode tunnel
		ip -n "$namespace" xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir in "$@" \
			tmpl src "10.1.0.$other" dst "10.1.0.$mine" proto esp reqid 1 mode tunnel
	done
}

protect if_id 5
make_tunnel type xfrm if_id 5
counts_tunnel 10.9.0. >/dev/null
remove_tunnel
for namespace in here peer; do
	ip -n "$namespace" xfrm state flush
	ip -n "$namespace" xfrm policy flush
done
protect mark 5
make_tunnel type vti local 10.1.0.MINE remote 10.1.0.OTHER key 5
counts_tunnel 10.9.0.
