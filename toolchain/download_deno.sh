#!/usr/bin/env bash
# Downloads Deno's release to .toolchain/bin/deno, after verifying its checksum.
set -euo pipefail
cd "$(dirname "$0")/.."
. toolchain/versions.sh

folder=$(mktemp -d .toolchain/download.XXXXXX)
trap 'rm -rf "$folder"' EXIT
archive=deno-$(uname -m)-unknown-linux-gnu.zip
release=https://dl.deno.land/release/v$DENO_VERSION/$archive
curl -sSf --retry 3 -o "$folder/$archive" "$release"
if [ "$(uname -m)" = x86_64 ]; then
	unzip -qo "$folder/$archive" -d "$folder"
	echo "$DENO_SHA256  $folder/deno" | sha256sum --check --quiet
else
	curl -sSf --retry 3 -o "$folder/$archive.sha256sum" "$release.sha256sum"
	(cd "$folder" && sha256sum --check --quiet "$archive.sha256sum")
	unzip -qo "$folder/$archive" -d "$folder"
fi
mv "$folder/deno" .toolchain/bin/deno
