/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Finds the packet inside tunnels (--inner). Each header is read at an offset that
 * only the frame tells, so all of this is global functions.
 */
#ifndef TUNNEL_H
#define TUNNEL_H

#include "outer.h"
#include "transport.h"
#include "udp_tunnels.h"

#define MOST_LEVELS 2	/* tunnels in tunnels that are read */

#define GRE_ROUTING 0x4000
#define GRE_VERSION 0x0007
#define GRE_TRANSPARENT_ETHERNET 0x6558
#define GRE_ERSPAN2 0x88be	/* without a sequence number ERSPAN I */
#define GRE_ERSPAN3 0x22eb

/* ERSPAN's headers (draft-foschiano-erspan). */
#define ERSPAN2_SIZE 8
#define ERSPAN3_SIZE 12
#define ERSPAN3_MORE_SIZE 8	/* of the platform's own header */
#define ERSPAN3_HAS_MORE 0x0001
#define ERSPAN3_TYPE(word) ((word) >> 10 & 31)
#define ERSPAN3_ETHERNET 0
#define ERSPAN3_IP 2

/*
 * A packet as a number: where it is, the EtherType that it should have, and a state.
 * Without a state it is the packet inside the one that was asked about.
 */
#define PACKET(at, type) ((__u64)(type) << 16 | (at))
#define PACKET_TYPE(packet) ((packet) >> 16 & 0xffff)
#define PACKET_MASK 0xffffffff

#define PACKET_IS_INVALID (1ULL << 32)	/* its IP header is cut or wrong */
#define PACKET_IS_LAST (1ULL << 33)	/* it is no tunnel's */
#define PACKET_IS_UNDECODED (1ULL << 34)	/* what it carries cannot be read */
#define PACKET_IS_INSIDE (1ULL << 35)	/* of innermost(): it was in a tunnel */

/* What GRE carries. */
static __always_inline struct carried read_gre(const struct frame *frame,
					       __u32 at, union copy *copy)
{
	const typeof(copy->gre) *gre = header(frame, at, sizeof(*gre), copy);
	const __be16 *last;
	__u32 flags, type;

	if (!gre)
		return UNDECODED;
	flags = bpf_ntohs(gre->flags);
	type = bpf_ntohs(gre->type);
	if (flags & (GRE_ROUTING | GRE_VERSION))
		return UNDECODED;
	at += sizeof(*gre);
	at += flags & GRE_CHECKSUM ? 4 : 0;
	at += flags & GRE_KEY ? 4 : 0;
	at += flags & GRE_SEQUENCE ? 4 : 0;
	switch (type) {
	case ETH_P_IP:
	case ETH_P_IPV6:
		return IP_AT(at, type);
	case GRE_TRANSPARENT_ETHERNET:
		return ETHERNET_AT(at);
	case GRE_ERSPAN2:
		at += flags & GRE_SEQUENCE ? ERSPAN2_SIZE : 0;
		return ETHERNET_AT(at);
	case GRE_ERSPAN3:
		break;
	default:
		return UNDECODED;
	}
	last = header(frame, at + ERSPAN3_SIZE - 2, sizeof(*last), copy);
	if (!last)
		return UNDECODED;
	type = ERSPAN3_TYPE(bpf_ntohs(*last));
	at += ERSPAN3_SIZE;
	at += *last & bpf_htons(ERSPAN3_HAS_MORE) ? ERSPAN3_MORE_SIZE : 0;
	if (type == ERSPAN3_ETHERNET)
		return ETHERNET_AT(at);
	return type == ERSPAN3_IP ? SOME_IP_AT(at) : UNDECODED;
}

/* Reads the IP header at `from`; false: it is cut or wrong. */
static __always_inline int read_ip(const struct frame *frame, __u64 from,
				   struct transport *transport,
				   union copy *copy)
{
	struct packet packet = { .frame = frame, .at = from & MOST_OFFSET };
	const typeof(copy->v6) *v6;
	__u32 protocol;

	if (PACKET_TYPE(from) == ETH_P_IP) {
		packet.v4 = header(frame, packet.at, sizeof(*packet.v4), copy);
		if (!packet.v4 || packet.v4->version != 4 || packet.v4->ihl < 5)
			return 0;
		*transport = transport4(&packet);
		return 1;
	}
	/* Its addresses are not read, and take no room. */
	v6 = header(frame, packet.at, sizeof(*v6), copy);
	if (!v6 || v6->version >> 4 != 6)
		return 0;
	protocol = v6->next;
	packet.at += sizeof(struct ipv6hdr);
	if (!header(frame, packet.at - 1, 1, copy))
		return 0;
	*transport = transport6_at(frame, packet.at, protocol);
	return 1;
}

/* What a packet carries, by its protocol and the headers behind it. */
static __always_inline struct carried
read_carried(const struct frame *frame, const struct transport *transport,
	     union copy *copy)
{
	struct carried carried;

	switch (transport->protocol) {
	case IPPROTO_IPIP:
		carried = IP_AT(transport->at, ETH_P_IP);
		break;
	case IPPROTO_IPV6:
		carried = IP_AT(transport->at, ETH_P_IPV6);
		break;
	case IPPROTO_GRE:
		carried = read_gre(frame, transport->at, copy);
		break;
	case IPPROTO_UDP:
		return transport->is_later_fragment ?
		       NO_TUNNEL : read_udp(frame, transport->at, copy);
	default:
		return NO_TUNNEL;
	}
	return transport->is_later_fragment ? UNDECODED : carried;
}

/* Returns the packet inside the packet at `from`, or a state. */
static __always_inline __u64 inside(const struct frame *frame, __u64 from)
{
	struct transport transport;
	struct carried carried;
	union copy copy;
	const __u8 *byte;

	if (!read_ip(frame, from, &transport, &copy))
		return PACKET_IS_INVALID;
	carried = read_carried(frame, &transport, &copy);
	if (carried.what == CARRIES_NO_TUNNEL)
		return PACKET_IS_LAST;
	if (carried.what == CARRIES_UNDECODED || carried.at > MOST_INSIDE)
		return PACKET_IS_UNDECODED;
	if (carried.what == CARRIES_ETHERNET) {
		from = WALK(read_far_type, frame,
			    FROM_TYPE(carried.at + ETH_HLEN - 2, 0));
		carried.at = from & MOST_OFFSET;
		carried.type = from & PACKED_IS_SHORT ? 0 : PACKET_TYPE(from);
	} else if (!carried.type) {
		byte = header(frame, carried.at, 1, &copy);
		carried.type = byte ? type_of(*byte) : 0;
	}
	return carried.type == ETH_P_IP || carried.type == ETH_P_IPV6 ?
	       PACKET(carried.at, carried.type) : PACKET_IS_UNDECODED;
}

/* Returns the innermost packet of the one at `from`, or PACKET_IS_UNDECODED. */
static __always_inline __u64 innermost(const struct frame *frame, __u64 from)
{
	__u64 found;
	int level;

	for (level = 0; level <= MOST_LEVELS; level++) {
		found = inside(frame, from);
		if (!level && found & (PACKET_IS_LAST | PACKET_IS_INVALID))
			return from;
		if (found & PACKET_IS_LAST)
			return from | PACKET_IS_INSIDE;
		if (found & (PACKET_IS_INVALID | PACKET_IS_UNDECODED))
			return PACKET_IS_UNDECODED;
		from = found & PACKET_MASK;
	}
	return PACKET_IS_UNDECODED;
}

WALK_ONCE(innermost)

#endif
