#!/usr/bin/env bash
# After SIGKILL the kernel detaches the program.

make_stage
join near far 10.1.0
start_xdptally near
expect_mode near
kill_xdptally
expect_detached near
