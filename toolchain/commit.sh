#!/usr/bin/env bash
# Prints the id of the commit that is checked out here, with -dirty behind it
# where files differ from it, or the commit's time in seconds. Without git:
# unknown, and the time of the newest entry in the changelog.
# usage: commit.sh id | time
set -euo pipefail
cd "$(dirname "$0")/.."

# A repository further up is not this one's. Nothing is written, be it as root.
in_git() {
	[ -e .git ] && GIT_OPTIONAL_LOCKS=0 git "$@" 2>/dev/null
}

id() {
	local commit changes
	commit=$(in_git rev-parse --short=12 HEAD) || {
		echo unknown
		return
	}
	changes=$(in_git status --porcelain --untracked-files=no)
	echo "$commit${changes:+-dirty}"
}

case $1 in
id) id ;;
time)
	if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
		echo "$SOURCE_DATE_EPOCH"
	else
		in_git log -1 --format=%ct || date -u +%s -d "$(sed -n 's/^## .* - //p' CHANGELOG.md | sed -n 1p)"
	fi
	;;
esac
