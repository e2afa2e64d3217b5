// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Tells which programs the frames of an interface meet, in their order. It is
 * attached nowhere. User space runs it (BPF_PROG_TEST_RUN), which needs no right,
 * while bpf_prog_query() needs CAP_NET_ADMIN, and the names CAP_SYS_ADMIN: so a
 * run that has given up its rights still learns what was put before its program.
 * For Linux 6.6 and later with BTF.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <linux/types.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define NAME_SIZE 16
#define XDP_MODES 3
#define MOST_TCX 64

struct program {
	__u32 id;	/* 0: there is none */
	char name[NAME_SIZE];
};

/* src/bpf/lineup.ts reads it. */
struct lineup {
	__u32 has_filters;
	struct program xdp[XDP_MODES];
	struct program tcx[MOST_TCX];
};

/* Of the kernel's headers; libbpf fills in the offsets of the running one. */
struct bpf_prog_aux {
	__u32 id;
	char name[NAME_SIZE];
} __attribute__((preserve_access_index));

struct bpf_prog {
	struct bpf_prog_aux *aux;
} __attribute__((preserve_access_index));

struct bpf_link {
	struct bpf_prog *prog;
} __attribute__((preserve_access_index));

struct bpf_xdp_link {
	struct bpf_link link;
} __attribute__((preserve_access_index));

struct bpf_xdp_entity {
	struct bpf_prog *prog;
	struct bpf_xdp_link *link;
} __attribute__((preserve_access_index));

struct bpf_mprog_fp {
	struct bpf_prog *prog;
} __attribute__((preserve_access_index));

struct bpf_mprog_bundle;

struct bpf_mprog_entry {
	struct bpf_mprog_fp fp_items[MOST_TCX];
	struct bpf_mprog_bundle *parent;
} __attribute__((preserve_access_index));

struct bpf_mprog_bundle {
	struct bpf_mprog_entry a;
} __attribute__((preserve_access_index));

struct mini_Qdisc;

struct tcx_entry {
	struct mini_Qdisc *miniq;
	struct bpf_mprog_bundle bundle;
} __attribute__((preserve_access_index));

struct net_device {
	struct bpf_xdp_entity xdp_state[XDP_MODES];
	struct bpf_mprog_entry *tcx_ingress, *tcx_egress;
} __attribute__((preserve_access_index));

struct sk_buff {
	struct net_device *dev;
} __attribute__((preserve_access_index));

extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym;
extern void *bpf_rdonly_cast(const void *what, __u32 type) __ksym;

char _license[] SEC("license") = "Dual MIT/GPL";

/* Returns 0 if there is no program. */
static __always_inline int describe(struct program *to,
				    const struct bpf_prog *prog)
{
	const struct bpf_prog_aux *aux = prog ? prog->aux : 0;

	if (!aux)
		return 0;
	to->id = aux->id;
	for (int i = 0; i < NAME_SIZE; i++)
		to->name[i] = aux->name[i];
	return 1;
}

/* Whether filters of clsact, or of the ingress qdisc, come after the programs. */
static __always_inline int has_filters(const struct bpf_mprog_entry *chain)
{
	const struct tcx_entry *entry =
		bpf_rdonly_cast((const void *)chain->parent -
				bpf_core_field_offset(struct tcx_entry, bundle),
				bpf_core_type_id_kernel(struct tcx_entry));

	return entry->miniq != 0;
}

/* The "frame" is a struct lineup to fill; `mark` is not 0 for the way out. */
SEC("tc")
int lineup(struct __sk_buff *ctx)
{
	struct lineup *out = (void *)(long)ctx->data;
	const struct sk_buff *skb = bpf_cast_to_kern_ctx(ctx);
	const struct net_device *dev = skb->dev;
	const struct bpf_mprog_entry *chain;
	const struct bpf_xdp_link *link;

	if ((void *)(out + 1) > (void *)(long)ctx->data_end || !dev)
		return TC_ACT_SHOT;
	for (int i = 0; i < XDP_MODES; i++) {
		link = dev->xdp_state[i].link;
		describe(&out->xdp[i], link ? link->link.prog
					    : dev->xdp_state[i].prog);
	}
	chain = ctx->mark ? dev->tcx_egress : dev->tcx_ingress;
	if (!chain)
		return TC_ACT_OK;
	out->has_filters = has_filters(chain);
	for (int i = 0; i < MOST_TCX; i++)
		if (!describe(&out->tcx[i], chain->fp_items[i].prog))
			break;
	return TC_ACT_OK;
}
