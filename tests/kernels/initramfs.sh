#!/usr/bin/env bash
# Makes the initramfs of a guest: the release's own files, as fetch.sh left
# them, and the checks with the built xdptally.
# usage: initramfs.sh NAME FILE
set -euo pipefail
cd "$(dirname "$0")/../.."

release=$PWD/.toolchain/kernels/$1
initramfs=$2
modules=(8021q bonding bridge dummy tun veth virtio_net virtio_pci wireguard)

# The files of a folder as a cpio archive; the kernel takes several in a row.
archive() {
	(cd "$1" && find . | cpio --quiet --create --format=newc --owner=0:0)
}

# Only the modules that the checks load, and what those need.
copy_modules() {
	local version file
	version=$(basename "$release"/root/lib/modules/*)
	depmod -b "$release/root" "$version"
	for module in "${modules[@]}"; do
		modprobe -d "$release/root" -S "$version" --ignore-install --show-depends "$module"
	done | sed -n 's|^insmod .*/root/\(lib/modules/[^ ]*\).*|\1|p' | sort -u |
		while read -r file; do
			install -D -m 644 "$release/root/$file" "$1/$file"
		done
	cp "$release/root/lib/modules/$version"/modules.{builtin,order}* "$1/lib/modules/$version"
	depmod -b "$1" "$version"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ ! -e "$release/root.cpio" ]; then
	mkdir "$work/root"
	cp -a "$release/root/." "$work/root"
	rm -rf "$work"/root/{boot,lib/modules} "$work"/root/usr/{share,lib/modules} \
		"$work"/root/usr/lib/*/{gconv,perl*}
	copy_modules "$work/root"
	archive "$work/root" >"$work/root.cpio"
	mv "$work/root.cpio" "$release"
fi

mkdir -p "$work/ours/usr/local/bin"
cp -a tests/kernels/guest "$work/ours"
mv "$work/ours/guest/init" "$work/ours"
cp dist/xdptally "$work/ours/usr/local/bin"
basename "$release"/root/usr/lib/*/libbpf.so.*.* | sed 's/libbpf.so.//' >"$work/ours/guest/libbpf"
objdump -T dist/embed/*.so.* | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1 |
	sed 's/GLIBC_//' >"$work/ours/guest/embedded-needs-glibc"
{
	cat "$release/root.cpio"
	archive "$work/ours"
} >"$initramfs"
