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
	__u64 key[MOST_WORDS];
	__u32 why;	/* the EtherType of a non-IP frame, or enum malformed */
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
						struct finding *finding)
{
	struct packet *packet = &subject->packet;
	struct network4 network;
	const struct iphdr *ip;
	struct iphdr copy;

	ip = header(subject->frame, packet->at, sizeof(*ip), &copy);
	if (!ip)
		return malformed(finding, MALFORMED_CUT);
	if (ip->version != 4)
		return malformed(finding, MALFORMED_VERSION);
	if (ip->ihl < 5)
		return malformed(finding, MALFORMED_LENGTH);

	if (constants.has_filter) {
		network.length = 32;
		network.address = ip->saddr;
		if (!is_kept(bpf_map_lookup_elem(&networks4, &network)))
			return CLASS_FILTERED;
	}
	packet->v4 = ip;
	write_key(subject, &constants.key4, finding->key);
	return CLASS_KEY4;
}

static __always_inline enum class classify_ipv6(struct subject *subject,
						struct finding *finding)
{
	struct packet *packet = &subject->packet;
	struct network6 network;
	const struct ipv6hdr *ip;
	struct ipv6hdr copy;

	ip = header(subject->frame, packet->at, sizeof(*ip), &copy);
	if (!ip)
		return malformed(finding, MALFORMED_CUT);
	if (ip->version != 6)
		return malformed(finding, MALFORMED_VERSION);

	if (constants.has_filter) {
		network.length = 128;
		network.address = ip->saddr;
		if (!is_kept(bpf_map_lookup_elem(&networks6, &network)))
			return CLASS_FILTERED;
	}
	packet->v6 = ip;
	write_key(subject, &constants.key6, finding->key);
	return constants.has_addresses ? CLASS_KEY6 : CLASS_KEY4;
}

static __always_inline enum class classify(const struct frame *frame,
					   struct finding *finding)
{
	struct subject subject = {
		.frame = frame,
		.link = read_link(frame, MOST_TAGS),
	};

	if (subject.link.type == TOO_SHORT)
		return malformed(finding, MALFORMED_CUT);
	if (!constants.needs_ip) {
		write_link_key(&subject, finding->key);
		return CLASS_KEY4;
	}
	subject.packet.frame = frame;
	subject.packet.at = subject.link.at;
	switch (subject.link.type) {
	case ETH_P_IP:
		return classify_ipv4(&subject, finding);
	case ETH_P_IPV6:
		return classify_ipv6(&subject, finding);
	}
	finding->why = type_of(&subject.link);
	return CLASS_NON_IP;
}

#endif
