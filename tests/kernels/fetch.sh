#!/usr/bin/env bash
# Fetches a Debian release's kernel and the packages that a guest of it needs
# into .toolchain/kernels/NAME: vmlinuz, and the unpacked files in root/. An apt
# of its own does it, from this machine's mirror and against Debian's keys;
# nothing of it is installed here. Does nothing that was done before, unless it
# was changed since.
# usage: fetch.sh NAME (bookworm, or bookworm-backports)
set -euo pipefail
cd "$(dirname "$0")/../.."

name=$1
release=${name%-backports}
target=$PWD/.toolchain/kernels/$name
packages=(bash bpftool coreutils ethtool grep iproute2 jq kmod mount procps sed socat util-linux wireguard-tools)
keys=/usr/share/keyrings/debian-archive-keyring.gpg

[ ! "$target/fetched" -nt tests/kernels/fetch.sh ] || exit 0
rm -rf "$target"
mkdir -p "$target"/apt/{etc/{apt.conf,preferences,sources.list}.d,state,cache} "$target/root"
log=$target/log

# Where this machine's apt has packages of that label from.
mirror_of() {
	# shellcheck disable=SC2016 # apt's own
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Label: $1" | sed -n 1p | grep . || {
		echo "Cannot fetch the kernel of $name: apt has no mirror of $1 here" >&2
		exit 1
	}
}

# Runs a command of apt's that only knows the release.
apt() {
	APT_CONFIG=$target/apt/apt.conf "$@" >"$log" 2>&1 || {
		cat "$log" >&2
		echo "Cannot fetch the kernel of $name: \"$*\" failed" >&2
		exit 1
	}
}

# sources_of LABEL SUITE
sources_of() {
	local mirror
	mirror=$(mirror_of "$1")
	echo "deb [arch=amd64 signed-by=$keys] $mirror $2 main"
}
{
	sources_of Debian "$release"
	# Of a release that has ended, the security suite may be listed and be gone.
	[ "$release" = bullseye ] || sources_of Debian-Security "$release-security"
	[ "$name" = "$release" ] || sources_of Debian "$name"
} >"$target/apt/etc/sources.list"
{
	apt-config dump Acquire # how this machine reaches its mirror
	cat <<-END
		Acquire::Languages "none";
		Dir::Etc "$target/apt/etc";
		Dir::State "$target/apt/state";
		Dir::State::Status "$target/apt/state/status";
		Dir::Cache "$target/apt/cache";
		APT::Architecture "amd64";
		APT::Architectures "amd64";
		APT::Install-Recommends "false";
		APT::Sandbox::User "";
	END
	[ "$name" = "$release" ] || echo "APT::Default-Release \"$name\";"
} >"$target/apt/apt.conf"
: >"$target/apt/state/status"

echo "Fetching the kernel and the packages of $name"
apt apt-get update -q
apt apt-cache depends linux-image-cloud-amd64
kernel=$(sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' "$log")
cd "$target/apt/cache"
apt apt-get download -q "$kernel"
apt apt-get install -q --download-only --yes "${packages[@]}"

for package in ./*.deb archives/*.deb; do
	dpkg-deb -x "$package" "$target/root"
done
mv "$target/root/boot/vmlinuz-${kernel#linux-image-}" "$target/vmlinuz"
rm -r "$target/apt" "$log"
touch "$target/fetched"
