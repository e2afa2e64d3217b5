/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The tables of sources, of each family and generation. An index with open
 * addressing finds a source's id; under that are its key, and its tally for each
 * CPU. Arrays, and no hash of the kernel's: user space maps them into its memory,
 * and a lookup costs neither a call nor more than three cache misses (figures in
 * bench/RESULTS.md).
 *
 *	index[generation][slot]		era, id and a part of the hash
 *	keys[generation][id]
 *	tallies[generation][cpu][id]
 *
 * An era ends with its window: a slot that says another one is free. So nothing
 * is cleared, and within an era a slot that is taken stays so.
 */
#ifndef SOURCES_H
#define SOURCES_H

#include "frame.h"

#define MOST_PROBES 32		/* the index is at most half full */
#define MOST_ATTEMPTS 2		/* to take a slot that others want too */

#define ARRAY(type_)						\
	struct {						\
		__uint(type, BPF_MAP_TYPE_ARRAY);		\
		__uint(map_flags, BPF_F_MMAPABLE);		\
		__uint(max_entries, 1);				\
		__type(key, __u32);				\
		__type(value, type_);				\
	}

/* Entries are set before loading. */
ARRAY(__u64) index4 SEC(".maps"), index6 SEC(".maps");
ARRAY(struct key4) keys4 SEC(".maps");
ARRAY(struct key6) keys6 SEC(".maps");
ARRAY(struct tally) tallies4 SEC(".maps"), tallies6 SEC(".maps");
ARRAY(__u32) used4 SEC(".maps"), used6 SEC(".maps");	/* ids, by generation */

struct lock {
	struct bpf_spin_lock lock;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lock);
} lock4 SEC(".maps"), lock6 SEC(".maps");

/* Of one family. */
struct table {
	void *index, *keys, *tallies, *used, *lock;
	int words;	/* u64s of a key */
	int family;	/* its number */
};

static __always_inline __u64 mix(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

/* Keys have one or three words. */
static __always_inline __u64 hash_of(const __u64 *key, int words)
{
	__u64 hash = mix(constants.seed, key[0]);

	if (words == 3)
		hash = mix(mix(hash, key[1]), key[2]);
	return mix(hash, 0);
}

static __always_inline int is_same(const __u64 *one, const __u64 *other,
				   int words)
{
	__u64 difference = one[0] ^ other[0];

	if (words == 3)
		difference |= (one[1] ^ other[1]) | (one[2] ^ other[2]);
	return !difference;
}

static __always_inline void copy(__u64 *to, const __u64 *from, int words)
{
	to[0] = from[0];
	if (words == 3) {
		to[1] = from[1];
		to[2] = from[2];
	}
}

/* A slot in one piece: other CPUs write them while this one reads. */
static __always_inline __u64 read_slot(const __u64 *slot)
{
	return *(const volatile __u64 *)slot;
}

static __always_inline int is_free(__u64 slot, __u32 era)
{
	return slot >> ERA_SHIFT != era;
}

/* An id that nobody has; it is this CPU's. */
static __always_inline long take_id(const struct table *table, __u32 gen,
				    struct lock *lock, __u32 *spare)
{
	__u32 *used = bpf_map_lookup_elem(table->used, &gen);
	__u32 id = *spare;

	if (id) {
		*spare = 0;
		return id - 1;
	}
	if (!used || *(volatile __u32 *)used >= constants.max_sources)
		return UNTRACKED_FULL;
	bpf_spin_lock(&lock->lock);
	id = *used;
	if (id < constants.max_sources)
		*used = id + 1;
	bpf_spin_unlock(&lock->lock);
	return id < constants.max_sources ? id : UNTRACKED_FULL;
}

/*
 * Gives a source an id, which nobody finds until it is in the index.
 * The lock is taken a second time for what follows to be seen after the key:
 * 5.10 has no barrier, but an unlock and a lock after it are one.
 */
static __always_inline long new_id(const struct table *table, const __u64 *key,
				   __u32 gen, struct lock *lock, __u32 *spare)
{
	long id = take_id(table, gen, lock, spare);
	__u32 where = gen * constants.max_sources + id;
	__u64 *entry;

	if (id < 0)
		return id;
	entry = bpf_map_lookup_elem(table->keys, &where);
	if (!entry)
		return UNTRACKED_BUSY;	/* never */
	copy(entry, key, table->words);
	bpf_spin_lock(&lock->lock);
	bpf_spin_unlock(&lock->lock);
	return id;
}

/* Puts a source into a slot, unless another CPU was faster. */
static __always_inline int take_slot(__u64 *slot, struct lock *lock,
				     __u32 era, __u32 tag, __u64 id)
{
	int is_mine;

	bpf_spin_lock(&lock->lock);
	is_mine = is_free(read_slot(slot), era);
	if (is_mine)
		*(volatile __u64 *)slot = (__u64)era << ERA_SHIFT |
					  id << ID_SHIFT | tag;
	bpf_spin_unlock(&lock->lock);
	return is_mine;
}

/*
 * Looks a key up in the index: its id, or -1 and the slot that is free for it;
 * or neither.
 */
static __always_inline long find(const struct table *table, const __u64 *key,
				 __u64 hash, __u32 window, __u64 **free)
{
	__u32 gen = window & 1, era = window >> 1, tag = hash;
	__u32 first_slot = gen * constants.slots, mask = constants.slots - 1;
	__u32 first_id = gen * constants.max_sources;
	__u32 at = hash >> 32, probe, where, id;
	__u64 *slot, seen, *known;

	for (probe = 0; probe < MOST_PROBES; probe++) {
		at += probe;
		where = first_slot + (at & mask);
		slot = bpf_map_lookup_elem(table->index, &where);
		if (!slot)
			return -1;	/* never */
		seen = read_slot(slot);
		if (is_free(seen, era)) {
			*free = slot;
			return -1;
		}
		if ((__u32)seen != tag)
			continue;
		id = seen >> ID_SHIFT & ID_MASK;
		where = first_id + id;
		known = bpf_map_lookup_elem(table->keys, &where);
		if (known && is_same(known, key, table->words))
			return id;
	}
	return -1;
}

/*
 * The id of a source in this window; a new one if it has none yet, or why it
 * gets none. An id that was taken in vain, since another CPU met the source too,
 * is this CPU's `spare` for its next source; to the end, it has no packets.
 */
static __always_inline long id_of(const struct table *table, const __u64 *key,
				  __u32 window, __u32 *spare)
{
	__u64 hash = hash_of(key, table->words);
	__u32 zero = 0, attempt;
	long found, id = -1;

	for (attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
		__u64 *free = NULL;
		struct lock *lock;

		found = find(table, key, hash, window, &free);
		if (found >= 0 || !free)
			break;
		lock = bpf_map_lookup_elem(table->lock, &zero);
		if (!lock)
			break;		/* never */
		if (id < 0)
			id = new_id(table, key, window & 1, lock, spare);
		if (id < 0 || take_slot(free, lock, window >> 1, hash, id))
			return id;
	}
	if (id >= 0)
		*spare = id + 1;
	return found >= 0 ? found : UNTRACKED_BUSY;
}

#endif
