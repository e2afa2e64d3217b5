#!/usr/bin/env bash
# Compiles the executable for an architecture (x86_64 or aarch64), reproducibly:
# deno compile embeds file times, so it compiles a copy of the sources in which
# every file has the commit's time.
# usage: compile.sh ARCHITECTURE OUTPUT
set -euo pipefail
cd "$(dirname "$0")/.."

arch=$1
output=$PWD/$2
deno=$PWD/.toolchain/bin/deno
files=(deno.json src dist/embed/*.bpf.o dist/embed/commit "dist/embed/$arch")
options=(--target "$arch-unknown-linux-gnu" --include dist/embed)
if grep -qx closed .toolchain/lane; then
	files+=(toolchain/closed .toolchain/std)
	options+=("--import-map=toolchain/closed/import_map.json")
	export DENORT_BIN=$PWD/.toolchain/bin/denort-$arch
fi

copy=$(mktemp -d "$PWD/dist/compile.XXXXXX")
trap 'rm -rf "$copy"' EXIT
cp -r --parents "${files[@]}" "$copy"
find "$copy" -exec touch --no-dereference --date="@$(toolchain/commit.sh time)" {} +
cd "$copy"
"$deno" compile --quiet --allow-all --no-code-cache "${options[@]}" --output "$output" src/main.ts
