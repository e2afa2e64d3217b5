#!/usr/bin/env bash
# Runs the tests that "$@" narrows down (files, --filter=…), or all of them.
# The last line is `N passed, N failed, N skipped`.
set -uo pipefail
export NO_COLOR=1
cd "$(dirname "$0")/.." || exit
servers=$PWD/.toolchain/servers/usr # see toolchain/servers.sh
export PATH=$servers/bin:$servers/sbin:$PATH

imports=()
! grep -qsx closed .toolchain/lane || imports=(--import-map=toolchain/closed/import_map.json)
log=$(mktemp)
trap 'rm -f "$log"; toolchain/chown_to_caller.sh' EXIT
.toolchain/bin/deno test --quiet --allow-all "${imports[@]}" "${@:-tests}" -- "${imports[@]}" 2>&1 | tee "$log"
status=$?

# deno's summary: `ok | 12 passed (3 steps) | 0 failed | 1 ignored (4s)`
count() {
	sed -nE "s/^(ok|FAILED) \|.*[| ]([0-9]+) $1.*/\2/p" "$log" | tail -n 1
}
passed=$(count passed)
failed=$(count failed)
skipped=$(count ignored)
# A run that did not get as far as its summary failed, whatever it counted.
[ "$status" = 0 ] || [ "${failed:-0}" != 0 ] || failed=1
echo "${passed:-0} passed, ${failed:-0} failed, ${skipped:-0} skipped"
exit "$status"
