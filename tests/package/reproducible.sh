#!/usr/bin/env bash
# Tests that builds are reproducible: builds the checked-out commit in two clones that
# differ in path, umask, locale, time zone and age; the release files must be identical.
# usage: reproducible.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

[ -e .git ] || {
	echo "Cannot test that builds are reproducible: there is no .git here; run it in a clone" >&2
	exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build FOLDER UMASK NAME=VALUE…: builds in a new clone and prints the checksums.
build() {
	local clone=$work/$1 mask=$2
	shift 2
	echo "Building in a clone, \"$clone\"" >&2
	umask "$mask"
	git clone --quiet --no-hardlinks . "$clone"
	mkdir "$clone/.toolchain"
	for part in bin lane std deno aarch64 x86_64 packages-by-hand; do
		[ ! -e ".toolchain/$part" ] || cp -a ".toolchain/$part" "$clone/.toolchain"
	done
	env "$@" make -s -C "$clone" deb dist >&2 </dev/null
	(cd "$clone/dist" && sha256sum xdptally release/* embed/*.* embed/*/*)
}

(build one 022 TZ=UTC LC_ALL=C) >"$work/one.sums"
(build "the other/clone" 077 TZ=Asia/Tokyo LC_ALL=C.UTF-8) >"$work/other.sums"
[ "$(grep -c ' release/' "$work/one.sums")" = 4 ] # package, two tarballs, SHA256SUMS
diff "$work/one.sums" "$work/other.sums"
echo "Two clones of $(cat "$work/one/dist/embed/commit") built identical files:"
grep -E ' (xdptally|release/.*)$' "$work/one.sums"
