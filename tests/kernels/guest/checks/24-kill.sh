#!/usr/bin/env bash
# After SIGKILL it is the kernel that detaches.

make_stage
join near far 10.1.0
start_xdptally near
expect_mode near
kill_xdptally
expect_detached near
