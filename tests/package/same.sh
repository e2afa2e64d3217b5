#!/usr/bin/env bash
# Builds the commit that is checked out in two clones that differ in path, umask,
# locale, time zone and age: what they make for a release must be the same bytes.
# usage: same.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

[ -e .git ] || {
	echo "Cannot test that two clones build the same: this is not a clone" >&2
	exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build FOLDER UMASK NAME=VALUE…: prints the sums of what it makes.
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
[ "$(grep -c ' release/' "$work/one.sums")" = 4 ] # the package, two tarballs, their sums
diff "$work/one.sums" "$work/other.sums"
echo "Two clones of $(cat "$work/one/dist/embed/commit") built the same:"
grep -E ' (xdptally|release/.*)$' "$work/one.sums"
