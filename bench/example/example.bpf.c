// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * The example's BPF program: counts packets by IPv4 source in an LRU hash that
 * all CPUs share, and passes everything else uncounted.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual MIT/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16);
	__type(key, __be32);
	__type(value, __u32);
} packets SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 *known, one = 1;
	__be32 source;

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end ||
	    eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	source = ip->saddr;
	known = bpf_map_lookup_elem(&packets, &source);
	if (known)
		__sync_fetch_and_add(known, 1);
	else
		bpf_map_update_elem(&packets, &source, &one, BPF_ANY);
	return XDP_PASS;
}
