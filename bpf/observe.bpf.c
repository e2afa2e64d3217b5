// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Counts the frames that another XDP program gets, with its verdicts: rides on that
 * program, the holder of the interface, and changes nothing. `observe_entry` runs
 * before the holder (fentry) and reads the frame as it came; one of the two exits
 * runs after it (fexit) and does all the counting. Between the two, what was found is
 * in `pending`: a CPU handles one frame at a time, but not on real-time kernels, where
 * this is not loaded.
 */
#define OWN_HEADER
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* Of the kernel's headers; libbpf fills in the offsets of the running one. */
struct ns_common {
	unsigned int inum;
} __attribute__((preserve_access_index));

struct net {
	struct ns_common ns;
} __attribute__((preserve_access_index));

typedef struct {
	struct net *net;
} possible_net_t;

struct net_device {
	__u32 ifindex;
	unsigned short hard_header_len;
	possible_net_t nd_net;
	__u32 xdp_features;	/* Linux 6.3 */
} __attribute__((preserve_access_index));

struct xdp_rxq_info {
	struct net_device *dev;
} __attribute__((preserve_access_index));

struct xdp_buff {
	void *data, *data_end, *data_hard_start;
	struct xdp_rxq_info *rxq;
	__u32 frame_sz, flags;
} __attribute__((preserve_access_index));

struct skb_shared_info {
	unsigned int xdp_frags_size;
} __attribute__((preserve_access_index));

#define XDP_FLAGS_HAS_FRAGS 1
#define SMP_CACHE_BYTES 64

/* Whether the interface's frames may begin with what is left of a tunnel's headers. */
#define START(frame) read_start(frame, has_header((frame)->ctx))

struct pending;
static __always_inline int has_header(const struct pending *pending);

struct lock;
static __always_inline int take(struct lock *lock);
static __always_inline void give_back(struct lock *lock);
#define LOCK(lock) take(lock)
#define UNLOCK(lock) give_back(lock)

/*
 * As in frame.h, but static: the kernel takes no global functions in programs that
 * ride on others. Such a function finds the frame of its CPU by itself.
 */
struct frame;
static __always_inline int pending_frame(struct frame *frame);
#define WALK_ONCE(read)							\
	static __attribute__((noinline, unused)) __u64			\
	read##_pending(__u64 from)					\
	{								\
		struct frame frame = {};				\
									\
		return pending_frame(&frame) ? read(&frame, from) : 0;	\
	}
#define WALK(read, frame, from) ((void)(frame), read##_pending(from))

#include "books.h"
#include "outer.h"

char _license[] SEC("license") = "Dual MIT/GPL";

#define MOST_BUFF 96	/* more than struct xdp_buff has */
#define HEAD 80		/* Ethernet, two tags, IPv6 and 14 bytes of what follows */
#define HEAD_MASK 127
#define HEAD_ROOM 192	/* what the mask allows, and a header behind it */

/* What the entry has found of the frame that its CPU is at. */
struct pending {
	__u64 frame;	/* where its struct xdp_buff is; 0: there is none */
	__u64 bytes;
	__u64 linear;	/* bytes of the first buffer */
	const struct net_device *device;
	struct finding finding;
	enum class class;
	__u8 head[HEAD_ROOM];	/* the first HEAD bytes of the frame */
	__u8 buff[MOST_BUFF];	/* the struct xdp_buff */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pending);
} pending SEC(".maps");

/* In the place of a spin lock: whose program could insert the entry has it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} mutex SEC(".maps");

#define MOST_TRIES 200	/* the lock is held for some dozen instructions */

/* Returns 0 if others had the lock all the time. */
static __always_inline int take(struct lock *lock)
{
	const __u32 zero = 0;
	int tries;

	if (constants.has_spin_lock) {
		bpf_spin_lock(&lock->lock);
		return 1;
	}
	for (tries = 0; tries < MOST_TRIES; tries++)
		if (!bpf_map_update_elem(&mutex, &zero, &zero, BPF_NOEXIST))
			return 1;
	return 0;
}

static __always_inline void give_back(struct lock *lock)
{
	const __u32 zero = 0;

	if (constants.has_spin_lock)
		bpf_spin_unlock(&lock->lock);
	else
		bpf_map_delete_elem(&mutex, &zero);
}

/* Of the copy of the struct xdp_buff. */
#define OF_BUFF(pending, field)						\
	(*(typeof(((struct xdp_buff *)0)->field) *)((pending)->buff +	\
		bpf_core_field_offset(struct xdp_buff, field)))

/* Fills in what header() needs. */
static __always_inline int pending_frame(struct frame *frame)
{
	const __u32 zero = 0;
	struct pending *found = bpf_map_lookup_elem(&pending, &zero);

	if (!found)
		return 0;	/* never */
	frame->ctx = found;
	frame->data = OF_BUFF(found, data);
	return 1;
}

static __always_inline int has_header(const struct pending *pending)
{
	const struct net_device *device = pending->device;

	/* Old kernels (at least Linux 5.10) leave headers there all the same. */
	return !bpf_core_field_exists(struct net_device, xdp_features) ||
	       BPF_CORE_READ(device, hard_header_len);
}

/* Returns a header from the copy of the frame's head, or copies it to `buffer`. */
static __always_inline const void *header(const struct frame *frame, __u64 at,
					  __u32 size, void *buffer)
{
	const struct pending *pending = frame->ctx;

	if (at + size > pending->linear)
		return NULL;
	if (at <= HEAD - size) {
		/*
		 * The verifier of Linux 6.8 and later loses the bounds of `at` where it
		 * walks a branch that cannot be, so they are given here once more.
		 */
		asm volatile("" : "+r"(at));
		return pending->head + (at & HEAD_MASK);
	}
	return bpf_probe_read_kernel(buffer, size, frame->data + at) ? NULL :
								       buffer;
}

/* Bytes in the further buffers of a frame (Linux 5.18). */
static __always_inline __u64 bytes_in_frags(const struct pending *pending)
{
	const struct skb_shared_info *info;
	__u32 size;

	if (!bpf_core_field_exists(struct xdp_buff, flags) ||
	    !bpf_core_field_exists(struct skb_shared_info, xdp_frags_size) ||
	    !(OF_BUFF(pending, flags) & XDP_FLAGS_HAS_FRAGS))
		return 0;
	size = bpf_core_type_size(struct skb_shared_info) + SMP_CACHE_BYTES - 1;
	info = OF_BUFF(pending, data_hard_start) + OF_BUFF(pending, frame_sz) -
	       (size & -SMP_CACHE_BYTES);
	return BPF_CORE_READ(info, xdp_frags_size);
}

/* The holder may run for other interfaces, and in test runs. */
static __always_inline int is_ours(const struct net_device *device)
{
	return BPF_CORE_READ(device, ifindex) == constants.ifindex &&
	       BPF_CORE_READ(device, nd_net.net, ns.inum) == constants.netns;
}

SEC("fentry/holder")
int observe_entry(__u64 *ctx)
{
	const __u32 zero = 0;
	struct pending *found = bpf_map_lookup_elem(&pending, &zero);
	struct frame frame = { .ctx = found, .packets = 1 };
	const struct xdp_buff *buff = (void *)ctx[0];
	const struct net_device *device = BPF_CORE_READ(buff, rxq, dev);
	__u64 size;

	if (!found)
		return 0;
	found->frame = 0;
	/*
	 * A test run is none of ours: it must write nothing that a frame reads, which
	 * may come in between. Linux 5.10 does not keep the two apart.
	 */
	if (!is_ours(device) ||
	    bpf_probe_read_kernel(found->buff, bpf_core_type_size(struct xdp_buff), buff))
		return 0;
	found->device = device;
	frame.data = OF_BUFF(found, data);
	frame.data_end = OF_BUFF(found, data_end);
	size = found->linear = frame.data_end - frame.data;
	if (size > HEAD)
		size = HEAD;
	if (bpf_probe_read_kernel(found->head, size, frame.data))
		found->linear = 0;
	found->bytes = frame.data_end - frame.data + bytes_in_frags(found);
	frame.bytes = found->bytes;
	skip_outer(&frame);
	found->class = classify(&frame, &found->finding);
	/* Headers in further buffers cannot be read here. */
	if (found->class == CLASS_MALFORMED &&
	    found->finding.why == MALFORMED_CUT && found->linear < found->bytes)
		found->class = CLASS_UNDECODED;
	found->bytes = frame.bytes;
	found->frame = ctx[0];
	return 0;
}

/* Counts the frame that the entry has found, unless another one came between. */
static __always_inline int leave(__u64 at, __u32 verdict)
{
	const __u32 zero = 0;
	struct pending *found = bpf_map_lookup_elem(&pending, &zero);
	const volatile struct key_layout *layout;
	struct frame frame = { .packets = 1 };
	struct counters counters;
	__u32 kind = verdict < VERDICT_INVALID ? verdict : VERDICT_INVALID;

	if (!found || found->frame != at)
		return 0;
	found->frame = 0;
	frame.bytes = found->bytes;
	if (!add_total(&frame, &counters))
		return 0;
	add(&counters.totals->verdicts[kind], &frame);
	if (constants.key4.at[FIELD_VERDICT] != NOT_IN_KEY) {
		layout = found->class == CLASS_KEY6 ? &constants.key6 :
						      &constants.key4;
		*(__be32 *)((void *)found->finding.key +
			    layout->at[FIELD_VERDICT]) = bpf_htonl(verdict);
	}
	add_finding(found->class, &found->finding, &frame, &counters);
	return 0;
}

SEC("fexit/holder")
int observe_exit(__u64 *ctx)
{
	return leave(ctx[0], ctx[1]);
}

/*
 * For a holder whose argument is not a `struct xdp_md *` in its BTF: the kernel
 * then takes it to have five arguments, and the verdict comes after these.
 */
SEC("fexit/holder")
int observe_exit5(__u64 *ctx)
{
	return leave(ctx[0], ctx[5]);
}
