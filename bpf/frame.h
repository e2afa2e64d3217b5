/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Reading a frame, as XDP or tc gives it: one bounds check a header. What the
 * constants rule out is removed by the verifier.
 */
#ifndef FRAME_H
#define FRAME_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "xdptally.h"

#define TOO_SHORT -1
#define MOST_TAGS 2
#define IP_OFFSET 0x1fff	/* the rest of the field are flags */
#define IP6_OFFSET 0xfff8
#define MOST_EXTENSIONS 6

/* Set before loading. */
const volatile struct constants constants;

struct frame {
	void *ctx;
	const void *data, *data_end;	/* the part that is in one piece */
	int is_skb;			/* known at compile time */
	int tags;			/* VLAN tags that the kernel put aside */
	__u64 packets, bytes;		/* what it counts as */
};

/*
 * A header of `size` bytes, `at` bytes into the frame: where it lies, or a
 * copy in `buffer` where it is not in the linear part (mlx5, tc).
 */
static __always_inline const void *header(const struct frame *frame, __u32 at,
					  __u32 size, void *buffer)
{
	const void *from = frame->data + at;

	if (from + size <= frame->data_end)
		return from;
	if (frame->is_skb)
		return bpf_skb_load_bytes(frame->ctx, at, buffer, size) ?
		       NULL : buffer;
	if (constants.has_frags &&
	    !bpf_xdp_load_bytes(frame->ctx, at, buffer, size))
		return buffer;
	return NULL;
}

/*
 * The EtherType in front of the network header at `*at`, in host order; past
 * up to two VLAN tags, or made from the IP version where there is no Ethernet
 * header. TOO_SHORT: the frame ends before it.
 */
static __always_inline int protocol(const struct frame *frame, __u32 *at)
{
	__u16 copy, type = 0;
	const __u16 *field;
	int tag;

	*at = 0;
	if (constants.is_layer3) {
		const __u8 *version = header(frame, 0, 1, &copy);

		if (!version)
			return TOO_SHORT;
		return *version >> 4 == 4 ? ETH_P_IP :
		       *version >> 4 == 6 ? ETH_P_IPV6 : 0;
	}

	*at = ETH_HLEN;
#pragma unroll	/* offsets that are known are what the verifier checks best */
	for (tag = 0; tag <= MOST_TAGS; tag++, *at += 4) {
		field = header(frame, *at - 2, 2, &copy);
		if (!field)
			return TOO_SHORT;
		type = bpf_ntohs(*field);
		if (type != ETH_P_8021Q && type != ETH_P_8021AD)
			break;
		if (tag + frame->tags == MOST_TAGS)
			break;	/* one too many: it is the type */
	}
	return type;
}

/*
 * The transport protocol, and the port that it sends to where BY_PORT asks for
 * it; 0 in the later fragments, which have none.
 */
static __always_inline __be32 detail(const struct frame *frame, __u32 at,
				     __u32 protocol, int is_later_fragment)
{
	__u32 ports, port = 0;
	const __u32 *field;

	if (constants.by == BY_PORT && !is_later_fragment &&
	    (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	     protocol == IPPROTO_DCCP || protocol == IPPROTO_SCTP ||
	     protocol == IPPROTO_UDPLITE)) {
		field = header(frame, at, sizeof(ports), &ports);
		port = field ? bpf_ntohl(*field) & 0xffff : 0;
	}
	return bpf_htonl(protocol << 24 | port);
}

/* Past the extension headers of an IPv6 packet, to what it carries. */
static __always_inline __be32 detail6(const struct frame *frame, __u32 at,
				      __u32 next)
{
	int is_later_fragment = 0, count;

	for (count = 0; count < MOST_EXTENSIONS; count++) {
		struct { __u8 next, length; __be16 offset; } copy;
		const typeof(copy) *extension;

		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING &&
		    next != IPPROTO_DSTOPTS && next != IPPROTO_FRAGMENT &&
		    next != IPPROTO_AH)
			break;
		extension = header(frame, at, sizeof(copy), &copy);
		if (!extension)
			break;
		if (next == IPPROTO_FRAGMENT) {
			is_later_fragment |= extension->offset &
					     bpf_htons(IP6_OFFSET);
			at += 8;
		} else if (next == IPPROTO_AH) {
			at += (extension->length + 2) * 4;
		} else {
			at += (extension->length + 1) * 8;
		}
		next = extension->next;
	}
	return detail(frame, at, next, is_later_fragment);
}

/* All headers of a TCP or UDP packet, which each packet of a merged one had. */
static __always_inline __u32 headers_size(const struct frame *frame)
{
	union {
		struct iphdr v4;
		struct ipv6hdr v6;
		struct tcphdr tcp;
	} copy;
	const struct iphdr *v4;
	const struct ipv6hdr *v6;
	const struct tcphdr *tcp;
	__u32 at, next = 0;

	switch (protocol(frame, &at)) {
	case ETH_P_IP:
		v4 = header(frame, at, sizeof(*v4), &copy);
		if (!v4)
			return 0;
		next = v4->protocol;
		at += v4->ihl * 4;
		break;
	case ETH_P_IPV6:
		v6 = header(frame, at, sizeof(*v6), &copy);
		if (!v6)
			return 0;
		next = v6->nexthdr;
		at += sizeof(*v6);
	}
	if (next == IPPROTO_UDP)
		return at + 8;
	tcp = next == IPPROTO_TCP ? header(frame, at, sizeof(*tcp), &copy)
				  : NULL;
	return tcp ? at + tcp->doff * 4 : 0;
}

#endif
