# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
# lib-oom.sh - what the tests of oomwhy share: recorded reports, and what of a record is a fact
#
# Sourced after tests/lib.sh, or by tools/renew-oom-golden. Needs jq.

fixtures=$srcdir/tests/fixtures/oom
TZ=UTC
export TZ

# A line of the explanation is a line of the file. What is guessed is left out: a log without a
# year or a time zone is read with today's.
golden_filter='
	.explanation |= split("\n") |
	if .time_guessed then
		del(.time, .time_guessed) | .explanation |= map(select(startswith("When: ") | not))
	else . end'

# What is true of a report whatever log it is in: all but where and when it was logged.
facts_filter='
	del(.number, .source, .lines, .host, .time, .time_guessed, .time_raw, .monotonic_ns,
		.victims[].time_raw) |
	.explanation |= (split("\n") | map(select(startswith("When: ") | not) |
		sub(" ?When it was is not in the log\\."; "") | select(. != "Not in the log:")))'

# Numbers that jq 1.6 cannot hold are compared as text: it rounds what is above 2^53, 1.7 does not.
exact_numbers() {
	sed 's/\("[a-z_]*":\)\([0-9]\{16,\}\)\([,}]\)/\1"\2"\3/g'
}

# records FILE...: the JSON records of all of them. One run of oomwhy for so many files costs a
# tenth of a run for each.
records() {
	printf '%s\0' "$@" | xargs -0 "$OOMWHY" --json | exact_numbers
}

# The records with numbers that begin at 1 in each file; for jq -n.
# shellcheck disable=SC2016 # variables of jq
numbered_filter='
	foreach inputs as $record ({};
		{ source: $record.source,
		  number: (if .source == $record.source then .number + 1 else 1 end) };
		. as $at | $record | .number = $at.number)'

# golden FILE...: their records, which are below the fixtures, as they are kept in *.json.
golden() {
	(cd "$fixtures" && records "$@") | jq -n "$numbered_filter | $golden_filter"
}

# golden_of FILE: the name of the file in which its records are kept.
golden_of() {
	echo "${1%.txt}.json"
}

# base_of STYLE: the fixture whose facts a file of styles/ must yield; "" if it has its own.
base_of() {
	case $1 in
	styles/journal-*) echo 6.1.0-50-cloud-amd64.global.kmsg.txt ;;
	# It begins inside the report.
	styles/dmesg-plain-* | styles/dmesg-J-*) echo ;;
	styles/dmesg-*) echo styles/dmesg-plain-global-6.1.txt ;;
	esac
}

# golden_prefixes FILE...: what their records hold beside the facts of facts_filter.
golden_prefixes() {
	golden "$@" | jq '
		{ source, number, lines, host, time, time_guessed, time_raw, monotonic_ns,
		victims: [.victims[] | { time_raw }] }'
}

# log_as STYLE FILE [PID]: a recording as other programs would have logged it; PID is the caller.
log_as() {
	awk -v style="$1" ${3:+-v pid="$3"} -f "$srcdir/tests/format-log.awk" "$fixtures/$2"
}

# facts FILE [FILTER]: what is true of its reports in any log, as far as FILTER leaves it.
facts() {
	records "$1" | jq -S --tab "$facts_filter${2:+ | $2}"
}

# same_file WANTED GOT NAME: equal files, and not empty.
same_file() {
	if [ -s "$2" ] && diff -u "$1" "$2" >"$tmp/diff"; then
		ok 0 "$3"
	else
		ok 1 "$3"
		sed 's/^/# /' "$tmp/diff" | cut -c 1-200 | head -n 30
	fi
}

# Starting programs is what costs time: logs are made first, then all are read at once.

# new_log: $log is a file for another log.
log_count=0
new_log() {
	log_count=$((log_count + 1))
	log=$tmp/logs/$log_count
	mkdir -p "$tmp/logs"
}

# expect_alike NAME GOT WANTED...: check_alike must find the same lines for GOT as for all that is
# WANTED, in this order.
expect_alike() {
	printf '%s' "$1" >>"$tmp/expected"
	shift
	printf '\t%s' "$@" >>"$tmp/expected"
	echo >>"$tmp/expected"
}

# expect_facts NAME FILE...: $log has the facts of the FILEs, in this order.
expect_facts() {
	expect_name=$1
	shift
	expect_alike "$expect_name" "$log" "$@"
}

# check_alike: a test for each expect_alike since the last time. Standard input has a line with the
# name of each log, followed by its records, one to a line.
check_alike() {
	rm -rf "$tmp/unlike"
	mkdir "$tmp/unlike"
	awk -F '\t' -v unlike="$tmp/unlike/" '
		FILENAME == "-" && /^[{]/ { told[name] = told[name] $0 "\n"; next }
		FILENAME == "-"          { name = $0; next }
		{
			wanted = ""
			for (i = 3; i <= NF; i++)
				wanted = wanted told[$i]
			if (told[$2] == "" || told[$2] != wanted) {
				printf "%s", told[$2] >(unlike FNR ".got")
				printf "%s", wanted >(unlike FNR ".wanted")
				close(unlike FNR ".got")
				close(unlike FNR ".wanted")
			}
			print FNR, $1
		}' - "$tmp/expected" >"$tmp/compared"
	rm "$tmp/expected"
	while read -r number name; do
		if [ -e "$tmp/unlike/$number.got" ]; then
			jq --tab . "$tmp/unlike/$number.wanted" >"$tmp/wanted"
			jq --tab . "$tmp/unlike/$number.got" >"$tmp/got"
			same_file "$tmp/wanted" "$tmp/got" "$name"
		else
			ok 0 "$name"
		fi
	done <"$tmp/compared"
}

# check_facts [FILTER]: the same for the facts, as far as FILTER leaves them.
check_facts() {
	cut -f 2- "$tmp/expected" | tr '\t' '\n' | sort -u >"$tmp/sources"
	tr '\n' '\0' <"$tmp/sources" | xargs -0 "$OOMWHY" --json |
		jq -r -c -S ".source, ($facts_filter${1:+ | $1})" >"$tmp/told"
	check_alike <"$tmp/told"
}

# Each fact of a record that the log states, as an object of "tasks.92.rss" and the like: not what
# is concluded from the whole, or presumed, nor what another part of the same report may add.
# shellcheck disable=SC2016 # variables of jq
leaves_filter='
	def by(f): if . == null then {} else map({ key: f, value: . }) | from_entries end;
	def leaves:
		del(.record, .number, .source, .lines, .host, .time, .time_guessed, .time_raw,
			.monotonic_ns, .explanation, .why, .ranking, .truncated, .cut_start, .cut_end,
			.missed, .gfp_decoded, .gfp_flags, .gfp_kind, .memcg.owner, .memcg.task_owner,
			.victims[].time_raw, .victims[].repeated, .tasks_listed,
			.tasks[]?.badness, .tasks[]?.rank) |
		if .page_size_known then . else del(.page_size) end |
		del(.page_size_known) |
		if .scope == "unknown" then del(.scope) else . end |
		.tasks |= by(.pid | tostring) |
		.zones |= by("\(.node).\(.zone)") |
		.nodes |= by(.node | tostring) |
		.victims |= (map(select(.presumed | not)) | by(.pid | tostring)) |
		[paths(type != "object" and type != "array") as $path |
			select(getpath($path) | . != null and . != false) |
			{ key: ($path | map(tostring) | join(".")), value: getpath($path) }] |
		from_entries;
	# Facts of the parts that are not facts of the whole.
	def wrong($whole): leaves | to_entries | map(select($whole[.key] != .value));'
