#!/usr/bin/env bash
# `check` attaches nothing, and predicts the mode of a run.

make_virtio_stage
for interface in lo eth0; do
	ip -n here link set dev "$interface" up
	here xdptally check --json "$interface" >check.json
	expect_detached "$interface"
	said=$(jq -r --arg on "$interface" '.rows[] | select(.on == $on and .name == "mode").value' check.json)
	start_xdptally "$interface"
	got=$(expect_mode "$interface")
	stop_xdptally
	case $said in
	"$got"* | "native if its driver has it, else generic"*) ;;
	*) fail "check says $said, the run is $got" ;;
	esac
done
jq -e .works check.json >/dev/null || fail "check says that it would not work"
