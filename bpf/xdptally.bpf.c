// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Counts each frame of an interface by its source, and passes it. One of the two
 * programs is loaded: for XDP, or for tc in either direction.
 */
#include <linux/pkt_cls.h>
#include "books.h"

/* Whether a frame has, or may have, more than one buffer. */
#ifndef HAS_FRAGS
#define HAS_FRAGS(ctx) constants.has_frags
#endif

char _license[] SEC("license") = "Dual MIT/GPL";

SEC("xdp")
int xdptally(struct xdp_md *ctx)
{
	struct frame frame = {
		.ctx = ctx,
		.data = (void *)(long)ctx->data,
		.data_end = (void *)(long)ctx->data_end,
		.packets = 1,
		.bytes = HAS_FRAGS(ctx) ? bpf_xdp_get_buff_len(ctx)
					: ctx->data_end - ctx->data,
	};

	count(&frame);
	return XDP_PASS;
}

#define VLAN_HLEN 4

/*
 * An skb may hold many packets: received ones that were merged (GRO), or sent ones
 * that are not divided yet (GSO). On egress, wire_len has their bytes on the wire.
 * On ingress, the headers that merging removed are added, and the outer VLAN tag,
 * which the kernel keeps beside the data.
 */
SEC("tc")
int xdptally_tc(struct __sk_buff *skb)
{
	/*
	 * volatile: else clang may merge this load and that of len into one with
	 * a variable offset, which the verifier rejects.
	 */
	__u32 wire_len = *(volatile __u32 *)&skb->wire_len;
	struct frame frame = {
		.ctx = skb,
		.data = (void *)(long)skb->data,
		.data_end = (void *)(long)skb->data_end,
		.is_skb = 1,
		.tags = skb->vlan_present ? 1 : 0,
		.packets = skb->gso_segs ?: 1,
		.bytes = constants.is_egress ? wire_len : skb->len,
	};

	if (!constants.is_egress && frame.packets > 1)
		frame.bytes += (frame.packets - 1) * headers_size(&frame);
	frame.bytes += frame.packets * frame.tags * VLAN_HLEN;
	count(&frame);
	return TC_ACT_UNSPEC;	/* go on to the next program */
}
