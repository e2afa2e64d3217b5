#!/usr/bin/env bash
# Runs all tests, or those selected by the arguments. The last line of the output is
# `N passed, N failed, N skipped`.
# usage: run.sh [FILE…] [--filter=NAME]
set -uo pipefail
export NO_COLOR=1
cd "$(dirname "$0")/.." || exit
export DENO_DIR="${DENO_DIR:-$PWD/.toolchain/deno}" # has the npm packages of the build
servers=$PWD/.toolchain/servers/usr # see toolchain/servers.sh
export PATH=$servers/bin:$servers/sbin:$PATH

refuse() {
	echo "Cannot run the tests: $1" >&2
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
}
[ "$(id -u)" = 0 ] || refuse "they need root; use sudo or make test"
[ -e dist/xdptally ] || refuse "there is no dist/xdptally; run make"

here=$PWD
copy=
log=$(mktemp)
trap 'rm -rf "$log" "$copy"; "$here/toolchain/chown_to_caller.sh"' EXIT

# Some tests run xdptally as nobody. Where nobody may not enter this folder (most
# homes), a copy of it is tested, in a place where nobody may.
if ! setpriv --reuid=65534 --regid=65534 --clear-groups test -r "$here/dist/xdptally"; then
	copy=$(mktemp -d /var/tmp/xdptally-test.XXXXXX)
	echo "Testing a copy in $copy: user nobody may not read $here"
	chmod 755 "$copy"
	tar -c --exclude=./.toolchain . | tar -x --no-same-owner -C "$copy"
	ln -s "$here/.toolchain" "$copy/.toolchain"
	cd "$copy" || exit
fi

imports=()
! grep -qsx closed .toolchain/lane || imports=(--import-map=toolchain/closed/import_map.json)
.toolchain/bin/deno test --quiet --allow-all "${imports[@]}" "${@:-tests}" -- "${imports[@]}" 2>&1 | tee "$log"
status=$?

# count WORD: its number in Deno's summary: `ok | 12 passed (3 steps) | 0 failed | 1 ignored (4s)`
count() {
	sed -nE "s/^(ok|FAILED) \|.*[| ]([0-9]+) $1.*/\2/p" "$log" | tail -n 1
}
passed=$(count passed)
failed=$(count failed)
skipped=$(count ignored)
# A run that ended before its summary has failed.
[ "$status" = 0 ] || [ "${failed:-0}" != 0 ] || failed=1
echo "${passed:-0} passed, ${failed:-0} failed, ${skipped:-0} skipped"
exit "$status"
