#!/usr/bin/env bash
# Puts Debian's ClickHouse server into .toolchain/clickhouse: unpacked, not
# installed, or it would be a service of this machine. What it needs is in the
# packages of the client. Does nothing that was done before.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$PWD/.toolchain/clickhouse
[ ! -x "$target/usr/sbin/clickhouse-server" ] || exit 0
echo "Fetching clickhouse-server"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
if ! apt-get download -q clickhouse-server >log 2>&1; then
	cat log >&2
	echo "Cannot fetch clickhouse-server: apt has no such package here; Debian 12 has it" >&2
	exit 1
fi
mkdir -p "$target"
dpkg-deb -x clickhouse-server_*.deb "$target"
