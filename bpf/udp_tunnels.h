/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Reads the tunnels over UDP: VXLAN, GENEVE, GTP-U and L2TPv3. */
#ifndef UDP_TUNNELS_H
#define UDP_TUNNELS_H

#include "frame.h"

/* What a packet of some protocol carries. */
struct carried {
	enum {
		CARRIES_NO_TUNNEL,	/* it is no tunnel's */
		CARRIES_UNDECODED,	/* it is, and what it carries cannot be read */
		CARRIES_IP,
		CARRIES_ETHERNET,
	} what;
	__u32 at;	/* in the frame */
	__u32 type;	/* the EtherType of IP; 0: the first byte tells */
};

#define NO_TUNNEL ((struct carried) { .what = CARRIES_NO_TUNNEL })
#define UNDECODED ((struct carried) { .what = CARRIES_UNDECODED })
#define ETHERNET_AT(at_)						\
	((struct carried) { .what = CARRIES_ETHERNET, .at = (at_) })
#define IP_AT(at_, type_)						\
	((struct carried) { .what = CARRIES_IP, .at = (at_), .type = (type_) })
#define SOME_IP_AT(at) IP_AT(at, 0)

/* Packets further inside a frame are not read: a bound for the verifier. */
#define MOST_INSIDE 0x7f00

/* Room for a copy of any header that is read here: functions share a small stack. */
union copy {
	struct iphdr v4;
	struct { __u8 version, rest[5], next, limit; } v6;	/* its beginning */
	__u8 bytes[8];
	struct { __be16 source, destination; } ports;
	struct { __be16 flags, type; } gre;
	struct { __u8 options, flags; __be16 type; __u8 rest[4]; } geneve;
	struct { __be16 type; __u8 version, tos; __be16 size4, size6; } l2tp;
	__be16 field;
};

#define UDP_SIZE 8
#define TUNNEL_SIZE 8	/* the first header of each of these */

/* RFC 7348. */
#define VXLAN_HAS_ID 0x08

/* RFC 8926; the length of the options is in words. */
#define GENEVE_VERSION(byte) ((byte) >> 6)
#define GENEVE_OPTIONS(byte) ((byte) & 0x3f)
#define GENEVE_ETHERNET 0x6558

/* 3GPP TS 29.281, section 5.1. */
#define GTP_KIND(byte) ((byte) & 0xf0)
#define GTP_VERSION1 0x30	/* with the bit that tells it from GTP' */
#define GTP_HAS_OPTIONS 0x07
#define GTP_HAS_EXTENSIONS 0x04
#define GTP_PACKET 0xff		/* the message that carries one */
#define GTP_OPTIONS_SIZE 4
#define MOST_GTP_EXTENSIONS 4

/* RFC 3931, section 4.1.2. */
#define L2TP_IS_CONTROL 0x8000
#define L2TP_VERSION 0x000f
#define MOST_L2TP_WORDS 3	/* cookie and sublayer: 0 to 12 bytes */

static __always_inline struct carried read_geneve(const struct frame *frame,
						  __u32 at, union copy *copy)
{
	const typeof(copy->geneve) *geneve;
	__u32 type;

	geneve = header(frame, at, sizeof(*geneve), copy);
	if (!geneve)
		return UNDECODED;
	if (GENEVE_VERSION(geneve->options) != 0)
		return NO_TUNNEL;
	type = bpf_ntohs(geneve->type);
	at += TUNNEL_SIZE + GENEVE_OPTIONS(geneve->options) * 4;
	if (type == GENEVE_ETHERNET)
		return ETHERNET_AT(at);
	return type == ETH_P_IP || type == ETH_P_IPV6 ? IP_AT(at, type) : UNDECODED;
}

static __always_inline struct carried read_gtp(const struct frame *frame,
					       __u32 at, union copy *copy)
{
	const __u8 *bytes = header(frame, at, TUNNEL_SIZE, copy);
	__u32 flags, size, next;
	int count;

	if (!bytes)
		return UNDECODED;
	flags = bytes[0];
	if (GTP_KIND(flags) != GTP_VERSION1 || bytes[1] != GTP_PACKET)
		return NO_TUNNEL;
	at += TUNNEL_SIZE;
	if (!(flags & GTP_HAS_OPTIONS))
		return SOME_IP_AT(at);
	bytes = header(frame, at, GTP_OPTIONS_SIZE, copy);
	if (!bytes)
		return UNDECODED;
	next = flags & GTP_HAS_EXTENSIONS ? bytes[3] : 0;
	at += GTP_OPTIONS_SIZE;
	for (count = 0; count < MOST_GTP_EXTENSIONS && next; count++) {
		bytes = header(frame, at, 1, copy);
		size = bytes ? *bytes * 4 : 0;
		if (!size)
			return UNDECODED;
		bytes = header(frame, at + size - 1, 1, copy);
		if (!bytes)
			return UNDECODED;
		next = *bytes;
		at += size;
	}
	return next ? UNDECODED : SOME_IP_AT(at);
}

/*
 * Neither the cookie nor the sublayer can be told from the packet. An IP header
 * that ends where the datagram does is behind one Ethernet header only.
 */
static __always_inline struct carried read_l2tp(const struct frame *frame,
						__u32 udp, union copy *copy)
{
	const typeof(copy->l2tp) *behind;
	const __be16 *field;
	__u32 at = udp + UDP_SIZE, words;
	struct carried carried = UNDECODED;
	int rest, matches = 0;

	field = header(frame, at, TUNNEL_SIZE, copy);
	if (!field)
		return UNDECODED;
	if (*field & bpf_htons(L2TP_IS_CONTROL) ||
	    (*field & bpf_htons(L2TP_VERSION)) != bpf_htons(3))
		return NO_TUNNEL;
	field = header(frame, udp + 4, sizeof(*field), copy);
	if (!field)
		return UNDECODED;
	at += TUNNEL_SIZE;
	rest = bpf_ntohs(*field) - UDP_SIZE - TUNNEL_SIZE - ETH_HLEN;
	for (words = 0; words <= MOST_L2TP_WORDS; words++, at += 4, rest -= 4) {
		behind = header(frame, at + ETH_HLEN - 2, sizeof(*behind), copy);
		if (!behind)
			break;
		if (behind->type == bpf_htons(ETH_P_IP) ?
		    behind->version >> 4 != 4 ||
		    bpf_ntohs(behind->size4) != rest :
		    behind->type != bpf_htons(ETH_P_IPV6) ||
		    behind->version >> 4 != 6 ||
		    (int)sizeof(struct ipv6hdr) +
		    bpf_ntohs(behind->size6) != rest)
			continue;
		carried = ETHERNET_AT(at);
		matches++;
	}
	return matches == 1 ? carried : UNDECODED;
}

/* The kind of tunnel that a port is for; TUNNELS: for none. */
static __always_inline enum tunnel tunnel_of(__u32 port)
{
	enum tunnel tunnel;
	__u32 known;
	int at;

#pragma unroll
	for (tunnel = 0; tunnel < TUNNELS; tunnel++) {
#pragma unroll
		for (at = 0; at < MOST_TUNNEL_PORTS; at++) {
			known = constants.tunnel_ports[tunnel][at];
			if (known && port == known)
				return tunnel;
		}
	}
	return TUNNELS;
}

/* What a datagram carries, by the port that it is sent to. */
static __always_inline struct carried read_udp(const struct frame *frame,
					       __u32 at, union copy *copy)
{
	const typeof(copy->ports) *ports = header(frame, at, sizeof(*ports), copy);
	const __u8 *vxlan;

	if (!ports)
		return NO_TUNNEL;
	switch (tunnel_of(bpf_ntohs(ports->destination))) {
	case TUNNEL_VXLAN:
		at += UDP_SIZE;
		vxlan = header(frame, at, TUNNEL_SIZE, copy);
		if (!vxlan)
			return UNDECODED;
		return *vxlan & VXLAN_HAS_ID ?
		       ETHERNET_AT(at + TUNNEL_SIZE) : NO_TUNNEL;
	case TUNNEL_GENEVE:
		return read_geneve(frame, at + UDP_SIZE, copy);
	case TUNNEL_GTP:
		return read_gtp(frame, at + UDP_SIZE, copy);
	case TUNNEL_L2TP:
		return read_l2tp(frame, at, copy);
	case TUNNELS:
		break;
	}
	return NO_TUNNEL;
}

#endif
