// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Counts every frame of one interface by its source address, and passes it.
 *
 * Two generations of the maps: frames are counted into the one that
 * `generation` names, while user space reads the other at leisure. A frame
 * reads `generation` once, so it is in one generation whole, or in none.
 */
#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "xdptally.h"

char _license[] SEC("license") = "Dual MIT/GPL";

#define TOO_SHORT -1

/* Set before loading; the verifier removes what they rule out. */
const volatile struct constants constants;

volatile __u32 generation;	/* switched by user space: 0 or 1 */

#define SOURCES(key_type)					\
	struct {						\
		__uint(type, BPF_MAP_TYPE_PERCPU_HASH);		\
		__uint(max_entries, 65536);			\
		__type(key, key_type);				\
		__type(value, struct tally);			\
	}

SOURCES(__be32) sources4_0 SEC(".maps"), sources4_1 SEC(".maps");
SOURCES(struct in6_addr) sources6_0 SEC(".maps"), sources6_1 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, GENERATIONS);
	__type(key, __u32);
	__type(value, struct totals);
} totals SEC(".maps");

/*
 * Never read by the program: the kernel ends an update of a map of maps by
 * waiting for all running programs (synchronize_rcu), and that is what user
 * space wants after a switch.
 */
struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} idle SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct inner);
} barrier SEC(".maps");

static __always_inline void add(struct tally *to, __u64 bytes)
{
	to->packets++;
	to->bytes += bytes;
}

static __always_inline void add_untracked(struct totals *books, __u64 bytes,
					  long error)
{
	add(&books->untracked, bytes);
	if (error == -E2BIG)
		books->full++;
	else if (error == -ENOMEM)
		books->no_memory++;
	else
		books->busy++;
}

static __always_inline void add_source(void *sources, const void *address,
				       __u64 bytes, struct totals *books)
{
	struct tally first = { .packets = 1, .bytes = bytes };
	struct tally *source = bpf_map_lookup_elem(sources, address);
	long error;

	if (source)
		return add(source, bytes);

	error = bpf_map_update_elem(sources, address, &first, BPF_NOEXIST);
	if (!error)
		return;
	if (error == -EEXIST)	/* another CPU was first */
		source = bpf_map_lookup_elem(sources, address);
	if (source)
		return add(source, bytes);
	add_untracked(books, bytes, error);
}

/*
 * A header of `size` bytes, `at` bytes into the frame: where it lies, or a
 * copy in `buffer` where the driver left it out of the linear part (mlx5).
 */
static __always_inline const void *header(struct xdp_md *ctx, __u32 at,
					  __u32 size, void *buffer)
{
	const void *from = (void *)(long)ctx->data + at;

	if (from + size <= (void *)(long)ctx->data_end)
		return from;
	if (constants.has_frags && !bpf_xdp_load_bytes(ctx, at, buffer, size))
		return buffer;
	return NULL;
}

static __always_inline void add_ipv4(struct xdp_md *ctx, __u32 at,
				     __u64 bytes, __u32 gen,
				     struct totals *books)
{
	struct iphdr copy;
	const struct iphdr *ip = header(ctx, at, sizeof(*ip), &copy);
	__be32 source;

	if (!ip || ip->version != 4 || ip->ihl < 5)
		return add(&books->malformed, bytes);

	source = ip->saddr;
	if (gen)
		add_source(&sources4_1, &source, bytes, books);
	else
		add_source(&sources4_0, &source, bytes, books);
}

static __always_inline void add_ipv6(struct xdp_md *ctx, __u32 at,
				     __u64 bytes, __u32 gen,
				     struct totals *books)
{
	struct ipv6hdr copy;
	const struct ipv6hdr *ip = header(ctx, at, sizeof(*ip), &copy);
	struct in6_addr source;

	if (!ip || ip->version != 6)
		return add(&books->malformed, bytes);

	source = ip->saddr;
	if (gen)
		add_source(&sources6_1, &source, bytes, books);
	else
		add_source(&sources6_0, &source, bytes, books);
}

/*
 * The EtherType in front of the network header at `*at`, in host order; past
 * up to two VLAN tags, or made from the IP version where there is no Ethernet
 * header. TOO_SHORT: the frame ends before it.
 */
static __always_inline int protocol(struct xdp_md *ctx, __u32 *at)
{
	__u16 copy, type;
	const __u16 *field;
	int tag;

	*at = 0;
	if (constants.is_layer3) {
		const __u8 *version = header(ctx, 0, 1, &copy);

		if (!version)
			return TOO_SHORT;
		return *version >> 4 == 4 ? ETH_P_IP :
		       *version >> 4 == 6 ? ETH_P_IPV6 : 0;
	}

	for (tag = 0; ; tag++) {
		*at += tag ? 4 : ETH_HLEN;
		field = header(ctx, *at - 2, 2, &copy);
		if (!field)
			return TOO_SHORT;
		type = bpf_ntohs(*field);
		if (tag == 2 || (type != ETH_P_8021Q && type != ETH_P_8021AD))
			return type;
	}
}

SEC("xdp")
int xdptally(struct xdp_md *ctx)
{
	__u64 bytes = constants.has_frags ? bpf_xdp_get_buff_len(ctx)
					  : ctx->data_end - ctx->data;
	__u32 gen = generation & 1;
	struct totals *books = bpf_map_lookup_elem(&totals, &gen);
	__u32 at;

	if (!books)
		return XDP_PASS;	/* never: both generations exist */
	add(&books->total, bytes);

	switch (protocol(ctx, &at)) {
	case ETH_P_IP:
		add_ipv4(ctx, at, bytes, gen, books);
		break;
	case ETH_P_IPV6:
		add_ipv6(ctx, at, bytes, gen, books);
		break;
	case TOO_SHORT:
		add(&books->malformed, bytes);
		break;
	default:
		add(&books->non_ip, bytes);
	}
	return XDP_PASS;
}
