// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * The same programs for Linux 6.2 and later with BTF, which let a program read the
 * kernel's own struct of a frame. Whether a frame has more than one buffer is then
 * one load; bpf_xdp_get_buff_len() costs more than the rest of the program
 * (bench/RESULTS.md, figure 1).
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* Of include/net/xdp.h; libbpf fills in the offset of the running kernel. */
struct xdp_buff {
	struct xdp_rxq_info *rxq;
	__u32 flags;
} __attribute__((preserve_access_index));

struct xdp_rxq_info {
	struct net_device *dev;
} __attribute__((preserve_access_index));

/* Of include/linux/netdevice.h. */
struct net_device {
	unsigned short hard_header_len;
} __attribute__((preserve_access_index));

#define XDP_FLAGS_HAS_FRAGS 1

/* Of include/linux/skbuff.h. */
struct sk_buff {
	unsigned char *head, *data;
	unsigned int end;
	__u16 network_header, inner_network_header;
	__u8 encapsulation: 1;
} __attribute__((preserve_access_index));

struct skb_shared_info {
	unsigned int gso_type;
} __attribute__((preserve_access_index));

#define SKB_GSO_UDP (1 << 16)

extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym;
extern void *bpf_rdonly_cast(void *from, __u32 btf_id) __ksym;

static __always_inline int has_frags(struct xdp_md *ctx)
{
	const struct xdp_buff *frame = bpf_cast_to_kern_ctx(ctx);

	return frame->flags & XDP_FLAGS_HAS_FRAGS;
}

#define MOST_OFFSET 0x7fff	/* a bound for the verifier */

/* The IP header inside a tunnel, whose ports may be any; else the one at `at`. */
static __always_inline __u32 inner_ip(void *ctx, __u32 at)
{
	const struct sk_buff *skb = bpf_cast_to_kern_ctx(ctx);
	__u32 inner = skb->inner_network_header - (skb->data - skb->head);

	if (!BPF_CORE_READ_BITFIELD(skb, encapsulation) ||
	    !skb->inner_network_header)
		return at;
	inner &= MOST_OFFSET;
	return inner < at ? at : inner;
}

static __always_inline int is_ufo(void *ctx)
{
	const struct sk_buff *skb = bpf_cast_to_kern_ctx(ctx);
	const struct skb_shared_info *info =
		bpf_rdonly_cast(skb->head + skb->end,
				bpf_core_type_id_kernel(struct skb_shared_info));

	return info->gso_type & SKB_GSO_UDP;
}

/* Where the IP header is, that the kernel goes on with. */
static __always_inline __u32 network_offset(void *ctx)
{
	const struct sk_buff *skb = bpf_cast_to_kern_ctx(ctx);

	return skb->network_header - (skb->data - skb->head) & MOST_OFFSET;
}

/* Whether an interface without Ethernet has headers all the same: GRE's. */
static __always_inline int has_header(struct xdp_md *ctx)
{
	const struct xdp_buff *frame = bpf_cast_to_kern_ctx(ctx);

	return frame->rxq->dev->hard_header_len;
}

#define HAS_FRAGS(ctx) has_frags(ctx)
#define IS_UFO(ctx) is_ufo(ctx)
#define INNER_IP(ctx, at) inner_ip(ctx, at)
#define START(frame)							\
	((frame)->is_skb ? network_offset((frame)->ctx) :		\
			   read_start(frame, has_header((frame)->ctx)))
#include "xdptally.bpf.c"
