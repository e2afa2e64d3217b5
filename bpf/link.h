/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Reads what is before the IP packet of a frame: VLAN tags, MPLS labels, PPPoE. */
#ifndef LINK_H
#define LINK_H

#include "frame.h"

#define TOO_SHORT 0x10000	/* no EtherType */
#define MOST_TAGS 4	/* a further one counts as non-IP */
#define MOST_LABELS 8
#define TAG_SIZE 4

#define LABEL_SIZE 4
#define LABEL_IS_LAST 0x01	/* in its third byte (RFC 3032) */

/* A PPPoE header (RFC 2516) and the protocol of PPP behind it. */
#define PPPOE_SESSION bpf_htons(0x1100)	/* version 1, type 1, code 0 */
#define PPP_IPV4 bpf_htons(0x0021)
#define PPP_IPV6 bpf_htons(0x0057)

struct pppoe {
	__be16 kind, session, length, protocol;
};

/* What is before the packet. */
struct link {
	__u64 type;	/* the EtherType behind the tags, in host order */
	__u64 payload;	/* that of what MPLS or PPPoE carries; else the same; or TOO_SHORT */
	int has_tag;	/* in the data */
	__u64 at;	/* where the packet is, in the frame */
};

static __always_inline int is_tag(__u64 type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD ||
	       type == ETH_P_QINQ1;
}

/* Whether an IP packet may be behind further headers. */
static __always_inline int leads_on(__u64 type)
{
	return type == ETH_P_MPLS_UC || type == ETH_P_MPLS_MC ||
	       type == ETH_P_PPP_SES;
}

/* The EtherType of the IP packet that begins with this byte; 0: none does. */
static __always_inline __u64 type_of(__u8 byte)
{
	return byte >> 4 == 4 ? ETH_P_IP : byte >> 4 == 6 ? ETH_P_IPV6 : 0;
}

/* Skips the labels of MPLS; only the first byte behind them says what it is. */
static __always_inline void skip_labels(const struct frame *frame,
					struct link *link, void *copy)
{
	const __u8 *bytes;
	int label, is_last = 0;

	for (label = 0; label < MOST_LABELS && !is_last; label++) {
		bytes = header(frame, link->at, LABEL_SIZE, copy);
		if (!bytes) {
			link->payload = TOO_SHORT;
			return;
		}
		is_last = bytes[2] & LABEL_IS_LAST;
		link->at += LABEL_SIZE;
	}
	if (!is_last)
		return;
	bytes = header(frame, link->at, 1, copy);
	if (bytes)
		link->payload = type_of(*bytes);
	else
		link->payload = TOO_SHORT;
}

static __always_inline void skip_pppoe(const struct frame *frame,
				       struct link *link, void *copy)
{
	const struct pppoe *pppoe;

	pppoe = header(frame, link->at, sizeof(*pppoe), copy);
	if (!pppoe) {
		link->payload = TOO_SHORT;
		return;
	}
	if (pppoe->kind != PPPOE_SESSION)
		return;
	link->payload = pppoe->protocol == PPP_IPV4 ? ETH_P_IP :
			pppoe->protocol == PPP_IPV6 ? ETH_P_IPV6 : 0;
	link->at += sizeof(*pppoe);
}

/* Reads on at the EtherType at `at`, after some tags, up to `most` of them. */
static __always_inline struct link read_type(const struct frame *frame, __u32 at,
					     __u32 tags, __u32 most)
{
	struct link link = { .at = at };
	const __u16 *type;
	struct pppoe copy;	/* or of a smaller header */

	for (; tags <= most; tags++) {
		type = header(frame, link.at, sizeof(*type), &copy);
		if (!type) {
			link.payload = TOO_SHORT;
			return link;
		}
		link.type = bpf_ntohs(*type);
		if (!is_tag(link.type))
			break;
		link.at += TAG_SIZE;
		link.has_tag = 1;
	}
	link.at += sizeof(*type);
	if (link.type < ETH_P_802_3_MIN)
		link.type = TYPE_LLC;
	link.payload = link.type;
	if (!leads_on(link.type) || constants.depth == DEPTH_LINK)
		return link;
	link.payload = 0;
	if (link.type == ETH_P_PPP_SES)
		skip_pppoe(frame, &link, &copy);
	else
		skip_labels(frame, &link, &copy);
	return link;
}

/* Where an EtherType is, and how many tags came before it. */
#define FROM_TYPE(at, tags) ((__u64)(tags) << 32 | (at))

/* A link as a number: is too short, has a tag, type, payload, at. */
#define PACKED_IS_SHORT (1ULL << 63)
#define PACKED_HAS_TAG (1ULL << 48)

/* read_type() for WALK(). */
static __always_inline __u64 read_far_type(const struct frame *frame, __u64 from)
{
	struct link link = read_type(frame, from & MOST_OFFSET,
				     from >> 32 & 7, MOST_TAGS);

	if (link.payload == TOO_SHORT)
		return PACKED_IS_SHORT;
	return (link.has_tag ? PACKED_HAS_TAG : 0) | link.type << 32 |
	       link.payload << 16 | link.at;
}

WALK_ONCE(read_far_type)

static __always_inline struct link unpacked_link(__u64 packed)
{
	struct link link = {
		.type = packed >> 32 & 0xffff,
		.payload = packed & PACKED_IS_SHORT ? TOO_SHORT :
						      packed >> 16 & 0xffff,
		.has_tag = (packed & PACKED_HAS_TAG) != 0,
		.at = packed & MOST_OFFSET,
	};

	return link;
}

/* Without an Ethernet header the IP version decides. */
static __always_inline struct link read_bare(const struct frame *frame)
{
	struct link link = { .at = frame->start };
	const __u8 *byte;
	__u8 copy;

	byte = header(frame, link.at, 1, &copy);
	link.type = !byte ? TOO_SHORT : type_of(*byte) ?: TYPE_UNKNOWN;
	link.payload = link.type;
	return link;
}

/* Reads the EtherType before `link->at`; returns whether it is a tag's. */
static __always_inline int read_near_type(const struct frame *frame,
					  struct link *link)
{
	const __u16 *type;
	__u16 copy;

	type = header(frame, link->at - 2, 2, &copy);
	if (!type) {
		link->type = TOO_SHORT;
		return 0;
	}
	link->type = bpf_ntohs(*type);
	return is_tag(link->type);
}

/*
 * Reads up to MOST_TAGS tags, and what follows them. The first two are read at
 * constant offsets, which the verifier knows and which cost least.
 */
static __always_inline struct link read_link(const struct frame *frame,
					     enum depth depth)
{
	struct link link = { .at = ETH_HLEN };
	int tags = frame->tags, has_tag;

	if (constants.link_layer != LINK_ETHERNET)
		return read_bare(frame);

	/* With tunnels the verifier would walk too many ways. */
	if (depth == DEPTH_INNERMOST)
		return unpacked_link(WALK(read_far_type, frame,
					  FROM_TYPE(link.at - 2, tags)));
	if (read_near_type(frame, &link)) {
		link.at += TAG_SIZE;
		link.has_tag = 1;
		tags++;
		if (read_near_type(frame, &link)) {
			link.at += TAG_SIZE;
			tags++;
			read_near_type(frame, &link);
		}
	}
	link.payload = link.type;
	if (link.type == ETH_P_IP || link.type == ETH_P_IPV6 ||
	    link.type == TOO_SHORT)
		return link;
	if (is_tag(link.type) ||
	    (depth != DEPTH_LINK && leads_on(link.type))) {
		has_tag = link.has_tag;
		link = unpacked_link(WALK(read_far_type, frame,
					  FROM_TYPE(link.at - 2, tags)));
		link.has_tag |= has_tag;
		return link;
	}
	if (link.type < ETH_P_802_3_MIN)
		link.type = TYPE_LLC;
	return link;
}

#endif
