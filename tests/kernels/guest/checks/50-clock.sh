#!/usr/bin/env bash
# Durations stay right while the clock is stepped an hour ahead, then two hours back.
# shellcheck disable=SC2016 # variables of jq

make_stage
join near far 10.1.0
read -r before _ </proc/uptime
start_xdptally near
send 10.1.0.1
until_true has_records tick 2
date -s '+1 hour' >/dev/null
send 10.1.0.1
until_true has_records tick 4
date -s '-2 hours' >/dev/null
send 10.1.0.1
until_true has_records tick 6
stop_xdptally
read -r after _ </proc/uptime

sent=$((3 * DATAGRAMS))
expect_only 10.1.0.2 "$sent" "$((sent * ETHERNET_BYTES))"
expect "the clock was not stepped" 'ticks | .[5].end < .[0].end and .[3].end > .[5].end'
expect "an end is before its start" 'ticks + [end_record] | all(.end >= .start)'
expect "end - start is not elapsed" \
	'ticks | all((.end | seconds) - (.start | seconds) - .elapsed | fabs < 0.06)'
expect "elapsed is not positive, or sums to more than the capture took" \
	'ticks | all(.elapsed > 0) and sum(.elapsed) <= $most' --argjson most "$(jq -n "$after - $before")"
expect "the ticks' elapsed do not sum to the end's" \
	'(ticks | sum(.elapsed)) as $sum | end_record.elapsed - $sum | fabs < 0.01'
