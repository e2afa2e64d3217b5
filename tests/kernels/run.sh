#!/usr/bin/env bash
# Runs guest/checks on the kernels of Debian releases, each with the release's own
# libbpf and glibc, and prints a table of the results. With all releases (the
# default) also writes the table to docs/compatibility.md. CHECKS='7*' runs only the
# checks of this pattern.
# usage: run.sh [NAME…]
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PATH:/usr/sbin:/sbin"

all=(bullseye bookworm bookworm-backports trixie)
names=("$@")
[ $# -gt 0 ] || names=("${all[@]}")
document=docs/compatibility.md

work=$(mktemp -d)
trap 'rm -rf "$work"; toolchain/chown_to_caller.sh' EXIT

# run_guest NAME: boots a release's kernel; the results go to $work/NAME.
run_guest() {
	local name=$1
	tests/kernels/initramfs.sh "$name" "$work/initramfs"
	: >"$work/console"
	tests/kernels/boot.sh ".toolchain/kernels/$name/vmlinuz" "$work/initramfs" \
		"$work/console" "$work/serial" || true
	tr -d '\r' <"$work/serial" >"$work/$name"
	if ! grep -qx END "$work/$name" || grep -q '^RESULT [^ ]* fail' "$work/$name"; then
		isFailed=1
		cat "$work/console" >&2
		echo "Failed on the kernel of $name; its console output is above" >&2
	fi
}

# cell NAME CHECK: prints a check's verdict and detail for a cell of the table.
cell() {
	local verdict detail
	read -r _ _ verdict detail < <(grep "^RESULT $2 " "$work/$1") || {
		echo "no result"
		return
	}
	echo "$verdict${detail:+ (${detail//|/\\|})}"
}

# about NAME: prints a release's versions for the head of the table.
about() {
	local version libbpf libc
	read -r _ version libbpf libc < <(grep '^ABOUT ' "$work/$1") || {
		echo "$1, did not boot"
		return
	}
	echo "$1: Linux $version, libbpf $libbpf, glibc $libc"
}

row() {
	printf '|'
	printf ' %s |' "$@"
	printf '\n'
}

table() {
	local check name cells=()
	for name in "${names[@]}"; do cells+=("$(about "$name")"); done
	row check "${cells[@]}"
	row --- "${cells[@]/*/---}"
	for check in tests/kernels/guest/checks/${CHECKS:-*}.sh; do
		check=$(basename "$check" .sh)
		cells=()
		for name in "${names[@]}"; do cells+=("$(cell "$name" "$check")"); done
		row "${check#*-}" "${cells[@]}"
	done
}

# write_table FILE: replaces the table between the two marks in the document.
write_table() {
	local text
	text=$(awk -v table="$1" -v date="$(date -u +%F)" '
		/^<!-- end of the table -->$/ { skips = 0 }
		!skips { print }
		/^<!-- table of make test-kernels -->$/ {
			skips = 1
			print "\nMeasured on " date ".\n"
			while ((getline line <table) > 0) print line
			print ""
		}' "$document")
	printf '%s\n' "$text" >"$document"
	.toolchain/bin/deno fmt --quiet "$document"
}

isFailed=0
for name in "${names[@]}"; do
	tests/kernels/fetch.sh "$name"
	echo "Booting the kernel of $name"
	run_guest "$name"
done
table | tee "$work/table"
[ "${names[*]}" != "${all[*]}" ] || [ -n "${CHECKS:-}" ] || write_table "$work/table"
exit "$isFailed"
