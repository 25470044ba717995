# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - what the benchmarks share: helpers in C, rounds, medians, the result file
# shellcheck shell=sh
#
# $PAGETOUCH is the program under test (default ./pagetouch), $BENCH_TSV the file that
# results are appended to (default: none), $BENCH_ROUNDS how many rounds count.

: "${PAGETOUCH:=./pagetouch}"
: "${BENCH_TSV:=/dev/null}"
: "${BENCH_ROUNDS:=9}"
: "${CC:=cc}"
LC_ALL=C
export LC_ALL
unset PAGETOUCH_ROOT COLUMNS
# Set by the scripts that source this file.
bench=${bench:-bench}
here=$(cd "$(dirname "$0")" && pwd)
failures=0
quick=false
[ "${1-}" = --quick ] && quick=true
KIB=1024
MIB=$((1024 * KIB))
GIB=$((1024 * MIB))
MARGIN=$((2 * GIB))
# shellcheck disable=SC2034 # for the scripts
page=$(getconf PAGESIZE)

die() {
	printf '%s: %s\n' "$bench" "$1" >&2
	exit 125
}

[ -x "$PAGETOUCH" ] || die "no program at PAGETOUCH=$PAGETOUCH"
case $PAGETOUCH in
/*) ;;
*) PAGETOUCH=$(cd "$(dirname "$PAGETOUCH")" && pwd)/$(basename "$PAGETOUCH") ;;
esac
tmp=$(mktemp -d "${TMPDIR:-/tmp}/pagetouch-bench.XXXXXX") || exit 125
observer='' autogroup='' reported=''
order_file=/sys/module/page_reporting/parameters/page_reporting_order

# session_nice N: with autogroups (sched(7)) niceness counts within a session only; this is the
# session's own. It is the caller's session too, so that it is put back in the end.
session_nice() {
	{ echo "$1" >/proc/self/autogroup; } 2>/dev/null
}

# Commands in the background of a script do not get the terminal's signals.
clean_up() {
	[ -z "$observer" ] || kill "$observer" 2>/dev/null
	[ -z "$autogroup" ] || session_nice "$autogroup"
	[ -z "$reported" ] || echo "$reported" >"$order_file"
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
trap 'exit 141' PIPE

# If memory should run out in spite of all, the kernel is to end a benchmark, not a bystander.
{ echo 900 >/proc/self/oom_score_adj; } 2>/dev/null
# Where it is allowed, other people's work waits: both sides of a comparison alike.
renice -n -20 -p $$ >/dev/null 2>&1
if [ -r /proc/self/autogroup ]; then
	autogroup=$(sed 's/.* //' /proc/self/autogroup)
	session_nice -20
fi

# helper NAME [COMPILER ARGUMENT]...: compiles bench/NAME.c to $tmp/NAME.
helper() {
	helper_name=$1
	shift
	# shellcheck disable=SC2086 # CC may have options
	$CC -std=c17 -O2 -o "$tmp/$helper_name" "$here/$helper_name.c" "$@" >"$tmp/cc" 2>&1 ||
		{ cat "$tmp/cc" >&2; return 1; }
}

# helpers NAME...: those that need nothing but the C library; there is no benchmark without them.
helpers() {
	for helper in "$@"; do
		helper "$helper" || die "cannot compile $helper.c with $CC"
	done
}

# room: bytes that may be used: the least of MemAvailable and what every memory cgroup leaves.
room() {
	{
		awk '$1 == "MemAvailable:" { printf "%.0f\n", $2 * 1024 }' /proc/meminfo
		"$PAGETOUCH" --json --touch 1 100% 2>/dev/null |
			sed -n 's/^{"record":"plan".*"size":\([0-9]*\),.*/\1/p'
	} | sort -n | head -n 1
}

# enough_for BYTES WHAT: whether BYTES and a margin of 2 GiB are there; if not, says so.
enough_for() {
	enough_room=$(room)
	[ "${enough_room:-0}" -ge $(($1 + MARGIN)) ] && return 0
	printf '%s: skipped %s: needs %d MiB and 2 GiB of margin, %d MiB may be used\n' \
		"$bench" "$2" $(($1 / MIB)) $((${enough_room:-0} / MIB)) >&2
	return 1
}

# back BYTES: has the machine's host back that much memory and 256 MiB more, where there is one.
back() {
	"$tmp/holder" $(($1 + 256 * MIB)) || die "cannot use memory"
}

# keep_backed: the guest of a virtual machine tells its host of free blocks of memory, some seconds
# later, and the host takes them away: even from under a program that is about to have them. Not
# while we measure, where root may say so: only of blocks so large that there are none, or hardly any.
keep_backed() {
	[ -w "$order_file" ] || return
	reported=$(cat "$order_file")
	for order in 11 10; do
		{ echo "$order" >"$order_file"; } 2>/dev/null && return
	done
}

# timed LABEL COMMAND...: one line in $tmp/times; a command that fails ends the benchmark.
timed() {
	timed_label=$1
	shift
	"$tmp/timed" "$tmp/times" "$timed_label" "$@" 2>"$tmp/err" ||
		{ cat "$tmp/err" >&2; die "failed: $*"; }
}

# times_of LABEL wall|cpu: the seconds of each round, one a line.
times_of() {
	awk -F "\t" -v label="$1" -v field="$2" \
		'$1 == label { print field == "wall" ? $2 : $3 }' "$tmp/times"
}

# spread: median, least and greatest of the numbers on standard input, on one line.
spread() {
	sort -g | awk '{ value[NR] = $1 }
		END {
			middle = int((NR + 1) / 2)
			median = NR % 2 ? value[middle] : (value[middle] + value[middle + 1]) / 2
			printf "%.9f %.9f %.9f\n", median, value[1], value[NR]
		}'
}

# calc EXPRESSION: awk's arithmetic.
calc() {
	awk "BEGIN { printf \"%.9g\\n\", ($1) }"
}

# record CASE FIGURE VALUE UNIT [WANTED VERDICT]: a line of the result file.
record() {
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$bench" "$1" "$2" "$3" "$4" "${5-}" "${6-}" \
		>>"$BENCH_TSV"
}

# require CASE FIGURE VALUE UNIT OPERATOR LIMIT: records, prints and counts what was demanded.
require() {
	if [ "$(calc "($3) $5 ($6)")" = 1 ]; then
		require_verdict=met
	elif $quick; then
		require_verdict=small-sizes
	else
		require_verdict=MISSED
		failures=$((failures + 1))
	fi
	record "$1" "$2" "$3" "$4" "$5$6" "$require_verdict"
	printf '  %-30s %s: %.4g %s, wanted %s %s: %s\n' "$1" "$2" "$3" "$4" "$5" "$6" \
		"$require_verdict"
}

done_benchmark() {
	[ "$failures" -eq 0 ] || exit 1
	exit 0
}
