#!/usr/bin/env bash
# Packs the built files as a Debian package in dist/release, reproducibly, and
# checks it with lintian.
# usage: deb.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/.."

version=$1-1
SOURCE_DATE_EPOCH=$(toolchain/commit.sh time)
export SOURCE_DATE_EPOCH
arch=$(dpkg --print-architecture)
deb=dist/release/xdptally_${version}_$arch.deb
work=$(mktemp -d)
trap 'rm -rf "$work"; toolchain/chown_to_caller.sh' EXIT
root=$work/root
umask 022

# put MODE FILE PATH: adds a file to the package; paths in texts change from
# /usr/local to /usr.
put() {
	install -D -m "$1" "$2" "$root/$3"
	! grep -Iq . "$2" || sed -i 's|/usr/local/bin/xdptally|/usr/bin/xdptally|g' "$root/$3"
}

# compress PATH: Debian policy requires compressed man pages and changelogs.
compress() {
	gzip -9n "$root/$1"
}

# Prints the oldest glibc version that has all the symbols the executable needs.
glibc() {
	objdump -T dist/xdptally | sed -n 's/.*(GLIBC_\([0-9.]*\)).*/\1/p' | sort -V | tail -n 1
}

# Prints Debian's changelog, which refers to the upstream one.
changelog() {
	cat <<-END
		xdptally ($version) unstable; urgency=medium

		  * The changes of this version are in changelog.gz.

		 -- $(sed -n 's/^Maintainer: //p' packaging/control)  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
	END
}

put 755 dist/xdptally usr/bin/xdptally
for file in contrib/default/*; do put 644 "$file" "etc/default/$(basename "$file")"; done
put 644 contrib/logrotate.d/xdptally etc/logrotate.d/xdptally
put 644 contrib/sysusers.d/xdptally.conf usr/lib/sysusers.d/xdptally.conf
for unit in contrib/systemd/*.{service,timer}; do put 644 "$unit" "usr/lib/systemd/system/$(basename "$unit")"; done
put 644 dist/share/man/man1/xdptally.1 usr/share/man/man1/xdptally.1
put 644 dist/share/bash-completion/completions/xdptally usr/share/bash-completion/completions/xdptally
put 644 dist/share/zsh/site-functions/_xdptally usr/share/zsh/vendor-completions/_xdptally
put 644 dist/share/fish/vendor_completions.d/xdptally.fish usr/share/fish/vendor_completions.d/xdptally.fish
put 644 packaging/lintian-overrides usr/share/lintian/overrides/xdptally
cat packaging/copyright LICENSE >"$work/copyright"
put 644 "$work/copyright" usr/share/doc/xdptally/copyright
put 644 README.md usr/share/doc/xdptally/README.md
for page in docs/*.md; do put 644 "$page" "usr/share/doc/xdptally/$page"; done
put 644 contrib/cron.d/xdptally usr/share/doc/xdptally/examples/cron.d/xdptally
put 644 contrib/systemd/xdptally-exporter.service.d/secrets.conf \
	usr/share/doc/xdptally/examples/xdptally-exporter.service.d/secrets.conf
put 644 CHANGELOG.md usr/share/doc/xdptally/changelog
changelog >"$root/usr/share/doc/xdptally/changelog.Debian"
compress usr/share/man/man1/xdptally.1
compress usr/share/doc/xdptally/changelog
compress usr/share/doc/xdptally/changelog.Debian

mkdir "$root/DEBIAN"
for script in postinst prerm postrm; do install -m 755 "packaging/$script" "$root/DEBIAN"; done
(cd "$root" && find etc -type f -printf '/%p\n' | sort) >"$root/DEBIAN/conffiles"
(cd "$root" && find usr -type f -exec md5sum {} + | sort -k 2) >"$root/DEBIAN/md5sums"
sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$arch/; s/@GLIBC@/$(glibc)/" \
	-e "s/@SIZE@/$(du -sk --apparent-size --exclude=DEBIAN "$root" | cut -f 1)/" \
	packaging/control >"$root/DEBIAN/control"
find "$root" -type d -exec chmod 755 {} +
find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

mkdir -p dist/release
echo "Packing $deb"
dpkg-deb --root-owner-group -Zxz --threads-max=2 --build "$root" "$deb" >/dev/null
# lintian leaves files in TMPDIR.
TMPDIR=$work lintian --allow-root --fail-on error,warning --tag-display-limit 0 "$deb"
