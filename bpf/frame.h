/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Reads the headers of a frame from XDP or tc, with one bounds check for each
 * header. The verifier knows the values of `constants` and removes the branches
 * that they rule out.
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

/* User space sets them before it loads the program. */
const volatile struct constants constants;

struct frame {
	void *ctx;
	const void *data, *data_end;	/* the linear part */
	int is_skb;			/* from tc; known when this is compiled */
	int copies;			/* likewise: each header is copied, also a linear one */
	int tags;			/* VLAN tags kept beside the data */
	__u32 tag;			/* the one that is */
	__u32 start;			/* where the packet is: see outer.h */
	__u64 packets, bytes;		/* on the wire; added to a tally */
};

#ifdef OWN_HEADER
static __always_inline const void *header(const struct frame *frame, __u32 at,
					  __u32 size, void *buffer);
#else
/*
 * Returns the header of `size` bytes at offset `at` of the frame. A header beyond
 * the linear part (mlx5, tc) is copied to `buffer`. NULL: the frame is too short.
 */
static __always_inline const void *header(const struct frame *frame, __u32 at,
					  __u32 size, void *buffer)
{
	const void *from = frame->data + at;

	if (!frame->copies && from + size <= frame->data_end)
		return from;
	if (frame->is_skb)
		return bpf_skb_load_bytes(frame->ctx, at, buffer, size) ?
		       NULL : buffer;
	if (constants.has_frags &&
	    !bpf_xdp_load_bytes(frame->ctx, at, buffer, size))
		return buffer;
	return NULL;
}
#endif

/* What is before the packet. */
struct link {
	int type;	/* the EtherType behind the tags, in host order, or TOO_SHORT */
	int tags;	/* in the data */
	__u32 at;	/* where the packet is, in the frame */
};

/* What a frame is known by: all lengths are one type. */
static __always_inline __u16 type_of(const struct link *link)
{
	if (constants.link_layer == LINK_ETHERNET &&
	    link->type < ETH_P_802_3_MIN)
		return TYPE_LLC;
	return link->type;
}

static __always_inline int is_tag(__u16 type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD;
}

/* Reads up to `most` VLAN tags. Without an Ethernet header the IP version decides. */
static __always_inline struct link read_link(const struct frame *frame, int most)
{
	struct link link = { .at = frame->start };
	const __u8 *version;
	const __u16 *field;
	__u16 copy;
	int tag;

	if (constants.link_layer != LINK_ETHERNET) {
		version = header(frame, link.at, 1, &copy);
		link.type = !version ? TOO_SHORT :
			    *version >> 4 == 4 ? ETH_P_IP :
			    *version >> 4 == 6 ? ETH_P_IPV6 : TYPE_UNKNOWN;
		return link;
	}

	link.at = ETH_HLEN;
#pragma unroll	/* constant offsets: fewer states for the verifier */
	for (tag = 0; tag <= most; tag++, link.at += 4) {
		field = header(frame, link.at - 2, 2, &copy);
		if (!field) {
			link.type = TOO_SHORT;
			break;
		}
		link.type = bpf_ntohs(*field);
		if (!is_tag(link.type) || tag + frame->tags == most)
			break;	/* a further tag counts as non-IP */
		link.tags = tag + 1;
	}
	return link;
}

#endif
