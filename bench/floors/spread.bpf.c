// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Feeds the program under test with many sources in one system call: a test run
 * repeats a frame, and this program changes its source each time.
 */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual MIT/GPL";

#define MOST_FRAME 128	/* bounds the offset for the verifier; a power of two */

volatile struct {
	__u32 at;	/* offset of the last four bytes of the source */
	__u32 base;	/* the first source, in host byte order */
	__u32 sources;
	__u32 shuffle;	/* 0: in sequence */
	__u32 next;
} plan;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} under_test SEC(".maps");

/* The next number below plan.sources: in sequence, or from a linear congruential generator. */
static __always_inline __u32 pick(void)
{
	__u32 number = plan.next;

	if (plan.shuffle) {
		plan.next = number * 1664525 + 1013904223;
		return (__u64)number * plan.sources >> 32;
	}
	plan.next = number + 1 < plan.sources ? number + 1 : 0;
	return number;
}

SEC("xdp")
int spread(struct xdp_md *ctx)
{
	__be32 *source = (void *)(long)ctx->data + (plan.at & (MOST_FRAME - 1));

	if ((void *)(source + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	*source = bpf_htonl(plan.base + pick());
	bpf_tail_call(ctx, &under_test, 0);
	return XDP_ABORTED;
}
