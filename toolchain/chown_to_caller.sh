#!/usr/bin/env bash
# After sudo: gives .toolchain and dist to the user who called sudo, so that
# later builds without root can write there.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${SUDO_UID:-}" ] && [ "$(id -u)" = 0 ] || exit 0
for folder in .toolchain dist; do
	[ ! -e "$folder" ] || chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$folder"
done
