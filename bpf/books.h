/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The books: every frame is in exactly one place of one generation.
 *
 * Two generations of the maps: frames are counted into the one that
 * `generation` names, while user space reads the other at leisure. A frame
 * reads `generation` once, so it is in one generation whole, or in none.
 */
#ifndef BOOKS_H
#define BOOKS_H

#include <linux/errno.h>
#include "frame.h"

volatile __u32 generation;	/* switched by user space: 0 or 1 */

/* Entries and key size are set before loading. */
#define SOURCES(key)						\
	struct {						\
		__uint(type, BPF_MAP_TYPE_PERCPU_HASH);		\
		__uint(max_entries, 65536);			\
		__uint(key_size, sizeof(key));			\
		__uint(value_size, sizeof(struct tally));	\
	}

SOURCES(__be32) sources4_0 SEC(".maps"), sources4_1 SEC(".maps");
SOURCES(struct in6_addr) sources6_0 SEC(".maps"), sources6_1 SEC(".maps");

#define NETWORKS(key)						\
	struct {						\
		__uint(type, BPF_MAP_TYPE_LPM_TRIE);		\
		__uint(map_flags, BPF_F_NO_PREALLOC);		\
		__uint(max_entries, 1);				\
		__uint(key_size, sizeof(key));			\
		__uint(value_size, sizeof(__u32));		\
	}

NETWORKS(struct network4) networks4 SEC(".maps");
NETWORKS(struct network6) networks6 SEC(".maps");

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

static __always_inline void add(struct tally *to, const struct frame *frame)
{
	to->packets += frame->packets;
	to->bytes += frame->bytes;
}

static __always_inline void add_untracked(struct totals *books,
					  const struct frame *frame, long error)
{
	add(&books->untracked, frame);
	if (error == -E2BIG)
		books->full += frame->packets;
	else if (error == -ENOMEM)
		books->no_memory += frame->packets;
	else
		books->busy += frame->packets;
}

static __always_inline void add_source(void *sources, const void *key,
				       const struct frame *frame,
				       struct totals *books)
{
	struct tally first = { frame->packets, frame->bytes };
	struct tally *source = bpf_map_lookup_elem(sources, key);
	long error;

	if (source)
		return add(source, frame);

	error = bpf_map_update_elem(sources, key, &first, BPF_NOEXIST);
	if (!error)
		return;
	if (error == -EEXIST)	/* another CPU was first */
		source = bpf_map_lookup_elem(sources, key);
	if (source)
		return add(source, frame);
	add_untracked(books, frame, error);
}

/* The longest network that has the source decides; `keep` is its value. */
static __always_inline int is_kept(const __u32 *keep)
{
	return keep ? *keep : constants.keeps_rest;
}

static __always_inline void add_ipv4(const struct frame *frame, __u32 at,
				     __u32 gen, struct totals *books)
{
	struct network4 network;
	struct iphdr copy;
	const struct iphdr *ip = header(frame, at, sizeof(*ip), &copy);
	struct key4 key;

	if (!ip || ip->version != 4 || ip->ihl < 5)
		return add(&books->malformed, frame);

	if (constants.has_filter) {
		network.length = 32;
		network.address = ip->saddr;
		if (!is_kept(bpf_map_lookup_elem(&networks4, &network)))
			return add(&books->filtered, frame);
	}
	key.address = constants.by == BY_DESTINATION ? ip->daddr : ip->saddr;
	if (constants.by >= BY_PROTOCOL)
		key.detail = detail(frame, at + ip->ihl * 4, ip->protocol,
				    ip->frag_off & bpf_htons(IP_OFFSET));
	if (constants.mask4 != ~0U)
		key.address &= constants.mask4;

	if (gen)
		add_source(&sources4_1, &key, frame, books);
	else
		add_source(&sources4_0, &key, frame, books);
}

static __always_inline void add_ipv6(const struct frame *frame, __u32 at,
				     __u32 gen, struct totals *books)
{
	struct network6 network;
	struct ipv6hdr copy;
	const struct ipv6hdr *ip = header(frame, at, sizeof(*ip), &copy);
	struct key6 key;
	int word;

	if (!ip || ip->version != 6)
		return add(&books->malformed, frame);

	if (constants.has_filter) {
		network.length = 128;
		network.address = ip->saddr;
		if (!is_kept(bpf_map_lookup_elem(&networks6, &network)))
			return add(&books->filtered, frame);
	}
	key.address = constants.by == BY_DESTINATION ? ip->daddr : ip->saddr;
	if (constants.by >= BY_PROTOCOL)
		key.detail = detail6(frame, at + sizeof(*ip), ip->nexthdr);
	if (constants.mask6[3] != ~0U)
		for (word = 0; word < 4; word++)
			key.address.s6_addr32[word] &= constants.mask6[word];

	if (gen)
		add_source(&sources6_1, &key, frame, books);
	else
		add_source(&sources6_0, &key, frame, books);
}

/* Counts a frame: into the total first, then into one class. */
static __always_inline void count(const struct frame *frame)
{
	__u32 gen = generation & 1;
	struct totals *books = bpf_map_lookup_elem(&totals, &gen);
	__u32 at;

	if (!books)
		return;		/* never: both generations exist */
	add(&books->total, frame);

	switch (protocol(frame, &at)) {
	case ETH_P_IP:
		add_ipv4(frame, at, gen, books);
		break;
	case ETH_P_IPV6:
		add_ipv6(frame, at, gen, books);
		break;
	case TOO_SHORT:
		add(&books->malformed, frame);
		break;
	default:
		add(&books->non_ip, frame);
	}
}

#endif
