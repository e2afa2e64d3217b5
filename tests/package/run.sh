#!/usr/bin/env bash
# Tests what `make deb` and `make dist` built: the package in a container, the
# tarballs under qemu, and that builds are reproducible.
# usage: run.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/../.."
trap toolchain/chown_to_caller.sh EXIT

tests/package/machine.sh "dist/release/xdptally_$1-1_$(dpkg --print-architecture).deb"
tests/package/archives.sh "$1"
tests/package/reproducible.sh
