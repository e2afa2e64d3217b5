/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * What the kernel counts and user space reads, and what it is told. src/bpf/layout.ts holds the
 * same sizes and offsets; they are compared with the loaded maps' at every
 * start. All counters are u64, host byte order, one copy per possible CPU.
 */
#ifndef XDPTALLY_H
#define XDPTALLY_H

#define GENERATIONS 2

struct constants {
	__u32 has_frags;	/* kernel 5.18: frames of several buffers */
	__u32 is_layer3;	/* no Ethernet header: tun, WireGuard */
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
	__u64 full;		/* untracked packets by cause: E2BIG */
	__u64 no_memory;	/* ENOMEM */
	__u64 busy;		/* EBUSY, and whatever else the map answers */
};

#endif
