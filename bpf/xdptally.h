/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * What the program and user space share: constants, keys and counters.
 * src/bpf/layout.ts has the same names, sizes and offsets; `make` compares them
 * with the BTF of the built object (toolchain/compare_layout.ts). Counters are
 * u64 in host byte order, one copy for each CPU.
 */
#ifndef XDPTALLY_H
#define XDPTALLY_H

enum layout {
	GENERATIONS = 2,
	FIRST_ERA = 1,	/* 0 marks slots that were never used */
	ID_BITS = 21,
};

#define ID_MASK ((1U << ID_BITS) - 1)
#define ID_SHIFT 32	/* a slot: era, id, 32 bits of the hash */
#define ERA_SHIFT (ID_SHIFT + ID_BITS)

/* What frames are counted by; read_key() in keys.h has a case for each. */
enum key_by {
	KEY_SOURCE,
	KEY_DESTINATION,
	KEY_SOURCE_PROTOCOL,
	KEY_SOURCE_PORT,
};

/* What frames start with: LINK_LAYERS of src/basics/link_layer.ts. */
enum link_layer {
	LINK_ETHERNET,
	LINK_IP,	/* tun, WireGuard, PPP, modems */
	LINK_IP_IN_IP,	/* IP, and maybe what is left of the outer headers first */
	LINK_GRE,	/* likewise */
};

/* User space sets them before it loads the program. */
struct constants {
	__u64 seed;		/* of the hash; random for each load */
	__u32 max_sources;	/* of each family and generation */
	__u32 slots;		/* of each index: a power of two */
	__u32 cpus;		/* CPUs below this number have tallies */
	__u32 possible_cpus;	/* CPUs below this number have totals */
	__u32 has_frags;	/* frames may have several buffers: Linux 5.18 */
	enum link_layer link_layer;
	__u32 is_egress;	/* the tc program counts outgoing frames */
	enum key_by key_by;
	__u32 has_filter;	/* look sources up in the tries of networks */
	__u32 keeps_rest;	/* keep the sources that no network contains */
	__be32 mask4;		/* the bits of an address that are in its key */
	__be32 mask6[4];
	enum layout layout[0];	/* only to have the enum in the BTF */
};

/* A key of a table; read_key() in keys.h says what `detail` is. */
struct key4 {
	__be32 address;
	__be32 detail;
} __attribute__((aligned(8)));

struct key6 {
	struct in6_addr address;
	__be32 detail;
	__u32 zero;		/* keys are compared as u64 words */
} __attribute__((aligned(8)));

/* A network of --filter: the key of an LPM trie. */
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
	__u64 bytes;		/* of whole frames */
};

/* The books of one CPU in one generation. Each frame adds to `total` first. */
struct totals {
	struct tally total;
	struct tally untracked;	/* the source has no table entry */
	struct tally non_ip;	/* the EtherType is not parsed */
	struct tally malformed;	/* too short, or no valid IP header */
	struct tally filtered;	/* --filter excludes the source */
	__u64 full;		/* untracked packets: all ids are used */
	__u64 no_memory;	/* untracked packets: the CPU was added later */
	__u64 busy;		/* untracked packets: no free slot was found */
	__u32 spare[2];		/* an unused id + 1, by family; 0: none */
} __attribute__((aligned(128)));	/* two cache lines, so CPUs share none */

/* Why a source gets no id. */
enum untracked {
	UNTRACKED_FULL = -1,
	UNTRACKED_NO_MEMORY = -2,
	UNTRACKED_BUSY = -3,
};

#endif
