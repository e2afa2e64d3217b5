#!/usr/bin/env bash
# Tests the tarballs: checksums, contents and executables. The executable for another
# architecture runs under qemu, with libraries of that architecture.
# usage: archives.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$1
work=$(mktemp -d)
namespace=xdptally-package-$(basename "$work")
pings=
clean() {
	[ -z "$pings" ] || kill "$pings"
	ip netns delete "$namespace" 2>/dev/null || true
	rm -rf "$work"
}
trap clean EXIT

fail() {
	echo "Failed: $1" >&2
	exit 1
}

echo "Testing the tarballs"
(cd dist/release && sha256sum --check --quiet --strict SHA256SUMS)
for arch in x86_64 aarch64; do
	grep -q "  xdptally-$version-$arch.tar.gz$" dist/release/SHA256SUMS || fail "$arch has no sum"
	tar xzf "dist/release/xdptally-$version-$arch.tar.gz" -C "$work"
	for file in LICENSE README.md CHANGELOG.md share/man/man1/xdptally.1 contrib/systemd/xdptally@.timer; do
		[ -s "$work/xdptally-$version-$arch/$file" ] || fail "no $file for $arch"
	done
done

# run ARCHITECTURE ARGUMENT…: runs an architecture's executable.
run() {
	local arch=$1
	local program=$work/xdptally-$version-$arch/xdptally
	shift
	if [ "$arch" = "$(uname -m)" ]; then
		"$program" "$@"
	else
		"qemu-$arch-static" -L "$work/$arch" "$program" "$@"
	fi
}

# The other architecture gets glibc but no libbpf, so that xdptally uses the embedded one.
for folder in .toolchain/*/libc6; do
	arch=$(basename "${folder%/libc6}")
	mkdir "$work/$arch"
	cp -a "$folder/." "${folder%/libc6}/libgcc-s1/." "$work/$arch"
done

ip netns add "$namespace"
ip -n "$namespace" link set lo up
ip netns exec "$namespace" ping -q -i 0.01 127.0.0.1 >/dev/null &
pings=$!
ip netns exec "$namespace" "$work/xdptally-$version-$(uname -m)/xdptally" -q -j -c 3 -i 200ms lo >"$work/capture.jsonl"
grep -q '"type":"end"' "$work/capture.jsonl" || fail "the capture has no end record"

for arch in x86_64 aarch64; do
	run "$arch" -V >"$work/version"
	echo "$arch: $(paste -sd ';' "$work/version" | sed 's/;/; /g')"
	[ "$(sed -n 1p "$work/version")" = "xdptally $version" ] || fail "-V for $arch"
	[ "$(sed -n 2p "$work/version")" = "commit $(cat dist/embed/commit)" ] || fail "the commit of -V for $arch"
	grep -q "^Linux .* $arch$" "$work/version" || fail "the machine of -V for $arch"
	[ "$arch" = "$(uname -m)" ] || grep -q '^embedded libbpf\.so\.1 ' "$work/version" || fail "$arch did not use the embedded libbpf"
	run "$arch" --help >"$work/help-$arch"
	run "$arch" report --format csv "$work/capture.jsonl" >"$work/report-$arch"
done
grep -q '^Usage: xdptally' "$work/help-x86_64" || fail "--help"
cmp "$work/help-x86_64" "$work/help-aarch64"
grep -q '^127\.0\.0\.1,' "$work/report-x86_64" || fail "the report lacks the source"
cmp "$work/report-x86_64" "$work/report-aarch64"
