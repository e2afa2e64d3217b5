#!/usr/bin/env bash
# Unpacks the servers that tests start into .toolchain/servers. They come from
# Debian packages, which are not installed: that would start them as services.
# Skips what is already done.
# usage: servers.sh PACKAGE…
set -euo pipefail
cd "$(dirname "$0")/.."

target=$PWD/.toolchain/servers
mkdir -p "$target"
missing=()
for package in "$@"; do
	[ -e "$target/$package" ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Fetching ${missing[*]}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
if ! apt-get download -q "${missing[@]}" >log 2>&1; then
	cat log >&2
	echo "Cannot fetch ${missing[*]}: the error is above; run apt-get update, on Debian 12" >&2
	exit 1
fi
for package in "${missing[@]}"; do
	dpkg-deb -x "$package"_*.deb "$target"
	touch "$target/$package"
done
