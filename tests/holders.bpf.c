// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * XDP programs that hold an interface, for the tests of --hook observe. Each counts
 * its own verdicts. Each has a section of its own, by whose name old versions of
 * libbpf pin it.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual MIT/GPL";

#define INVALID 77	/* no verdict that the kernel knows */
#define KINDS 6		/* the five verdicts, and INVALID */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KINDS);
	__type(key, __u32);
	__type(value, __u64);
} given SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

static __always_inline int give(__u32 verdict)
{
	__u32 kind = verdict < KINDS - 1 ? verdict : KINDS - 1;
	__u64 *count = bpf_map_lookup_elem(&given, &kind);

	if (count)
		__sync_fetch_and_add(count, 1);
	return verdict;
}

/* The verdict that a frame's source asks for, by its last digit; others pass. */
static __always_inline int sort(struct xdp_md *ctx)
{
	const struct ethhdr *ethernet = (void *)(long)ctx->data;
	const struct iphdr *ip = (void *)(ethernet + 1);
	__u32 kind;

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end ||
	    ethernet->h_proto != bpf_htons(ETH_P_IP))
		return give(XDP_PASS);
	kind = bpf_ntohl(ip->saddr) % KINDS;
	if (kind == XDP_REDIRECT)
		bpf_redirect(ctx->ingress_ifindex, 0);
	return give(kind < KINDS - 1 ? kind : INVALID);
}

SEC("xdp_sort_prog")
int xdp_sort(struct xdp_md *ctx)
{
	return sort(ctx);
}

/* In its BTF the argument is no struct xdp_md. */
SEC("xdp_untyped_prog")
int xdp_untyped(void *ctx)
{
	return sort(ctx);
}

/* Shortens each frame at both ends before it drops it. */
SEC("xdp_adjust_prog")
int xdp_adjust(struct xdp_md *ctx)
{
	if (bpf_xdp_adjust_head(ctx, ETH_HLEN) || bpf_xdp_adjust_tail(ctx, -4))
		return give(XDP_ABORTED);
	return give(XDP_DROP);
}

/* Leaves the verdict to another program. */
SEC("xdp_call_prog")
int xdp_call(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &next, 0);
	return give(XDP_ABORTED);
}

SEC("xdp_accept_prog")
int xdp_accept(struct xdp_md *ctx)
{
	(void)ctx;
	return give(XDP_PASS);
}

SEC("xdp_other_prog")
int xdp_other(struct xdp_md *ctx)
{
	(void)ctx;
	return give(XDP_DROP);
}
