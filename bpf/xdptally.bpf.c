// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Counts every frame of one interface by its source address, and passes it:
 * where the driver gives it to XDP, or where tc sees it, coming or going.
 */
#include <linux/pkt_cls.h>
#include "books.h"

/* Whether a frame may have more than one buffer. */
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
 * What tc sees may be many packets in one buffer, merged (GRO) or not yet
 * divided (GSO). Going out, the kernel says what they are on the wire; coming
 * in, the headers that merging took away are added again, and the outer VLAN tag
 * that the kernel keeps beside the buffer.
 */
SEC("tc")
int xdptally_tc(struct __sk_buff *skb)
{
	/* Read apart: the verifier refuses an offset into skb that is chosen. */
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
	return TC_ACT_UNSPEC;	/* on to whoever is next */
}
