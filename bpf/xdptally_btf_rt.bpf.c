// SPDX-License-Identifier: MIT OR GPL-2.0
/* The programs that use BTF, for real-time kernels: see xdptally_rt.bpf.c. */
#define IS_REALTIME
#include "xdptally_btf.bpf.c"
