#!/usr/bin/env bash
# Copies a shared library and its dependencies, except glibc, to the folder that
# the executable embeds, and lists them in the file `libraries`, dependencies first.
# usage: libraries.sh x86_64|aarch64 libbpf.so.1 FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."

arch=$1
folder=$3
list=()

# path_of NAME: prints the path of a library, installed or fetched by foreign_libraries.sh.
path_of() {
	if [ "$arch" = "$(uname -m)" ]; then
		ldconfig -p | awk -v name="$1" -v arch="${arch/_/-}" \
			'$1 == name && index(tolower($0), arch) && !isFound++ { print $NF }' | grep .
	else
		find ".toolchain/$arch" -name "$1" -print -quit | grep .
	fi || {
		echo "Cannot embed $1 for $arch: the library is not installed; run make setup" >&2
		exit 1
	}
}

# add NAME: appends a library to the list, after its dependencies.
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
