// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * An XDP program that takes frames of several buffers, and drops them: it is not in
 * holders.bpf.c, since old versions of libbpf cannot pin it by the name of its section.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual MIT/GPL";

SEC("xdp.frags")
int xdp_wide(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}
