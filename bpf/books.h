/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The books: counts each frame in exactly one class of one generation.
 *
 * All counters exist in two generations. Frames are counted into the one that
 * `window` names while user space reads the other. The program reads `window`
 * once for each frame, so no frame is divided between generations.
 */
#ifndef BOOKS_H
#define BOOKS_H

#include "frame.h"
#include "keys.h"
#include "sources.h"

/*
 * The current window: era << 1 | generation. User space changes it at each tick, by
 * one store into the mapped section `.data`, which has no other variable.
 */
volatile __u32 window = FIRST_ERA << 1;

#define NETWORKS(key_)						\
	struct {						\
		__uint(type, BPF_MAP_TYPE_LPM_TRIE);		\
		__uint(map_flags, BPF_F_NO_PREALLOC);		\
		__uint(max_entries, 1);				\
		__type(key, key_);				\
		__type(value, __u32);				\
	}

NETWORKS(struct network4) networks4 SEC(".maps");
NETWORKS(struct network6) networks6 SEC(".maps");

ARRAY(struct totals) totals SEC(".maps");	/* [generation][cpu] */

/*
 * The program does not use these two maps. User space updates `barrier` after it
 * has switched the generation: for a map of maps, the kernel returns only when
 * all running programs have ended (synchronize_rcu in maybe_wait_bpf_programs,
 * kernel/bpf/syscall.c).
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

/* The counters that a frame is added to: those of one window and CPU. */
struct counters {
	__u32 window, cpu;
	struct totals *totals;
};

/*
 * On a real-time kernel another run on this CPU may come between a load and a store
 * (since Linux 6.18, without CONFIG_PREEMPT_RT_NEEDS_BH_LOCK). Objects of their own
 * have the atomic additions: a constant costs the other kernels 90 instructions.
 */
#ifdef IS_REALTIME
#define ADD(counter, amount) ((void)__sync_fetch_and_add(&(counter), amount))
#else
#define ADD(counter, amount) ((counter) += (amount))
#endif

static __always_inline void add(struct tally *to, const struct frame *frame)
{
	ADD(to->packets, frame->packets);
	ADD(to->bytes, frame->bytes);
}

/* Adds a frame to the tally of its key, or to `untracked` and its cause. */
static __always_inline void add_source(const struct table *table,
				       const __u64 *key,
				       const struct frame *frame,
				       const struct counters *counters)
{
	__u32 column = (counters->window & 1) * constants.cpus + counters->cpu;
	__u32 *spare = &counters->totals->spare[table->family];
	long id = counters->cpu < constants.cpus ?
		  id_of(table, key, counters->window, spare) :
		  UNTRACKED_NO_MEMORY;
	__u32 where = column * constants.max_sources + id;
	struct tally *tally = id < 0 ? NULL :
			      bpf_map_lookup_elem(table->tallies, &where);

	if (tally)
		return add(tally, frame);
	add(&counters->totals->untracked, frame);
	if (id == UNTRACKED_FULL)
		ADD(counters->totals->full, frame->packets);
	else if (id == UNTRACKED_NO_MEMORY)
		ADD(counters->totals->no_memory, frame->packets);
	else
		ADD(counters->totals->busy, frame->packets);
}

/* `keep`: of the longest network that contains the source; NULL if none does. */
static __always_inline int is_kept(const __u32 *keep)
{
	return keep ? *keep : constants.keeps_rest;
}

static __always_inline void add_ipv4(const struct frame *frame, __u32 at,
				     const struct counters *counters)
{
	const struct table table = {
		&index4, &keys4, &tallies4, &used4, &lock4,
		.words = sizeof(struct key4) / 8, .family = 0,
	};
	struct network4 network;
	struct iphdr copy;
	const struct iphdr *ip = header(frame, at, sizeof(*ip), &copy);
	const struct packet packet = { .frame = frame, .at = at, .v4 = ip };
	struct key4 key = {};

	if (!ip || ip->version != 4 || ip->ihl < 5)
		return add(&counters->totals->malformed, frame);

	if (constants.has_filter) {
		network.length = 32;
		network.address = ip->saddr;
		if (!is_kept(bpf_map_lookup_elem(&networks4, &network)))
			return add(&counters->totals->filtered, frame);
	}
	key.address = read_key(&packet, &key.detail) == DESTINATION ?
		      ip->daddr : ip->saddr;
	if (constants.mask4 != ~0U)
		key.address &= constants.mask4;

	add_source(&table, (__u64 *)&key, frame, counters);
}

static __always_inline void add_ipv6(const struct frame *frame, __u32 at,
				     const struct counters *counters)
{
	const struct table table = {
		&index6, &keys6, &tallies6, &used6, &lock6,
		.words = sizeof(struct key6) / 8, .family = 1,
	};
	struct network6 network;
	struct ipv6hdr copy;
	const struct ipv6hdr *ip = header(frame, at, sizeof(*ip), &copy);
	const struct packet packet = { .frame = frame, .at = at, .v6 = ip };
	struct key6 key = {};
	int word;

	if (!ip || ip->version != 6)
		return add(&counters->totals->malformed, frame);

	if (constants.has_filter) {
		network.length = 128;
		network.address = ip->saddr;
		if (!is_kept(bpf_map_lookup_elem(&networks6, &network)))
			return add(&counters->totals->filtered, frame);
	}
	key.address = read_key(&packet, &key.detail) == DESTINATION ?
		      ip->daddr : ip->saddr;
	if (constants.mask6[3] != ~0U)
		for (word = 0; word < 4; word++)
			key.address.s6_addr32[word] &= constants.mask6[word];

	add_source(&table, (__u64 *)&key, frame, counters);
}

/* Adds a frame to the total, then to exactly one class or source. */
static __always_inline void count(const struct frame *frame)
{
	struct counters counters = {
		.window = window,
		.cpu = bpf_get_smp_processor_id(),
	};
	__u32 mine = (counters.window & 1) * constants.possible_cpus + counters.cpu;
	__u32 at;

	counters.totals = bpf_map_lookup_elem(&totals, &mine);
	if (!counters.totals)
		return;		/* never: the kernel said which CPUs are possible */
	add(&counters.totals->total, frame);

	switch (protocol(frame, &at, MOST_TAGS)) {
	case ETH_P_IP:
		add_ipv4(frame, at, &counters);
		break;
	case ETH_P_IPV6:
		add_ipv6(frame, at, &counters);
		break;
	case TOO_SHORT:
		add(&counters.totals->malformed, frame);
		break;
	default:
		add(&counters.totals->non_ip, frame);
	}
}

#endif
