// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Counts each frame of an interface by its source, and passes it. One of the two
 * programs is loaded: for XDP, or for tc in either direction.
 */
#include <linux/pkt_cls.h>
#include "books.h"
#include "merged.h"
#include "outer.h"

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

	skip_outer(&frame);
	count(&frame);
	return XDP_PASS;
}

/* An skb, as if it were one packet. */
static __always_inline struct frame frame_of(struct __sk_buff *skb)
{
	struct frame frame = {
		.ctx = skb,
		.data = (void *)(long)skb->data,
		.data_end = (void *)(long)skb->data_end,
		.is_skb = 1,
		.tags = skb->vlan_present ? 1 : 0,
		.tag = skb->vlan_tci,
		.packets = 1,
		.bytes = skb->len,
	};

	skip_outer(&frame);
	return frame;
}

/*
 * The headers of a merged skb: see headers_size(). The verifier walks a global
 * function once, and copies in one way, so that it is done in a tenth of the time.
 */
__attribute__((noinline)) __u64 headers_of(struct __sk_buff *skb)
{
	struct frame frame = frame_of(skb);

	frame.copies = 1;
	return headers_size(&frame);
}

#define VLAN_HLEN 4

/*
 * The outer VLAN tag may be beside the data, and is not in its length. What is
 * on the wire is worked out here in both directions: wire_len takes the outer
 * headers of a tunnel for all headers.
 */
SEC("tc")
int xdptally_tc(struct __sk_buff *skb)
{
	__u64 headers = skb->gso_size ? headers_of(skb) : 0;
	struct frame frame = frame_of(skb);

	if (skb->gso_size)
		divide(&frame, headers, skb->gso_segs, skb->gso_size);
	frame.bytes += frame.packets * frame.tags * VLAN_HLEN;
	count(&frame);
	return TC_ACT_UNSPEC;	/* go on to the next program */
}
