#!/usr/bin/env bash
# Copies a shared library of this machine, and what it needs but glibc, into a
# folder, and lists them there in the file `libraries`, each after its needs.
# usage: libraries.sh libbpf.so.1 FOLDER
set -euo pipefail

folder=$2
list=()

path_of() {
	ldconfig -p | awk -v name="$1" -v arch="$(uname -m | tr _ -)" \
		'$1 == name && index(tolower($0), arch) { print $NF; exit }' | grep . || {
		echo "Cannot embed $1: ldconfig does not know it" >&2
		exit 1
	}
}

add() {
	local needed
	case " ${list[*]-} " in *" $1 "*) return ;; esac
	# shellcheck disable=SC2013
	for needed in $(readelf -d "$(path_of "$1")" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
		case $needed in
		libc.so.* | libm.so.* | libpthread.so.* | libdl.so.* | ld-linux*) ;;
		*) add "$needed" ;;
		esac
	done
	list+=("$1")
}

export PATH="$PATH:/usr/sbin:/sbin"
add "$1"
for library in "${list[@]}"; do
	install -m 644 "$(path_of "$library")" "$folder/$library"
done
printf '%s\n' "${list[@]}" >"$folder/libraries"
