// SPDX-License-Identifier: MIT OR GPL-2.0
/* The same programs for real-time kernels, where two runs may interleave on a CPU. */
#define IS_REALTIME
#include "xdptally.bpf.c"
