#!/usr/bin/env bash
# Fetches a Debian release's kernel and the packages that its guest needs into
# .toolchain/kernels/NAME: vmlinuz, and the unpacked packages in root/. Uses a
# private apt (toolchain/apt.sh) and installs nothing. Skips what is already done,
# unless this script has changed since.
# usage: fetch.sh NAME (bookworm, or bookworm-backports)
set -euo pipefail
cd "$(dirname "$0")/../.."
. toolchain/apt.sh

name=$1
release=${name%-backports}
target=$PWD/.toolchain/kernels/$name
packages=(bash bpftool coreutils ethtool grep iproute2 jq kmod mount procps sed socat util-linux wireguard-tools)

[ "$release" = bullseye ] || packages+=(xdp-tools) # it has none

[ ! "$target/fetched" -nt tests/kernels/fetch.sh ] || exit 0
rm -rf "$target"
mkdir -p "$target/root"

{
	source_of Debian "$release" amd64
	# bullseye's security support has ended: its suite may be listed but gone.
	[ "$release" = bullseye ] || source_of Debian-Security "$release-security" amd64
	[ "$name" = "$release" ] || source_of Debian "$name" amd64
} | make_apt "$target/apt" amd64
[ "$name" = "$release" ] || echo "APT::Default-Release \"$name\";" >>"$target/apt/apt.conf"

apt() {
	with_apt "$target/apt" "$@"
}

echo "Fetching the kernel and the packages of $name"
apt apt-get update -q
apt apt-cache depends linux-image-cloud-amd64
kernel=$(sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' "$target/apt/log")
cd "$target/apt/cache"
apt apt-get download -q "$kernel"
apt apt-get install -q --download-only --yes "${packages[@]}"

for package in ./*.deb archives/*.deb; do
	dpkg-deb -x "$package" "$target/root"
done
mv "$target/root/boot/vmlinuz-${kernel#linux-image-}" "$target/vmlinuz"
rm -r "$target/apt"
touch "$target/fetched"
