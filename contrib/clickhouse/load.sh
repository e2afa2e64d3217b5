#!/usr/bin/env bash
# Loads captures into ClickHouse. Load each file once: a second load counts twice.
# usage: load.sh FILE… (.csv or .jsonl, also with .gz)
# CLICKHOUSE_CLIENT is the client's command line (default: clickhouse-client), for
# example "clickhouse-client --host db --database net"
set -euo pipefail

read -ra client <<<"${CLICKHOUSE_CLIENT:-clickhouse-client}"
here=$(dirname "${BASH_SOURCE[0]}")

for file in "$@"; do
	case $file in
	*.csv | *.csv.gz)
		query='INSERT INTO xdptally (start, end, host, interface, class, source, packets, bytes, total_packets, total_bytes, run, seq, elapsed) FORMAT CSVWithNames'
		options=(--date_time_input_format best_effort)
		;;
	*.jsonl | *.jsonl.gz)
		query=$(<"$here/jsonl.sql")
		options=(--input_format_skip_unknown_fields 1)
		;;
	*)
		echo "Cannot load \"$file\": the name does not end in .csv or .jsonl (or .gz after these); rename or convert the file" >&2
		exit 2
		;;
	esac
	reader=(cat)
	[[ $file != *.gz ]] || reader=(zcat)
	read -r first < <("${reader[@]}" -- "$file") || : # an empty file
	if [[ $first == start,* && $first != *,class,source,packets,* || $first == *\"by\":* ]]; then
		echo "Cannot load \"$file\": the tables have sources, and it counts by other fields (--by); load captures without --by" >&2
		exit 2
	fi
	"${reader[@]}" -- "$file" | "${client[@]}" "${options[@]}" "--query=$query" ||
		{
			echo "Cannot load \"$file\": the message of clickhouse-client is above" >&2
			exit 1
		}
done
