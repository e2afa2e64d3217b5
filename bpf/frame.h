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
	/* Known when this is compiled. */
	int is_skb;			/* from tc */
	int copies;			/* each header is copied, also a linear one */
	int tags;			/* VLAN tags kept beside the data */
	__u32 start;			/* where the packet is: see outer.h */
	__u64 packets, bytes;		/* on the wire; added to a tally */
};

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

/*
 * Returns the EtherType in host order, after up to `most` VLAN tags, or TOO_SHORT;
 * sets `*at` to the offset of the header that follows. Without an Ethernet header
 * the IP version decides.
 */
static __always_inline int protocol(const struct frame *frame, __u32 *at,
				    int most)
{
	__u16 copy, type = 0;
	const __u16 *field;
	int tag;

	*at = frame->start;
	if (constants.link_layer != LINK_ETHERNET) {
		const __u8 *version = header(frame, *at, 1, &copy);

		if (!version)
			return TOO_SHORT;
		return *version >> 4 == 4 ? ETH_P_IP :
		       *version >> 4 == 6 ? ETH_P_IPV6 : 0;
	}

	*at = ETH_HLEN;
#pragma unroll	/* constant offsets: fewer states for the verifier */
	for (tag = 0; tag <= most; tag++, *at += 4) {
		field = header(frame, *at - 2, 2, &copy);
		if (!field)
			return TOO_SHORT;
		type = bpf_ntohs(*field);
		if (type != ETH_P_8021Q && type != ETH_P_8021AD)
			break;
		if (tag + frame->tags == most)
			break;	/* a further tag counts as non-IP */
	}
	return type;
}

#endif
