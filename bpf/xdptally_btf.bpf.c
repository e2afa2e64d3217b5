// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * The same for kernels that let a program read their own struct of a frame
 * (Linux 6.2, with BTF): whether it has more than one buffer is a load there. The
 * call that tells the length is more than all the rest of the program costs
 * (bench/RESULTS.md, figure 1).
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

/* Of include/net/xdp.h; the offset is the running kernel's. */
struct xdp_buff {
	__u32 flags;
} __attribute__((preserve_access_index));

#define XDP_FLAGS_HAS_FRAGS 1

extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym;

static __always_inline int has_frags(struct xdp_md *ctx)
{
	const struct xdp_buff *frame = bpf_cast_to_kern_ctx(ctx);

	return frame->flags & XDP_FLAGS_HAS_FRAGS;
}

#define HAS_FRAGS(ctx) has_frags(ctx)
#include "xdptally.bpf.c"
