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
imports=()
options=(--target "$arch-unknown-linux-gnu" --include dist/embed)
if grep -qx closed .toolchain/lane; then
	files+=(toolchain/closed .toolchain/std)
	imports=(--import-map=toolchain/closed/import_map.json)
	export DENORT_BIN=$PWD/.toolchain/bin/denort-$arch
fi

copy=$(mktemp -d "$PWD/dist/compile.XXXXXX")
trap 'rm -rf "$copy"' EXIT
cp -r --parents "${files[@]}" "$copy"
time=$(toolchain/commit.sh time)
find "$copy" -exec touch --no-dereference --date="@$time" {} +
cd "$copy"
# Of a package that is imported late, compile leaves out what it cannot fetch, without a word.
"$deno" cache --quiet --no-check "${imports[@]}" src/names/database.ts
while read -r file; do
	touch --no-dereference --date="@$time" "$file"
	# What compile says of text that is no program has the path of this folder.
	case $file in *.js | *.json) ;; *) options+=(--exclude "$file") ;; esac
done < <(find "$DENO_DIR/npm" -path '*/mmdb-lib/*' -type f)
"$deno" compile --quiet --allow-all --no-code-cache "${options[@]}" "${imports[@]}" --output "$output" src/main.ts
