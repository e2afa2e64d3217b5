#!/usr/bin/env bash
# `check` attaches nothing, and predicts the mode that a run gets.

make_virtio_stage
for interface in lo eth0; do
	ip -n here link set dev "$interface" up
	here xdptally check --json "$interface" >check.json
	expect_detached "$interface"
	predicted=$(jq -r --arg on "$interface" '.rows[] | select(.on == $on and .name == "mode").value' check.json)
	start_xdptally "$interface"
	mode=$(expect_mode "$interface")
	stop_xdptally
	case $predicted in
	"$mode"* | "native if the driver supports it, else generic"*) ;;
	*) fail "check says $predicted, but the mode is $mode" ;;
	esac
done
jq -e .works check.json >/dev/null || fail "check says that it would not work"
