#!/usr/bin/env bash
# Loads captures, each once: what is loaded twice counts twice.
# usage: load.sh FILE… (.csv, .jsonl, each also .gz)
# CLICKHOUSE_CLIENT may hold options: "clickhouse-client --host db --database net"
set -euo pipefail

read -ra client <<<"${CLICKHOUSE_CLIENT:-clickhouse-client}"
here=$(dirname "${BASH_SOURCE[0]}")

for file in "$@"; do
	case $file in
	*.csv | *.csv.gz)
		query='INSERT INTO xdptally (start, end, host, interface, class, source, packets, bytes) FORMAT CSVWithNames'
		options=(--date_time_input_format best_effort)
		;;
	*.jsonl | *.jsonl.gz)
		query=$(<"$here/jsonl.sql")
		options=(--input_format_skip_unknown_fields 1)
		;;
	*)
		echo "Cannot load \"$file\": neither .csv nor .jsonl; convert it" >&2
		exit 2
		;;
	esac
	reader=(cat)
	[[ $file != *.gz ]] || reader=(zcat)
	"${reader[@]}" -- "$file" | "${client[@]}" "${options[@]}" "--query=$query" ||
		{
			echo "Cannot load \"$file\": the client's own message is above" >&2
			exit 1
		}
done
