# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
# lib-oom.sh - what the tests of oomwhy share: recorded reports, and what of a record is a fact
#
# Sourced after tests/lib.sh, or by tools/renew-oom-golden. Needs jq.

fixtures=$srcdir/tests/fixtures/oom
TZ=UTC
export TZ

# A line of the explanation is a line of the file. The guessed is not kept: logs without a year or
# a time zone are read with those of today.
golden_filter='
	.explanation |= split("\n") |
	if .time_guessed then
		del(.time, .time_guessed) | .explanation |= map(select(startswith("When: ") | not))
	else . end'

# What is true of a report in whatever clothes it comes: all but where and when it was logged.
facts_filter='
	del(.number, .source, .lines, .host, .time, .time_guessed, .time_raw, .monotonic_ns,
		.victims[].time_raw) |
	.explanation |= (split("\n") | map(select(startswith("When: ") | not) |
		sub(" ?When it was is not in the log\\."; "") | select(. != "Not in the log:")))'

# Numbers that jq 1.6 cannot hold are compared as text: it rounds what is above 2^53, 1.7 does not.
exact_numbers() {
	sed 's/\("[a-z_]*":\)\([0-9]\{16,\}\)\([,}]\)/\1"\2"\3/g'
}

# golden FILE: the records of FILE, which is below the fixtures, as they are kept in *.json.
golden() {
	(cd "$fixtures" && "$OOMWHY" --json "$1") | exact_numbers | jq -S --tab "$golden_filter"
}

# golden_of FILE: the name of the file in which its records are kept.
golden_of() {
	echo "${1%.txt}.json"
}

# base_of STYLE: the fixture whose facts a file of styles/ must yield; "": it is one of its own.
base_of() {
	case $1 in
	styles/journal-*) echo 6.1.0-50-cloud-amd64.global.kmsg.txt ;;
	# It begins inside the report.
	styles/dmesg-plain-* | styles/dmesg-J-*) echo ;;
	styles/dmesg-*) echo styles/dmesg-plain-global-6.1.txt ;;
	esac
}

# golden_clothes FILE: of the records of FILE, what is no fact of facts_filter.
golden_clothes() {
	(cd "$fixtures" && "$OOMWHY" --json "$1") | exact_numbers | jq -S --tab "$golden_filter"' |
		{ source, number, lines, host, time, time_guessed, time_raw, monotonic_ns,
		victims: [.victims[] | { time_raw }] }'
}

# dress STYLE FILE [PID]: a recording as other programs would have printed it; PID is the caller.
dress() {
	awk -v style="$1" ${3:+-v pid="$3"} -f "$srcdir/tests/dress.awk" "$fixtures/$2"
}

# facts FILE [FILTER]: what is true of its reports in any clothes, as far as FILTER leaves it.
facts() {
	"$OOMWHY" --json "$1" | jq -S --tab "$facts_filter${2:+ | $2}"
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

# Of a record, each fact that the log states, as an object of "tasks.92.rss" and the like. What is
# concluded from the whole is not among them, nor what another part of the same report may add.
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
		.victims |= by(.pid | tostring) |
		[paths(type != "object" and type != "array") as $path |
			select(getpath($path) | . != null and . != false) |
			{ key: ($path | map(tostring) | join(".")), value: getpath($path) }] |
		from_entries;
	# What of the facts of the parts is none of the whole.
	def wrong($whole): leaves | to_entries | map(select($whole[.key] != .value));'
