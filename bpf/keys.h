/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Reads what frames are counted by: the keys of --by. Each key is an enumerator in
 * xdptally.h, a case of read_key(), and an entry of KEYS in src/basics/keys.ts;
 * `make` compares the names.
 */
#ifndef KEYS_H
#define KEYS_H

#include "frame.h"

/* Fragment offsets in their fields; the other bits are flags. */
#define IP_OFFSET 0x1fff
#define IP6_OFFSET 0xfff8
#define MOST_EXTENSIONS 6

/* An IP packet: `v4` or `v6` is set, known when this is compiled. */
struct packet {
	const struct frame *frame;
	__u32 at;		/* the IP header's offset in the frame */
	const struct iphdr *v4;
	const struct ipv6hdr *v6;
};

struct transport {
	__u32 at;		/* the transport header's offset in the frame */
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

/* Skips the extension headers (RFC 8200, section 4). */
static __always_inline struct transport transport6(const struct packet *packet)
{
	struct transport transport = {
		.at = packet->at + sizeof(*packet->v6),
		.protocol = packet->v6->nexthdr,
	};
	int count;

	for (count = 0; count < MOST_EXTENSIONS; count++) {
		struct { __u8 next, length; __be16 offset; } copy;
		const typeof(copy) *extension;
		__u32 type = transport.protocol;

		if (type != IPPROTO_HOPOPTS && type != IPPROTO_ROUTING &&
		    type != IPPROTO_DSTOPTS && type != IPPROTO_FRAGMENT &&
		    type != IPPROTO_AH)
			break;
		extension = header(packet->frame, transport.at, sizeof(copy),
				   &copy);
		if (!extension)
			break;
		if (type == IPPROTO_FRAGMENT) {
			transport.is_later_fragment |= extension->offset &
						       bpf_htons(IP6_OFFSET);
			transport.at += 8;
		} else if (type == IPPROTO_AH) {
			transport.at += (extension->length + 2) * 4;
		} else {
			transport.at += (extension->length + 1) * 8;
		}
		transport.protocol = extension->next;
	}
	return transport;
}

static __always_inline struct transport
transport_of(const struct packet *packet)
{
	return packet->v4 ? transport4(packet) : transport6(packet);
}

/* The destination port in host order; 0 if the packet has none. */
static __always_inline __u32 port_of(const struct packet *packet,
				     const struct transport *transport)
{
	const __u32 *field;
	__u32 ports;

	if (transport->is_later_fragment)
		return 0;
	switch (transport->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		field = header(packet->frame, transport->at, sizeof(ports),
			       &ports);
		return field ? bpf_ntohl(*field) & 0xffff : 0;
	}
	return 0;
}

enum address { SOURCE, DESTINATION };

/*
 * Returns the address that a packet is counted by, and sets the detail of its key:
 * protocol << 24 | port, in network byte order.
 */
static __always_inline enum address read_key(const struct packet *packet,
					     __be32 *detail)
{
	struct transport transport;

	switch (constants.key_by) {
	case KEY_SOURCE:
		return SOURCE;
	case KEY_DESTINATION:
		return DESTINATION;
	case KEY_SOURCE_PROTOCOL:
		transport = transport_of(packet);
		*detail = bpf_htonl(transport.protocol << 24);
		return SOURCE;
	case KEY_SOURCE_PORT:
		transport = transport_of(packet);
		*detail = bpf_htonl(transport.protocol << 24 |
				    port_of(packet, &transport));
		return SOURCE;
	}
	return SOURCE;		/* never: user space sets one of the above */
}

#endif
