/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Writes what frames are counted by: the fields of --by. Each is an enumerator in
 * xdptally.h, a case of write_field(), and an entry of KEY_FIELDS in
 * src/basics/keys.ts; `make` compares the names. The constants say where each is
 * in a key; the verifier removes the fields that are not.
 */
#ifndef KEYS_H
#define KEYS_H

#include "link.h"
#include "transport.h"
#include "tunnel.h"

/* What the fields of a frame's key are read from. */
struct subject {
	const struct frame *frame;
	struct link link;
	struct packet packet;	/* neither v4 nor v6: only link fields are asked for */
	__u64 outer;		/* the frame's first packet, if this one was in it; or 0 */
	struct transport transport;
	__u32 ports;		/* source << 16 | destination, if has_ports */
	int has_ports;
};

/* Of a VLAN tag; a key without one has NO_VLAN. */
#define VLAN_ID 0x0fff
#define NO_VLAN 0xffff

/* The flags of a TCP header (RFC 9293, section 3.1). */
#define FLAGS_AT 13
#define FLAG_FIN 0x01
#define FLAG_SYN 0x02
#define FLAG_RST 0x04
#define FLAG_ACK 0x10

static __always_inline enum tcp_kind tcp_kind(const struct subject *subject)
{
	const struct transport *transport = &subject->transport;
	const __u8 *flags;
	__u8 copy;

	if (transport->protocol != IPPROTO_TCP || transport->is_later_fragment)
		return TCP_NONE;
	flags = header(subject->frame, transport->at + FLAGS_AT, 1, &copy);
	if (!flags)
		return TCP_NONE;
	if (*flags & FLAG_RST)
		return TCP_RST;
	if (*flags & FLAG_SYN)
		return *flags & FLAG_ACK ? TCP_SYNACK : TCP_SYN;
	return *flags & FLAG_FIN ? TCP_FIN : TCP_OTHER;
}

static __always_inline __u8 dscp(const struct packet *packet)
{
	if (packet->v4)
		return packet->v4->tos >> 2;
	return packet->v6->priority << 2 | packet->v6->flow_lbl[0] >> 6;
}

static __always_inline __be16 vlan_id(const struct subject *subject)
{
	const struct frame *frame = subject->frame;
	const __be16 *tag;
	__be16 copy;

	if (frame->tags)
		return bpf_htons(frame->tag & VLAN_ID);
	if (!subject->link.has_tag)
		return NO_VLAN;
	tag = header(frame, ETH_HLEN, sizeof(copy), &copy);
	return tag ? *tag & bpf_htons(VLAN_ID) : NO_VLAN;
}

/* The source address, then 1: it is one. */
static __always_inline void write_mac(const struct frame *frame, __be16 *to)
{
	const __be16 *mac;
	__be16 copy[3];

	if (constants.link_layer != LINK_ETHERNET)
		return;
	mac = header(frame, ETH_ALEN, sizeof(copy), copy);
	if (!mac)
		return;		/* never: the EtherType behind it was read */
	to[0] = mac[0];
	to[1] = mac[1];
	to[2] = mac[2];
	to[3] = bpf_htons(1);
}

static __always_inline void read_ports(struct subject *subject)
{
	const struct transport *transport = &subject->transport;
	const __be32 *ports;
	__be32 copy;

	if (!has_ports(transport))
		return;
	ports = header(subject->frame, transport->at, sizeof(copy), &copy);
	if (!ports)
		return;
	subject->ports = bpf_ntohl(*ports);
	subject->has_ports = 1;
}

static __always_inline void write_ipv4(const __be32 *from, __be32 *to)
{
	to[0] = *from;
	if (constants.mask4 != ~0U)
		to[0] &= constants.mask4;
}

static __always_inline void write_ipv6(const __be32 *from, __be32 *to)
{
	int word;

	for (word = 0; word < 4; word++)
		to[word] = from[word];
	if (constants.mask6[3] != ~0U)
		for (word = 0; word < 4; word++)
			to[word] &= constants.mask6[word];
}

static __always_inline void write_source(const struct packet *packet, __be32 *to)
{
	if (packet->v4)
		write_ipv4(&packet->v4->saddr, to);
	else
		write_ipv6(packet->v6->saddr.s6_addr32, to);
}

static __always_inline void write_destination(const struct packet *packet,
					      __be32 *to)
{
	if (packet->v4)
		write_ipv4(&packet->v4->daddr, to);
	else
		write_ipv6(packet->v6->daddr.s6_addr32, to);
}

/* Eight bytes at `from`, in the frame's order; 0: they are not there. */
static __always_inline __u64 read_word(const struct frame *frame, __u64 from)
{
	const __be32 *bytes;
	__be32 copy[2];

	bytes = header(frame, from & MOST_OFFSET, sizeof(copy), copy);
	return bytes ? (__u64)bytes[1] << 32 | bytes[0] : 0;
}

WALK_ONCE(read_word)

static __always_inline __u8 outer_family(const struct subject *subject)
{
	return !subject->outer ? 0 : PACKET_TYPE(subject->outer) == ETH_P_IP ? 4 : 6;
}

/* The source of the first IP packet, whose header was read already. */
static __always_inline void write_outer_source(const struct subject *subject,
					       __be32 *to)
{
	const struct frame *frame = subject->frame;
	__u32 at = subject->outer & MOST_OFFSET;
	__u64 words[2] = {};

	if (!subject->outer)
		return;
	if (PACKET_TYPE(subject->outer) == ETH_P_IP) {
		at += offsetof(struct iphdr, saddr);
		words[0] = WALK(read_word, frame, at);
		return write_ipv4((const __be32 *)words, to);
	}
	at += offsetof(struct ipv6hdr, saddr);
	words[0] = WALK(read_word, frame, at);
	words[1] = WALK(read_word, frame, at + 8);
	write_ipv6((const __be32 *)words, to);
}

/* The bytes of a field are in network order, and 0 if the frame lacks it. */
static __always_inline void write_field(enum key_field field, void *to,
					const struct subject *subject)
{
	switch (field) {
	case FIELD_SOURCE:
		return write_source(&subject->packet, to);
	case FIELD_DESTINATION:
		return write_destination(&subject->packet, to);
	case FIELD_OUTER_SOURCE:
		return write_outer_source(subject, to);
	case FIELD_OUTER_FAMILY:
		*(__u8 *)to = outer_family(subject);
		return;
	case FIELD_PROTOCOL:
		*(__u8 *)to = subject->transport.protocol;
		return;
	case FIELD_HAS_PORTS:
		*(__u8 *)to = subject->has_ports;
		return;
	case FIELD_SOURCE_PORT:
		*(__be16 *)to = bpf_htons(subject->ports >> 16);
		return;
	case FIELD_PORT:
		*(__be16 *)to = bpf_htons(subject->ports);
		return;
	case FIELD_TCP:
		*(__u8 *)to = tcp_kind(subject);
		return;
	case FIELD_DSCP:
		*(__u8 *)to = dscp(&subject->packet);
		return;
	case FIELD_MAC:
		return write_mac(subject->frame, to);
	case FIELD_VLAN:
		*(__be16 *)to = vlan_id(subject);
		return;
	case FIELD_ETHERTYPE:
		*(__be16 *)to = bpf_htons(subject->link.type);
		return;
	case FIELD_VERDICT:	/* written when it is known: observe.bpf.c */
	case FIELDS:
		return;
	}
}

static __always_inline void clear(__u64 *key, __u32 words)
{
	__u32 word;

#pragma unroll
	for (word = 0; word < MOST_WORDS; word++)
		if (word < words)
			key[word] = 0;
}

static __always_inline void
write_fields(const struct subject *subject,
	     const volatile struct key_layout *layout, __u64 *key, int first,
	     int end)
{
	int field;
	__u32 at;

#pragma unroll
	for (field = first; field < end; field++) {
		at = layout->at[field];
		if (at != NOT_IN_KEY)
			write_field(field, (void *)key + at, subject);
	}
}

/* Writes the key of an IP packet, with the layout of its table. */
static __always_inline void write_key(struct subject *subject,
				      const volatile struct key_layout *layout,
				      __u64 *key)
{
	clear(key, layout->words);
	if (!constants.has_fields)
		return write_source(&subject->packet, (__be32 *)key);

	if (layout->at[FIELD_PROTOCOL] != NOT_IN_KEY ||
	    layout->at[FIELD_HAS_PORTS] != NOT_IN_KEY ||
	    layout->at[FIELD_TCP] != NOT_IN_KEY)
		subject->transport = transport_of(&subject->packet);
	if (layout->at[FIELD_HAS_PORTS] != NOT_IN_KEY)
		read_ports(subject);
	write_fields(subject, layout, key, 0, FIELDS);
}

/* Writes a key that has fields of the link alone. */
static __always_inline void write_link_key(const struct subject *subject,
					   __u64 *key)
{
	clear(key, constants.key4.words);
	write_fields(subject, &constants.key4, key, FIRST_LINK_FIELD, FIELDS);
}

#endif
