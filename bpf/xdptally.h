/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * What the kernel counts and user space reads, and what it is told.
 * src/bpf/layout.ts holds the same sizes and offsets; they are compared with
 * the loaded maps' at every start. All counters are u64, host byte order, one
 * copy per possible CPU.
 */
#ifndef XDPTALLY_H
#define XDPTALLY_H

#define GENERATIONS 2
#define FIRST_ERA 1	/* 0 is that of unused slots */
#define ID_BITS 21
#define ID_MASK ((1U << ID_BITS) - 1)
#define ID_SHIFT 32	/* in a slot, above 32 bits of the hash */
#define ERA_SHIFT (ID_SHIFT + ID_BITS)

struct constants {
	__u64 seed;		/* of the hash: nobody can choose collisions */
	__u32 max_sources;	/* of each family and generation */
	__u32 slots;		/* of each index: a power of two */
	__u32 cpus;		/* that have tallies: those below this number */
	__u32 possible_cpus;	/* below this number are all that may come */
	__u32 has_frags;	/* kernel 5.18: frames of several buffers */
	__u32 is_layer3;	/* no Ethernet header: tun, WireGuard */
	__u32 is_egress;	/* of the tc program: frames that go out */
	__u32 by;		/* what is counted by, in the order below */
	__u32 has_filter;	/* ask the tries which sources are kept */
	__u32 keeps_rest;	/* those that are in no trie */
	__be32 mask4;		/* bits of an address that count */
	__be32 mask6[4];
};

enum by { BY_SOURCE, BY_DESTINATION, BY_PROTOCOL, BY_PORT };

/* What is counted by. */
struct key4 {
	__be32 address;
	__be32 detail;		/* protocol << 24 | port that it sends to; or 0 */
} __attribute__((aligned(8)));

struct key6 {
	struct in6_addr address;
	__be32 detail;
	__u32 zero;
} __attribute__((aligned(8)));

/* A network that --filter names, and whether its sources are kept. */
struct network4 {
	__u32 length;
	__be32 address;
};

struct network6 {
	__u32 length;
	struct in6_addr address;
};

struct tally {
	__u64 packets;
	__u64 bytes;		/* of the frames, as XDP sees them */
};

/* The books of one generation: total is counted on its own, first. */
struct totals {
	struct tally total;
	struct tally untracked;	/* had a source, but no room in its map */
	struct tally non_ip;	/* an EtherType that is not parsed */
	struct tally malformed;	/* too short, or not what it says it is */
	struct tally filtered;	/* of a source that --filter leaves out */
	__u64 full;		/* untracked packets by cause: no id is left */
	__u64 no_memory;	/* the CPU was added, and has no tallies */
	__u64 busy;		/* no free slot was near */
	__u32 spare[2];		/* for the program: an id + 1, by family; or 0 */
} __attribute__((aligned(128)));	/* two cache lines: CPUs share none */

enum untracked {
	UNTRACKED_FULL = -1,
	UNTRACKED_NO_MEMORY = -2,
	UNTRACKED_BUSY = -3,
};

#endif
