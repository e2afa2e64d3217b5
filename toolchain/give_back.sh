#!/usr/bin/env bash
# What root made here belongs to whoever called sudo.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${SUDO_UID:-}" ] && [ "$(id -u)" = 0 ] || exit 0
for folder in .toolchain dist; do
	[ ! -e "$folder" ] || chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$folder"
done
