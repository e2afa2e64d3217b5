// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * The floors of a frame's cost: programs that do nothing, or only what counting
 * sources in the kernel's maps needs: one lookup in a per-CPU hash, an addition
 * there and one to a per-CPU total. They parse nothing: the offset of the source
 * is fixed for each kind of frame.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <stddef.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual MIT/GPL";

#define VLAN_HLEN 4
#define IPV4_SOURCE (ETH_HLEN + offsetof(struct iphdr, saddr))
#define IPV6_SOURCE (ETH_HLEN + offsetof(struct ipv6hdr, saddr))

struct tally {
	__u64 packets;
	__u64 bytes;
};

#define SOURCES(key_type)					\
	struct {						\
		__uint(type, BPF_MAP_TYPE_PERCPU_HASH);		\
		__uint(max_entries, 65536);			\
		__type(key, key_type);				\
		__type(value, struct tally);			\
	}

SOURCES(__be32) sources4 SEC(".maps");
SOURCES(struct in6_addr) sources6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tally);
} total SEC(".maps");

static __always_inline void add(struct tally *to, __u64 bytes)
{
	to->packets++;
	to->bytes += bytes;
}

static __always_inline int count(void *sources, const void *address,
				 __u64 bytes)
{
	struct tally first = { .packets = 1, .bytes = bytes };
	struct tally *source = bpf_map_lookup_elem(sources, address);
	struct tally *all;
	__u32 zero = 0;

	if (source)
		add(source, bytes);
	else
		bpf_map_update_elem(sources, address, &first, BPF_NOEXIST);

	all = bpf_map_lookup_elem(&total, &zero);
	if (all)
		add(all, bytes);
	return XDP_PASS;
}

static __always_inline int count4(struct xdp_md *ctx, __u32 at)
{
	const __be32 *source = (void *)(long)ctx->data + at;
	__be32 key;

	if ((void *)(source + 1) > (void *)(long)ctx->data_end)
		return XDP_PASS;
	key = *source;
	return count(&sources4, &key, ctx->data_end - ctx->data);
}

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

SEC("xdp")
int floor_ipv4(struct xdp_md *ctx)
{
	return count4(ctx, IPV4_SOURCE);
}

SEC("xdp")
int floor_vlan(struct xdp_md *ctx)
{
	return count4(ctx, VLAN_HLEN + IPV4_SOURCE);
}

SEC("xdp")
int floor_ipv6(struct xdp_md *ctx)
{
	const struct in6_addr *source = (void *)(long)ctx->data + IPV6_SOURCE;
	struct in6_addr key;

	if ((void *)(source + 1) > (void *)(long)ctx->data_end)
		return XDP_PASS;
	key = *source;
	return count(&sources6, &key, ctx->data_end - ctx->data);
}
