#!/usr/bin/env bash
# Prepares a build: puts Deno and its caches into .toolchain/ and installs missing
# Debian packages. Skips what is already done.
# usage: setup.sh build | test | kernels | bench | fleet | dist | deb | package
set -euo pipefail
cd "$(dirname "$0")/.."
. toolchain/versions.sh

trap toolchain/chown_to_caller.sh EXIT

packages=(binutils ca-certificates clang curl libbpf-dev libbpf1 libelf1 zlib1g iproute2 unzip)
case $1 in
test)
	packages+=(
		bind9-dnsutils bpftool bsdutils busybox cron dnsmasq-base dropbear-bin ethtool faketime
		fish iperf3 iputils-ping jq libcap2-bin logrotate mandoc mmdb-bin nftables openssh-client
		openssl procps
		shellcheck strace systemd tcpdump tcpreplay tshark tmux util-linux zsh
	)
	;;
kernels) packages+=(cpio debian-archive-keyring kmod procps qemu-system-x86 util-linux) ;;
bench)
	packages+=(
		bpftrace gcc golang-github-cilium-ebpf-dev golang-go iperf3 jq
		libc6-dev mawk strace tcpdump time
	)
	;;
fleet) packages+=(clickhouse-client util-linux) ;;
dist) packages+=(debian-archive-keyring) ;;
deb) packages+=(lintian) ;;
package) packages+=(debian-archive-keyring iputils-ping jq mmdebstrap procps qemu-user-static systemd-container) ;;
esac
mkdir -p .toolchain/bin
[ -e .toolchain/packages-by-hand ] || toolchain/packages.sh "${packages[@]}"

if [ ! -e .toolchain/lane ]; then
	if curl -sfo /dev/null --max-time 10 https://jsr.io/@std/cli/meta.json; then
		echo open >.toolchain/lane
	else
		echo "Cannot reach JSR: building with the npm packages named in toolchain/versions.sh"
		echo closed >.toolchain/lane
	fi
fi
lane=$(cat .toolchain/lane)

has_deno() {
	"$1" --version 2>/dev/null | head -n 1 | grep -q "^deno $DENO_VERSION "
}

if ! has_deno .toolchain/bin/deno; then
	rm -f .toolchain/bin/deno
	if has_deno deno; then
		ln -s "$(command -v deno)" .toolchain/bin/deno
	elif [ "$lane" = open ]; then
		echo "Downloading Deno $DENO_VERSION"
		toolchain/download_deno.sh
	else
		toolchain/closed/fetch.sh deno
	fi
fi
[ "$lane" = open ] || toolchain/closed/fetch.sh denort-x86_64 std
if [ "$1" = dist ] || [ "$1" = package ]; then
	for arch in x86_64 aarch64; do
		[ "$lane" = open ] || toolchain/closed/fetch.sh "denort-$arch"
		[ "$arch" = "$(uname -m)" ] || toolchain/foreign_libraries.sh "$arch"
	done
fi

# Now, because the tests run as root, without the caller's npm settings.
case $1 in
test | bench) .toolchain/bin/deno cache --quiet --no-check tests/lib/duckdb.ts ;;
esac
[ ! -e .toolchain/packages-by-hand ] || exit 0
case $1 in
test) toolchain/servers.sh prometheus prometheus-node-exporter ;;
fleet) toolchain/servers.sh clickhouse-server prometheus prometheus-node-exporter ;;
esac
