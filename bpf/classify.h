/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Reads a frame: the class that it is counted in, and its key or what is wrong. */
#ifndef CLASSIFY_H
#define CLASSIFY_H

#include "keys.h"

#define NETWORKS(key_)						\
	struct {						\
		__uint(type, BPF_MAP_TYPE_LPM_TRIE);		\
		__uint(map_flags, BPF_F_NO_PREALLOC);		\
		__uint(max_entries, 1);				\
		__type(key, key_);				\
		__type(value, __u32);				\
	}

NETWORKS(struct network4) networks4 SEC(".maps");
NETWORKS(struct network6) networks6 SEC(".maps");

/* What is found of a frame. */
struct finding {
	union {
		__u64 key[MOST_WORDS];
		struct network4 network4;	/* first, to ask the filter */
		struct network6 network6;
	};
	__u32 why;	/* the EtherType of a non-IP frame, or enum malformed */
};

/* Room for a copy of an IP header. */
union ip_copy {
	struct iphdr v4;
	struct ipv6hdr v6;
};

/* `keep`: of the longest network that contains the source; NULL if none does. */
static __always_inline int is_kept(const __u32 *keep)
{
	return keep ? *keep : constants.keeps_rest;
}

static __always_inline enum class malformed(struct finding *finding,
					    enum malformed why)
{
	finding->why = why;
	return CLASS_MALFORMED;
}

static __always_inline enum class classify_ipv4(struct subject *subject,
						struct finding *finding,
						union ip_copy *copy)
{
	struct packet *packet = &subject->packet;
	const struct iphdr *ip;

	ip = header(subject->frame, packet->at, sizeof(*ip), copy);
	if (!ip)
		return malformed(finding, MALFORMED_CUT);
	if (ip->version != 4)
		return malformed(finding, MALFORMED_VERSION);
	if (ip->ihl < 5)
		return malformed(finding, MALFORMED_LENGTH);

	if (constants.has_filter) {
		finding->network4.length = 32;
		finding->network4.address = ip->saddr;
		if (!is_kept(bpf_map_lookup_elem(&networks4,
						 &finding->network4)))
			return CLASS_FILTERED;
	}
	packet->v4 = ip;
	write_key(subject, &constants.key4, finding->key);
	return CLASS_KEY4;
}

static __always_inline enum class classify_ipv6(struct subject *subject,
						struct finding *finding,
						union ip_copy *copy)
{
	struct packet *packet = &subject->packet;
	const struct ipv6hdr *ip;

	ip = header(subject->frame, packet->at, sizeof(*ip), copy);
	if (!ip)
		return malformed(finding, MALFORMED_CUT);
	if (ip->version != 6)
		return malformed(finding, MALFORMED_VERSION);

	if (constants.has_filter) {
		finding->network6.length = 128;
		finding->network6.address = ip->saddr;
		if (!is_kept(bpf_map_lookup_elem(&networks6,
						 &finding->network6)))
			return CLASS_FILTERED;
	}
	packet->v6 = ip;
	write_key(subject, &constants.key6, finding->key);
	return constants.has_addresses ? CLASS_KEY6 : CLASS_KEY4;
}

/* Goes on with the packet inside tunnels; false: it cannot be read. */
static __always_inline int enter_tunnels(struct subject *subject, __u64 *type)
{
	__u64 found, first = PACKET(subject->link.at, *type);

	if (*type != ETH_P_IP && *type != ETH_P_IPV6)
		return 1;
	found = WALK(innermost, subject->frame, first);
	if (found & PACKET_IS_UNDECODED)
		return 0;
	subject->outer = found & PACKET_IS_INSIDE ? first : 0;
	subject->packet.at = found & MOST_OFFSET;
	*type = PACKET_TYPE(found);
	return 1;
}

static __always_inline enum class classify(const struct frame *frame,
					   struct finding *finding)
{
	enum depth depth = constants.depth;
	struct subject subject = {
		.frame = frame,
		.link = read_link(frame, depth),
	};
	__u64 type = subject.link.payload;
	union ip_copy copy;

	if (depth == DEPTH_LINK) {
		if (type == TOO_SHORT)
			return malformed(finding, MALFORMED_CUT);
		write_link_key(&subject, finding->key);
		return CLASS_KEY4;
	}
	subject.packet.frame = frame;
	subject.packet.at = subject.link.at;
	if (depth == DEPTH_INNERMOST && !enter_tunnels(&subject, &type))
		return CLASS_UNDECODED;
	switch (type) {
	case ETH_P_IP:
		return classify_ipv4(&subject, finding, &copy);
	case ETH_P_IPV6:
		return classify_ipv6(&subject, finding, &copy);
	case TOO_SHORT:
		return malformed(finding, MALFORMED_CUT);
	}
	finding->why = subject.link.type;
	return CLASS_NON_IP;
}

#endif
