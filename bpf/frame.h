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

/* A bound of offsets for the verifier: nothing is read further inside a frame. */
#define MOST_OFFSET 0x7fff

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
static __always_inline const void *header(const struct frame *frame, __u64 at,
					  __u32 size, void *buffer);
#else
/*
 * Returns the header of `size` bytes at offset `at` of the frame. A header beyond
 * the linear part (mlx5, tc) is copied to `buffer`. NULL: the frame is too short.
 */
static __always_inline const void *header(const struct frame *frame, __u64 at,
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
 * Makes global functions of `read`, which takes a frame and a number, and returns a
 * number. The verifier walks one once, for any number; what is inlined it walks
 * again for each state of the program that leads there. So this is for loops, and
 * for what few frames need.
 */
#define WALK_ONCE(read)							\
	WALK_ONCE_IN(read##_xdp, read, struct xdp_md, 0)		\
	WALK_ONCE_IN(read##_tc, read, struct __sk_buff, 1)

#define WALK_ONCE_IN(name, read, context, is_skb_)			\
	__attribute__((noinline)) __u64 name(context *ctx, __u64 from)	\
	{								\
		struct frame frame = {					\
			.ctx = ctx,					\
			.data = (void *)(long)ctx->data,		\
			.data_end = (void *)(long)ctx->data_end,	\
			.is_skb = is_skb_,				\
		};							\
									\
		return read(&frame, from);				\
	}

/* Calls one of them. */
#define WALK(read, frame, from)						\
	((frame)->is_skb ? read##_tc((frame)->ctx, from) :		\
			   read##_xdp((frame)->ctx, from))
#endif

#endif
