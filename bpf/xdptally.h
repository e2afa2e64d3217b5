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

/* Tunnels over UDP, which ports tell: TUNNELS of src/basics/tunnels.ts. */
enum tunnel {
	TUNNEL_VXLAN,
	TUNNEL_GENEVE,
	TUNNEL_GTP,
	TUNNEL_L2TP,
	TUNNELS,
};

#define MOST_TUNNEL_PORTS 4	/* of each */

/* The parts of a key: KEY_PARTS of src/basics/key_layout.ts. keys.h writes each. */
enum key_field {
	FIELD_HAS_PORTS,	/* that the ports are the packet's, not missing */
	FIELD_OUTER_FAMILY,	/* 4, 6, or 0: the packet was in no tunnel */
	FIELD_SOURCE,
	FIELD_DESTINATION,
	FIELD_OUTER_SOURCE,	/* room for an address of either family */
	FIELD_PROTOCOL,
	FIELD_SOURCE_PORT,
	FIELD_PORT,
	FIELD_TCP,
	FIELD_DSCP,
	FIELD_MAC,
	FIELD_VLAN,
	FIELD_ETHERTYPE,
	FIELD_VERDICT,
	FIELDS,
};

#define FIRST_LINK_FIELD FIELD_MAC	/* the others are of the IP packet */

/* What a TCP segment does: TCP_KINDS of src/basics/keys.ts. */
enum tcp_kind {
	TCP_NONE,		/* no TCP, or not to be seen */
	TCP_SYN,
	TCP_SYNACK,
	TCP_FIN,
	TCP_RST,
	TCP_OTHER,
};

/* What an XDP program returns: enum xdp_action of linux/bpf.h, then all the rest. */
enum verdict {
	VERDICT_ABORTED,
	VERDICT_DROP,
	VERDICT_PASS,
	VERDICT_TX,
	VERDICT_REDIRECT,
	VERDICT_INVALID,	/* the kernel takes it as aborted */
	VERDICTS,
};

#define MOST_WORDS 10	/* u64s of a key with all fields */
#define NOT_IN_KEY 0xff

/* Where the fields of a table's keys are. */
struct key_layout {
	__u32 words;		/* u64s of a key */
	__u32 at[FIELDS];	/* in bytes, or NOT_IN_KEY */
};

/* What frames start with: LINK_LAYERS of src/basics/link_layer.ts. */
enum link_layer {
	LINK_ETHERNET,
	LINK_IP,	/* tun, WireGuard, PPP, modems */
	LINK_IP_IN_IP,	/* IP, and maybe what is left of the outer headers first */
	LINK_GRE,	/* likewise */
};

/* How far frames are read. */
enum depth {
	DEPTH_LINK,	/* no field is of the IP packet, nor is there a filter */
	DEPTH_PACKET,
	DEPTH_INNERMOST,	/* into tunnels */
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
	__u32 has_fields;	/* keys have more than the source */
	__u32 has_addresses;	/* IPv4 and IPv6 have a table each */
	enum depth depth;
	__u32 tunnel_ports[TUNNELS][MOST_TUNNEL_PORTS];	/* 0: unused */
	struct key_layout key4, key6;
	__u32 has_filter;	/* look sources up in the tries of networks */
	__u32 keeps_rest;	/* keep the sources that no network contains */
	__be32 mask4;		/* the bits of an address that are in its key */
	__be32 mask6[4];
	__u32 ifindex;		/* of the interface and its network namespace: observe.bpf.c */
	__u32 netns;
	__u32 has_spin_lock;	/* likewise: tracing programs may use one */
	enum layout layout[0];	/* only to have the enums in the BTF */
	enum key_field fields[0];
	enum tunnel tunnels[0];
	enum tcp_kind tcp_kinds[0];
	enum verdict verdicts[0];
};

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

#define MOST_TYPES 8

/* The EtherTypes of non-IP frames: the first ones that a CPU sees. */
struct type_count {
	__u64 type;		/* TYPE_SEEN | EtherType; 0: unused */
	__u64 packets;
};

#define TYPE_SEEN 0x10000

/* Frames that have no EtherType are counted under these. */
enum no_type {
	TYPE_LLC,		/* a length instead (IEEE 802.3) */
	TYPE_UNKNOWN,		/* neither Ethernet nor IP */
};

/* The books of one CPU in one generation. Each frame adds to `total` first. */
struct totals {
	struct tally total;
	struct tally untracked;	/* the key has no table entry */
	struct tally non_ip;	/* the EtherType is not parsed */
	struct tally malformed;	/* too short, or no valid IP header */
	struct tally filtered;	/* --filter excludes the source */
	struct tally undecoded;	/* the packet inside a tunnel cannot be read */
	__u64 full;		/* untracked packets: all ids are used */
	__u64 no_memory;	/* untracked packets: the CPU was added later */
	__u64 busy;		/* untracked packets: no free slot was found */
	__u64 cut;		/* malformed packets: a header is not whole */
	__u64 version;		/* malformed packets: another IP version */
	__u64 length;		/* malformed packets: an IPv4 header below 20 bytes */
	__u32 spare[2];		/* an unused id + 1, by family; 0: none */
	struct type_count types[MOST_TYPES];	/* of non_ip */
	struct tally verdicts[VERDICTS];	/* they add up to total: observe.bpf.c */
} __attribute__((aligned(128)));	/* whole cache lines, so CPUs share none */

/* Why a source gets no id. */
enum untracked {
	UNTRACKED_FULL = -1,
	UNTRACKED_NO_MEMORY = -2,
	UNTRACKED_BUSY = -3,
};

/* What a frame is counted as. */
enum class {
	CLASS_KEY4,		/* a key of the first table: IPv4, or no address */
	CLASS_KEY6,
	CLASS_NON_IP,
	CLASS_MALFORMED,
	CLASS_FILTERED,
	CLASS_UNDECODED,
};

/* Why a frame is malformed. */
enum malformed {
	MALFORMED_CUT,
	MALFORMED_VERSION,
	MALFORMED_LENGTH,
};

#endif
