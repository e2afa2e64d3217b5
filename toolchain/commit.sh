#!/usr/bin/env bash
# Prints what a build is stamped with: the id of the checked-out commit (with
# -dirty appended if files were changed), or its time in seconds since 1970.
# Without git: "unknown", and the date of the changelog's newest entry.
# usage: commit.sh id | time
set -euo pipefail
cd "$(dirname "$0")/.."

# Ignores a repository in a parent folder, and never writes to .git (this may run as root).
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
