#!/usr/bin/env bash
# Packs a tarball per architecture (executable, docs, contrib, man page and
# completions) and SHA256SUMS into dist/release, reproducibly.
# usage: archives.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/.."

version=$1
time=$(toolchain/commit.sh time)
work=$(mktemp -d)
trap 'rm -rf "$work"; toolchain/chown_to_caller.sh' EXIT

# executable_of ARCHITECTURE
executable_of() {
	if [ "$1" = "$(uname -m)" ]; then
		echo dist/xdptally
	else
		echo "dist/$1/xdptally"
	fi
}

mkdir -p dist/release
archives=()
for arch in x86_64 aarch64; do
	name=xdptally-$version-$arch
	echo "Packing dist/release/$name.tar.gz"
	mkdir "$work/$name"
	cp -r "$(executable_of "$arch")" dist/share contrib docs README.md CHANGELOG.md LICENSE "$work/$name"
	tar --create --directory="$work" --format=gnu --sort=name --mtime="@$time" --owner=0 --group=0 \
		--numeric-owner --mode=u=rwX,go=rX "$name" | gzip -n >"dist/release/$name.tar.gz"
	rm -r "${work:?}/$name"
	archives+=("$name.tar.gz")
done
(cd dist/release && sha256sum "${archives[@]}" >SHA256SUMS)
