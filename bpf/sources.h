/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The tables of keys: one for each family and generation. An index with open
 * addressing gives the id of a key; the key and its tallies are at that id.
 *
 *	index[generation][slot]		era, id, and 32 bits of the hash
 *	keys[generation][id]
 *	tallies[generation][cpu][id]
 *
 * Arrays, not the kernel's hash maps: user space can map them into its memory, and
 * a lookup costs no call and at most three cache misses (bench/RESULTS.md).
 *
 * Each window has an era of its own, and a slot of another era is free. So slots
 * need not be cleared, and within an era none becomes free again.
 */
#ifndef SOURCES_H
#define SOURCES_H

#include "frame.h"

#define MOST_PROBES 32		/* the index is at most half full */
#define MOST_ATTEMPTS 2		/* to get a slot before another CPU does */

#define ARRAY(type_)						\
	struct {						\
		__uint(type, BPF_MAP_TYPE_ARRAY);		\
		__uint(map_flags, BPF_F_MMAPABLE);		\
		__uint(max_entries, 1);				\
		__type(key, __u32);				\
		__type(value, type_);				\
	}

/* User space sets max_entries before it loads the program. */
ARRAY(__u64) index4 SEC(".maps"), index6 SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u64));	/* user space sets it too */
} keys4 SEC(".maps"), keys6 SEC(".maps");
ARRAY(struct tally) tallies4 SEC(".maps"), tallies6 SEC(".maps");
ARRAY(__u32) used4 SEC(".maps"), used6 SEC(".maps");	/* ids given out, by generation */

struct lock {
	struct bpf_spin_lock lock;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lock);
} lock4 SEC(".maps"), lock6 SEC(".maps");

/* Tracing programs have spin locks from Linux 5.11 on: observe.bpf.c has its own. */
#ifndef LOCK
#define LOCK(lock) (bpf_spin_lock(&(lock)->lock), 1)
#define UNLOCK(lock) bpf_spin_unlock(&(lock)->lock)
#endif

/* The maps of one family. */
struct table {
	void *index, *keys, *tallies, *used, *lock;
	__u32 words;	/* of a key: u64s, at most MOST_WORDS */
	int family;	/* 0: IPv4, 1: IPv6 */
};

static __always_inline __u64 mix(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

/* Seeded, so that nobody can choose keys that collide. */
static __always_inline __u64 hash_of(const __u64 *key, __u32 words)
{
	__u64 hash = constants.seed;
	__u32 word;

#pragma unroll
	for (word = 0; word < MOST_WORDS; word++)
		if (word < words)
			hash = mix(hash, key[word]);
	return mix(hash, 0);
}

static __always_inline int is_same(const __u64 *one, const __u64 *other,
				   __u32 words)
{
	__u64 difference = 0;
	__u32 word;

#pragma unroll
	for (word = 0; word < MOST_WORDS; word++)
		if (word < words)
			difference |= one[word] ^ other[word];
	return !difference;
}

static __always_inline void copy(__u64 *to, const __u64 *from, __u32 words)
{
	__u32 word;

#pragma unroll
	for (word = 0; word < MOST_WORDS; word++)
		if (word < words)
			to[word] = from[word];
}

/* Reads a slot by one load, since other CPUs may be writing it. */
static __always_inline __u64 read_slot(const __u64 *slot)
{
	return *(const volatile __u64 *)slot;
}

static __always_inline int is_free(__u64 slot, __u32 era)
{
	return slot >> ERA_SHIFT != era;
}

/*
 * Returns an unused id, this CPU's spare one first, or UNTRACKED_FULL. The spare
 * one is taken under the lock too, since on a real-time kernel another run on this
 * CPU may come between. A full table takes no lock.
 */
static __always_inline long take_id(const struct table *table, __u32 gen,
				    struct lock *lock, __u32 *spare)
{
	__u32 *used = bpf_map_lookup_elem(table->used, &gen);
	__u32 id;

	if (!used || (*(volatile __u32 *)used >= constants.max_sources &&
		      !*(volatile __u32 *)spare))
		return UNTRACKED_FULL;
	if (!LOCK(lock))
		return UNTRACKED_BUSY;
	id = *spare;
	if (id) {
		*spare = 0;
		id--;
	} else {
		id = *used;
		if (id < constants.max_sources)
			*used = id + 1;
	}
	UNLOCK(lock);
	return id < constants.max_sources ? id : UNTRACKED_FULL;
}

/*
 * Returns a new id for a key, after it has written the key. Locking again makes
 * other CPUs see the key before the slot that leads to it: Linux 5.10 has no
 * barrier for BPF, but an unlock followed by a lock is one.
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
	if (!LOCK(lock))
		return UNTRACKED_BUSY;
	UNLOCK(lock);
	return id;
}

/* Stores an id in a free slot; false if another CPU was faster. */
static __always_inline int take_slot(__u64 *slot, struct lock *lock,
				     __u32 era, __u32 tag, __u64 id)
{
	int is_mine;

	if (!LOCK(lock))
		return 0;
	is_mine = is_free(read_slot(slot), era);
	if (is_mine)
		*(volatile __u64 *)slot = (__u64)era << ERA_SHIFT |
					  id << ID_SHIFT | tag;
	UNLOCK(lock);
	return is_mine;
}

/*
 * Returns the id of a key. If the key is new, returns -1 and sets `*free` to a slot
 * for it, unless all slots that are tried belong to other keys.
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
 * Returns the id of a key in this window, a new one if it has none yet, or the
 * cause (enum untracked) if it gets none. If another CPU stored the same key first,
 * the id that is left over becomes this CPU's `spare`, for its next source.
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
		*spare = id + 1;	/* one that was there is lost for this window */
	return found >= 0 ? found : UNTRACKED_BUSY;
}

#endif
