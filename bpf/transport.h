/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Finds the transport header of an IP packet. */
#ifndef TRANSPORT_H
#define TRANSPORT_H

#include "frame.h"

/* Fragment offsets in their fields; the other bits are flags. */
#define IP_OFFSET 0x1fff
#define IP6_OFFSET 0xfff8
#define MOST_EXTENSIONS 6

/* An IP packet: `v4` or `v6` is set, known when this is compiled. */
struct packet {
	const struct frame *frame;
	__u64 at;		/* the IP header's offset in the frame */
	const struct iphdr *v4;
	const struct ipv6hdr *v6;
};

struct transport {
	__u64 at;		/* the transport header's offset in the frame */
	__u32 protocol;
	int is_later_fragment;	/* without a transport header */
};

static __always_inline struct transport transport4(const struct packet *packet)
{
	const struct iphdr *ip = packet->v4;
	struct transport transport = {
		.at = packet->at + ip->ihl * 4,
		.protocol = ip->protocol,
		.is_later_fragment = ip->frag_off & bpf_htons(IP_OFFSET),
	};

	return transport;
}

static __always_inline int is_extension(__u32 protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_FRAGMENT ||
	       protocol == IPPROTO_AH;
}

/* A struct transport as a number. */
#define PACKED_TRANSPORT(at, protocol, is_later_fragment)		\
	((__u64)(is_later_fragment) << 40 | (__u64)(protocol) << 32 | (at))

/* Skips extension headers (RFC 8200, section 4), from a packed transport on. */
static __always_inline __u64 skip_extensions(const struct frame *frame,
					     __u64 from)
{
	__u32 at = from & MOST_OFFSET, protocol = from >> 32 & 0xff;
	int count, is_later_fragment = 0;

	for (count = 0; count < MOST_EXTENSIONS; count++) {
		struct { __u8 next, length; __be16 offset; } copy;
		const typeof(copy) *extension;
		__u32 type = protocol;

		if (!is_extension(type))
			break;
		extension = header(frame, at, sizeof(copy), &copy);
		if (!extension)
			break;
		protocol = extension->next;
		if (type == IPPROTO_FRAGMENT) {
			is_later_fragment = (extension->offset &
					     bpf_htons(IP6_OFFSET)) != 0;
			at += 8;
			/* What looks like further headers there is data. */
			if (is_later_fragment)
				break;
		} else if (type == IPPROTO_AH) {
			at += (extension->length + 2) * 4;
		} else {
			at += (extension->length + 1) * 8;
		}
	}
	if (at > MOST_OFFSET)
		is_later_fragment = 1;	/* likewise not to be read */
	return PACKED_TRANSPORT(at, protocol, is_later_fragment);
}

WALK_ONCE(skip_extensions)

/* `protocol`: of the IPv6 header before `at`. */
static __always_inline struct transport
transport6_at(const struct frame *frame, __u64 at, __u32 protocol)
{
	struct transport transport = { .at = at, .protocol = protocol };
	__u64 behind;

	if (!is_extension(protocol))
		return transport;
	behind = WALK(skip_extensions, frame, PACKED_TRANSPORT(at, protocol, 0));
	transport.at = behind & MOST_OFFSET;
	transport.protocol = behind >> 32 & 0xff;
	transport.is_later_fragment = behind >> 40 & 1;
	return transport;
}

static __always_inline struct transport transport6(const struct packet *packet)
{
	return transport6_at(packet->frame, packet->at + sizeof(*packet->v6),
			     packet->v6->nexthdr);
}

static __always_inline struct transport
transport_of(const struct packet *packet)
{
	return packet->v4 ? transport4(packet) : transport6(packet);
}

/* Whether the transport header begins with the two ports. */
static __always_inline int has_ports(const struct transport *transport)
{
	if (transport->is_later_fragment)
		return 0;
	switch (transport->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return 1;
	}
	return 0;
}

#endif
