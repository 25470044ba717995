#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# limits.sh - under tight limits of the process, both commands do their work or name the limit
# shellcheck disable=SC3045 # the options of ulimit, which dash has

# shellcheck source-path=SCRIPTDIR/..
. "${srcdir:-$(dirname "$0")/../..}/tests/lib.sh"

report=$srcdir/tests/fixtures/oom/4.18.0-25-generic.memcg2.kmsg.txt

# Each line of $tmp/commands, split into words, in a shell of its own with the limits of $1, a
# command; "STATUS words". What fails is shown with its first line.
under() {
	while read -r wanted words; do
		got=0
		# shellcheck disable=SC2086 # words
		(eval "$1" && exec timeout 60 env -i LC_ALL=C PATH="$PATH" $words) \
			>"$tmp/out" 2>"$tmp/err" </dev/null || got=$?
		is "$got" "$wanted" "$1: $(echo "$words" | sed "s:[^ ]*/::g")"
		[ "$got" = "$wanted" ] || sed 's/^/# /' "$tmp/err" | head -n 2
	done <"$tmp/commands"
}

if sanitized; then
	skip "a small stack" "a sanitizer's frames are larger"
else
	"$PAGETOUCH" --json 64K >"$tmp/run.json"
	cat >"$tmp/commands" <<-EOF
		0 $PAGETOUCH --help
		2 $PAGETOUCH --limit
		0 $PAGETOUCH 1M
		0 $PAGETOUCH --json --exact 1M
		0 $PAGETOUCH -t 4 --order random 1M
		0 $PAGETOUCH --heap=1K 1M
		0 $PAGETOUCH --stack --verify 1M
		0 $PAGETOUCH 1M --then fork:write --then dontneed
		0 $PAGETOUCH -o +SWAP,PTE,PSS,KSM,OOMSCORE,COMMITTED 1M
		0 $PAGETOUCH --replay $tmp/run.json
		0 $OOMWHY --help
		2 $OOMWHY --since
		0 $OOMWHY $report
		0 $OOMWHY --json $report
		0 $OOMWHY --tasks $report
		0 $OOMWHY --list $report
	EOF
	under 'ulimit -S -s 64'
	echo "125 $PAGETOUCH --stack 1M" >"$tmp/commands"
	under 'ulimit -s 64'
	has "$tmp/err" 'raise it: ulimit -s ' "and the limit is named"
fi

done_testing
