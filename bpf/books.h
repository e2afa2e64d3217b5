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

#include "classify.h"
#include "sources.h"

/*
 * The current window: era << 1 | generation. User space changes it at each tick, by
 * one store into the mapped section `.data`, which has no other variable.
 */
volatile __u32 window = FIRST_ERA << 1;

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

/* Adds a non-IP frame to its EtherType, while there is room for another one. */
static __always_inline void add_type(struct totals *totals, __u32 type,
				     const struct frame *frame)
{
	struct type_count *entry = totals->types;
	int at;

	type |= TYPE_SEEN;
	for (at = 0; at < MOST_TYPES; at++, entry++) {
		if (!entry->type)
			entry->type = type;
		if (entry->type == type)
			return (void)ADD(entry->packets, frame->packets);
	}
}

static __always_inline void add_malformed(struct totals *totals, __u32 why,
					  const struct frame *frame)
{
	add(&totals->malformed, frame);
	if (why == MALFORMED_CUT)
		ADD(totals->cut, frame->packets);
	else if (why == MALFORMED_VERSION)
		ADD(totals->version, frame->packets);
	else
		ADD(totals->length, frame->packets);
}

/* Adds a frame to its class, or to its key. */
static __always_inline void add_finding(enum class class,
					const struct finding *finding,
					const struct frame *frame,
					const struct counters *counters)
{
	const struct table table4 = {
		&index4, &keys4, &tallies4, &used4, &lock4,
		.words = constants.key4.words, .family = 0,
	};
	const struct table table6 = {
		&index6, &keys6, &tallies6, &used6, &lock6,
		.words = constants.key6.words, .family = 1,
	};
	struct totals *totals = counters->totals;

	switch (class) {
	case CLASS_KEY4:
		return add_source(&table4, finding->key, frame, counters);
	case CLASS_KEY6:
		return add_source(&table6, finding->key, frame, counters);
	case CLASS_NON_IP:
		add(&totals->non_ip, frame);
		return add_type(totals, finding->why, frame);
	case CLASS_MALFORMED:
		return add_malformed(totals, finding->why, frame);
	case CLASS_FILTERED:
		return add(&totals->filtered, frame);
	case CLASS_UNDECODED:
		return add(&totals->undecoded, frame);
	}
}

/* Adds a frame to the total of the current window. Returns 0 if it has no counters. */
static __always_inline int add_total(const struct frame *frame,
				     struct counters *counters)
{
	__u32 mine;

	counters->window = window;
	counters->cpu = bpf_get_smp_processor_id();
	mine = (counters->window & 1) * constants.possible_cpus + counters->cpu;
	counters->totals = bpf_map_lookup_elem(&totals, &mine);
	if (!counters->totals)
		return 0;	/* never: the kernel said which CPUs are possible */
	add(&counters->totals->total, frame);
	return 1;
}

/* Adds a frame to the total, then to exactly one class or key. */
static __always_inline void count(const struct frame *frame)
{
	struct counters counters;
	struct finding finding;

	if (add_total(frame, &counters))
		add_finding(classify(frame, &finding), &finding, frame, &counters);
}

#endif
