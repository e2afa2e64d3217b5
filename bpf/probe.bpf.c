// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Finds out whether observe.bpf.c could ride on a program: has no maps, does what is
 * most likely to be refused, and is only loaded, never attached. The kernel takes
 * `probe5` just where it takes the holder to have five arguments, since the verdict
 * comes after the arguments, and nothing after the verdict.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual MIT/GPL";

static __always_inline int probe_at(__u64 *ctx, int verdict)
{
	__u64 frame = ctx[0], word;

	(void)*(volatile __u64 *)&ctx[verdict];
	bpf_probe_read_kernel(&word, sizeof(word), (void *)frame);
	return 0;
}

SEC("fexit/holder")
int probe(__u64 *ctx)
{
	return probe_at(ctx, 1);
}

SEC("fexit/holder")
int probe5(__u64 *ctx)
{
	return probe_at(ctx, 5);
}
