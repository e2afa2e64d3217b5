#!/usr/bin/env bash
# Puts servers that tests start into .toolchain/servers: Debian's packages,
# unpacked and not installed, or they would be services of this machine. Does
# nothing that was done before.
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
	echo "Cannot fetch ${missing[*]}: Debian 12 has them; apt-get update may help" >&2
	exit 1
fi
for package in "${missing[@]}"; do
	dpkg-deb -x "$package"_*.deb "$target"
	touch "$target/$package"
done
