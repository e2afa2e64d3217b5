#!/usr/bin/env bash
# Copies an architecture's shared library, and what it needs but glibc, into a
# folder, and lists them there in the file `libraries`, each after its needs.
# usage: libraries.sh x86_64|aarch64 libbpf.so.1 FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."

arch=$1
folder=$3
list=()

# Of this machine, or of those that foreign.sh fetched.
path_of() {
	if [ "$arch" = "$(uname -m)" ]; then
		ldconfig -p | awk -v name="$1" -v arch="${arch/_/-}" \
			'$1 == name && index(tolower($0), arch) && !isFound++ { print $NF }' | grep .
	else
		find ".toolchain/$arch" -name "$1" -print -quit | grep .
	fi || {
		echo "Cannot embed $1 for $arch: it is not here" >&2
		exit 1
	}
}

add() {
	local path needed
	case " ${list[*]-} " in *" $1 "*) return ;; esac
	path=$(path_of "$1")
	# shellcheck disable=SC2013
	for needed in $(readelf -d "$path" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
		case $needed in
		libc.so.* | libm.so.* | libpthread.so.* | libdl.so.* | ld-linux*) ;;
		*) add "$needed" ;;
		esac
	done
	list+=("$1")
}

export PATH="$PATH:/usr/sbin:/sbin"
add "$2"
mkdir -p "$folder"
for library in "${list[@]}"; do
	path=$(path_of "$library")
	install -m 644 "$path" "$folder/$library"
done
printf '%s\n' "${list[@]}" >"$folder/libraries"
