/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * What a merged packet is on the wire. tc sees received packets that the kernel
 * merged (GRO), and sent ones that are not divided yet (GSO): an skb whose
 * gso_size is not 0 stands for several packets, which all had its headers.
 */
#ifndef MERGED_H
#define MERGED_H

#include "link.h"
#include "transport.h"

/* Where the innermost IP header is; the other object asks the kernel. */
#ifndef INNER_IP
#define INNER_IP(skb, at) (at)
#endif

/* Whether a UDP datagram becomes IP fragments (UFO), which only old guests ask for. */
#ifndef IS_UFO
#define IS_UFO(skb) 0
#endif

#define MOST_MERGED_TAGS 6	/* more than are counted by source */
#define JUMBO_SIZE 8	/* of a hop-by-hop header with the jumbo option alone */
#define FRAGMENT_SIZE 8	/* of an IPv6 fragment header */

/*
 * A hop-by-hop header that the kernel adds to IPv6 packets beyond 64 KiB (BIG
 * TCP), and removes when it divides them: it is never on the wire.
 */
static __always_inline int is_jumbo(const struct ipv6hdr *ip)
{
	return ip->nexthdr == IPPROTO_HOPOPTS && !ip->payload_len;
}

/* Of headers_size(): the bytes, and how many of them are not in the skb. */
#define HEADERS(bytes, added) ((__u64)(added) << 32 | (__u32)(bytes))

/*
 * Returns the bytes of the headers that each packet has, from the packet's start:
 * all, to the end of the innermost transport header, or, of fragments, to its
 * start; 0 if they cannot be read. The upper half are the bytes that each of
 * them is longer on the wire.
 */
static __always_inline __u64 headers_size(const struct frame *frame)
{
	union {
		__u8 version;
		struct iphdr v4;
		struct ipv6hdr v6;
	} copy;
	struct tcphdr tcp_copy;
	struct packet packet = { .frame = frame };
	struct transport transport;
	const struct tcphdr *tcp;
	const __u8 *version;
	int added = 0;
	struct link link = constants.link_layer == LINK_ETHERNET ?
		read_type(frame, ETH_HLEN - 2, frame->tags, MOST_MERGED_TAGS) :
		read_bare(frame);
	__u32 at;

	if (link.payload == TOO_SHORT)
		return 0;
	packet.at = INNER_IP(frame->ctx, link.at);
	version = header(frame, packet.at, sizeof(*version), &copy);
	if (!version)
		return 0;
	if (*version >> 4 == 4) {
		packet.v4 = header(frame, packet.at, sizeof(copy.v4), &copy);
		if (!packet.v4)
			return 0;
		transport = transport4(&packet);
	} else {
		packet.v6 = header(frame, packet.at, sizeof(copy.v6), &copy);
		if (!packet.v6)
			return 0;
		transport = transport6(&packet);
		if (is_jumbo(packet.v6))
			added = -JUMBO_SIZE;
	}

	at = transport.at - frame->start;
	switch (transport.protocol) {
	case IPPROTO_TCP:
		tcp = header(frame, transport.at, sizeof(*tcp), &tcp_copy);
		return tcp ? HEADERS(at + tcp->doff * 4, added) : 0;
	case IPPROTO_UDP:
		if (IS_UFO(frame->ctx)) {
			if (packet.v6)
				added = FRAGMENT_SIZE;
			return HEADERS(at, added);
		}
		return HEADERS(at + 8, added);
	case IPPROTO_SCTP:
		return HEADERS(at + 12, added);
	}
	return 0;
}

/*
 * Sets how many packets, and how many bytes, a merged frame is on the wire.
 * `segments` is 0 if whoever merged it did not count: a virtual machine.
 */
static __always_inline void divide(struct frame *frame, __u64 headers,
				   __u32 segments, __u32 size)
{
	__u32 bytes = headers;
	int added = (__s64)headers >> 32;

	if (!bytes || bytes > frame->bytes) {
		/* Broken, and dropped later; or of a protocol that is not read. */
		frame->packets = segments ?: 1;
		return;
	}
	if (!segments)
		segments = (frame->bytes - bytes + size - 1) / size ?: 1;
	frame->packets = segments;
	frame->bytes += (segments - 1) * (bytes + added);
	frame->bytes += added;
}

#endif
