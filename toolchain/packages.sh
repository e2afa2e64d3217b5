#!/usr/bin/env bash
# Installs those of the given Debian packages that are missing.
# usage: packages.sh PACKAGE…
set -euo pipefail

missing=()
for package in "$@"; do
	dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
		grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "Cannot install what the build needs: this system has no apt-get; install your distribution's equivalents of these Debian packages, then create the file .toolchain/packages-by-hand: $*" >&2
	exit 1
fi
as_root=()
if [ "$(id -u)" != 0 ]; then
	as_root=(sudo)
	command -v sudo >/dev/null || {
		echo "Cannot install Debian packages: not root, and there is no sudo; run as root: apt-get install ${missing[*]}" >&2
		exit 1
	}
fi

echo "Installing Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 || {
		cat "$log" >&2
		exit 1
	}
}
run apt-get update -q
run apt-get install -q -y --no-install-recommends "${missing[@]}"
