#!/usr/bin/env bash
# Builds a guest's initramfs from the release's files (see fetch.sh), the checks
# and the built xdptally.
# usage: initramfs.sh NAME FILE
set -euo pipefail
cd "$(dirname "$0")/../.."

release=$PWD/.toolchain/kernels/$1
initramfs=$2
modules=(
	8021q authenc bonding bridge crypto_null dummy esp4 geneve ip6_gre ip6_tunnel ip_gre
	ip_vti ipip l2tp_core l2tp_eth l2tp_netlink mpls_iptunnel mpls_router pktgen sit tun veth
	virtio_net virtio_pci vxlan wireguard xfrm_interface xfrm_user
)

# copy_modules ROOT: copies the modules that the checks load, and their dependencies.
copy_modules() {
	local version file
	version=$(basename "$release"/root/lib/modules/*)
	depmod -b "$release/root" "$version"
	for module in "${modules[@]}"; do
		modprobe -d "$release/root" -S "$version" --ignore-install --show-depends "$module" ||
			true # a check that needs a missing module is skipped
	done | sed -n 's|^insmod .*/root/\(lib/modules/[^ ]*\).*|\1|p' | sort -u |
		while read -r file; do
			install -D -m 644 "$release/root/$file" "$1/$file"
		done
	cp "$release/root/lib/modules/$version"/modules.{builtin,order}* "$1/lib/modules/$version"
	depmod -b "$1" "$version"
}

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

cp -a "$release/root/." "$root"
(cd "$root" && rm -rf boot lib/modules usr/share usr/lib/*/gconv usr/lib/*/perl*)
copy_modules "$root"

cp -a tests/kernels/guest "$root"
mv "$root/guest/init.sh" "$root/init"
find "$root/guest/checks" -name '*.sh' ! -name "${CHECKS:-*}.sh" -delete
install -D dist/xdptally "$root/usr/local/bin/xdptally"
install -m 644 dist/tests/flood.bpf.o dist/tests/holders.bpf.o \
	dist/tests/wide.bpf.o "$root/guest"
basename "$root"/usr/lib/*/libbpf.so.*.* | sed 's/libbpf.so.//' >"$root/guest/libbpf"
objdump -T dist/embed/"$(uname -m)"/*.so.* | sed -n 's/.*GLIBC_\([0-9.]*\).*/\1/p' | sort -V | tail -n 1 \
	>"$root/guest/embedded-needs-glibc"

(cd "$root" && find . | cpio --quiet --create --format=newc --owner=0:0) >"$initramfs"
