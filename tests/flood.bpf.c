// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Programs of the tests and the bench. `flood` is the load generator: run by
 * BPF_PROG_TEST_RUN with live frames, it sets each frame's source and sends it out
 * of the run's interface. Frame k has source 10.0.0.0 + k % sources, or a random
 * one of these sources if `shuffle` is set.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual MIT/GPL";

volatile struct {
	__u32 sources;
	__u32 shuffle;
	__u32 next;
} plan;

SEC("xdp")
int flood(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	struct iphdr *ip = data + ETH_HLEN;

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end || !plan.sources)
		return XDP_ABORTED;
	ip->saddr = bpf_htonl(0x0a000000 + (plan.shuffle ? bpf_get_prandom_u32()
							 : plan.next++) %
				     plan.sources);
	return XDP_TX;
}

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}

/* A stage gives these indexes to a pair of interfaces. */
enum { TARGET = 50, PEER_OF_TARGET = 51 };

/* Sends each frame out of the target's peer, past its queueing discipline. */
SEC("xdp")
int xdp_redirect(struct xdp_md *ctx)
{
	(void)ctx;
	return bpf_redirect(PEER_OF_TARGET, 0);
}

SEC("tc")
int tc_redirect(struct __sk_buff *skb)
{
	(void)skb;
	return bpf_redirect(PEER_OF_TARGET, 0);
}

/* Makes each frame arrive at the target. */
SEC("tc")
int tc_redirect_in(struct __sk_buff *skb)
{
	(void)skb;
	return bpf_redirect(TARGET, BPF_F_INGRESS);
}

/* Keeps each frame from the tcx programs behind it, as other tools do. */
SEC("tc")
int keep(struct __sk_buff *skb)
{
	(void)skb;
	return TC_ACT_OK;
}
