/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Finds the packet that a tunnel's interface carries. Before it, XDP and tc may see
 * headers that the kernel has removed already, since they start where the skb's MAC
 * header is: on an old kernel (before Linux 5.14) the tunnel's own headers, from
 * the Ethernet or the outer IP header on; with GRE to no fixed end those on each
 * kernel, in both directions; with IPsec, Ethernet's.
 */
#ifndef OUTER_H
#define OUTER_H

#include "frame.h"

/* Of a GRE header (RFC 2784, RFC 2890): a word for each of these flags. */
#define GRE_CHECKSUM 0x8000
#define GRE_KEY 0x2000
#define GRE_SEQUENCE 0x1000

/* Whether an IP packet is from `at` to the frame's end, by its own length. */
static __always_inline int is_packet(const struct frame *frame, __u32 at)
{
	struct iphdr copy;
	const struct iphdr *ip = header(frame, at, sizeof(copy), &copy);
	const struct ipv6hdr *ip6 = (const void *)ip;

	if (!ip)
		return 0;
	if (ip->version == 4)
		return bpf_ntohs(ip->tot_len) == frame->bytes - at;
	return ip->version == 6 && sizeof(*ip6) +
	       bpf_ntohs(ip6->payload_len) == frame->bytes - at;
}

/*
 * Whether an Ethernet header is before the packet. Its EtherType may be that of the
 * other IP version, which the tunnel's own packet had.
 */
static __always_inline int has_ethernet(const struct frame *frame)
{
	const __be16 *type;
	__be16 copy;

	if (is_packet(frame, 0) || !is_packet(frame, ETH_HLEN))
		return 0;
	type = header(frame, ETH_HLEN - sizeof(copy), sizeof(copy), &copy);
	return type && (*type == bpf_htons(ETH_P_IP) ||
			*type == bpf_htons(ETH_P_IPV6));
}

/* Sets `*at` after the IP header there; returns the protocol that follows. */
static __always_inline int skip_ip(const struct frame *frame, __u32 *at)
{
	union { struct iphdr v4; struct ipv6_opt_hdr option; } copy;
	const struct iphdr *ip = header(frame, *at, sizeof(*ip), &copy);
	const struct ipv6_opt_hdr *option;

	if (!ip)
		return -1;
	if (ip->version == 4) {
		*at += ip->ihl * 4;
		return ip->protocol;
	}
	if (ip->version != 6)
		return -1;
	*at += sizeof(struct ipv6hdr);
	if (((const struct ipv6hdr *)ip)->nexthdr != IPPROTO_DSTOPTS)
		return ((const struct ipv6hdr *)ip)->nexthdr;
	/* The limit of further tunnels (RFC 2473). */
	option = header(frame, *at, sizeof(*option), &copy);
	if (!option)
		return -1;
	*at += (option->hdrlen + 1) * 8;
	return option->nexthdr;
}

/*
 * Returns the bytes before the packet, by what they look like. `has_outer`: the
 * outer IP header may be among them. Where it is not, a packet that is such a
 * tunnel's itself looks as if it were.
 */
static __always_inline __u32 read_start(const struct frame *frame, int has_outer)
{
	__u32 start = has_ethernet(frame) ? ETH_HLEN : 0;
	__u32 at = start;
	const __u16 *field;
	__u16 copy;
	int protocol;

	if (!has_outer || constants.link_layer == LINK_IP)
		return start;
	protocol = skip_ip(frame, &at);
	if (constants.link_layer == LINK_IP_IN_IP)
		return protocol == IPPROTO_IPIP ||
		       protocol == IPPROTO_IPV6 ? at : start;
	if (protocol != IPPROTO_GRE)
		return start;
	field = header(frame, at, sizeof(*field), &copy);
	if (!field)
		return start;
	at += 4;
	at += *field & bpf_htons(GRE_CHECKSUM) ? 4 : 0;
	at += *field & bpf_htons(GRE_KEY) ? 4 : 0;
	at += *field & bpf_htons(GRE_SEQUENCE) ? 4 : 0;
	return at;
}

/* The other object asks the kernel. */
#ifndef START
#define START(frame) read_start(frame, 1)
#endif

/* Leaves out what is no part of the packet. */
static __always_inline void skip_outer(struct frame *frame)
{
	__u32 start;

	if (constants.link_layer == LINK_ETHERNET)
		return;
	start = START(frame);
	if (start > frame->bytes)
		return;
	frame->start = start;
	frame->bytes -= start;
}

#endif
