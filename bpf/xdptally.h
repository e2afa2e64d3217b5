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

struct constants {
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

/* Where only the address counts, the maps' keys are the address alone. */
struct key4 {
	__be32 address;
	__be32 detail;		/* protocol << 24 | port that it sends to */
};

struct key6 {
	struct in6_addr address;
	__be32 detail;
};

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
	__u64 full;		/* untracked packets by cause: E2BIG */
	__u64 no_memory;	/* ENOMEM */
	__u64 busy;		/* EBUSY, and whatever else the map answers */
};

#endif
