#!/usr/bin/env bash
# Fetches libbpf for another architecture, and all libraries that it and the
# executable need, into .toolchain/ARCHITECTURE/PACKAGE, from the Debian release
# of this machine. Skips what is already done.
# usage: foreign_libraries.sh x86_64 | aarch64
set -euo pipefail
cd "$(dirname "$0")/.."
. toolchain/apt.sh

arch=$1
target=$PWD/.toolchain/$arch
[ ! -e "$target" ] || exit 0
case $arch in
x86_64) debian_arch=amd64 ;;
aarch64) debian_arch=arm64 ;;
esac
release=$(. /etc/os-release && echo "$VERSION_CODENAME")

echo "Fetching libbpf for $arch"
work=$(mktemp -d "$PWD/.toolchain/foreign.XXXXXX")
trap 'rm -rf "$work"' EXIT
{
	source_of Debian "$release" "$debian_arch"
	source_of Debian-Security "$release-security" "$debian_arch"
} | make_apt "$work/apt" "$debian_arch"
with_apt "$work/apt" apt-get update -q
with_apt "$work/apt" apt-get install -q --download-only --yes libbpf1 libc6 libgcc-s1
mkdir "$work/root"
for package in "$work"/apt/cache/archives/*.deb; do
	dpkg-deb -x "$package" "$work/root/$(dpkg-deb -f "$package" Package)"
done
mv "$work/root" "$target"
