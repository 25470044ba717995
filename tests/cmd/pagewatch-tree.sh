#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagewatch-tree.sh - a tree of known shape, held against an independent reading of /proc
# shellcheck disable=SC2317 # what eventually() calls
. "${srcdir:=.}/tests/lib.sh"

[ -x "$(command -v "$PAGEWATCH")" ] || skip_all "no $PAGEWATCH here"
if sanitized; then
	skip_all 'a sanitizer makes the figures meaningless'
fi

# last_sample FIELD: of the newest row that is whole.
last_sample() {
	grep '"record":"sample".*}$' "$tmp/rows" | tail -n 1 | sed -n "s/.*\"$1\":\\([0-9]*\\)[,}].*/\\1/p"
}

# below PID: all that descends from it, by the parents that /proc/PID/stat names.
below() {
	for stat in /proc/[0-9]*/stat; do
		sed -n 's/^\([0-9]*\) (.*) . \([0-9]*\) .*/\1 \2/p' "$stat" 2>/dev/null
	done | awk -v top="$1" '{ parent[$1] = $2 }
		END {
			for (pid in parent) {
				at = pid
				while (at in parent && at != top && at > 1) at = parent[at]
				if (at == top && pid != top) printf "%s ", pid
			}
		}'
}

# read_tree: "PROCS VSZ RSS ANON" of those below pagewatch in bytes, by status alone.
read_tree() {
	# shellcheck disable=SC2046 # a list
	for pid in $(below "$watcher"); do
		cat "/proc/$pid/status" 2>/dev/null
	done | awk '/^Pid:/ { procs++ } /^VmSize:/ { vsz += $2 } /^VmRSS:/ { rss += $2 } /^RssAnon:/ { anon += $2 }
		END { printf "%d %.0f %.0f %.0f\n", procs, vsz * 1024, rss * 1024, anon * 1024 }'
}

# agrees: a row, and a reading before and after it that are the same.
agrees() {
	before=$(read_tree)
	rows=$(grep -c '"record":"sample"' "$tmp/rows")
	eventually 60 more_rows
	row="$(last_sample procs) $(last_sample vsz) $(last_sample rss) $(last_sample anon)"
	[ "$before" = "$(read_tree)" ] && [ "$row" = "$before" ]
}
more_rows() {
	[ "$(grep -c '"record":"sample"' "$tmp/rows")" -gt $((rows + 1)) ]
}

# A child with threads, one in another session whose parent has gone, one that has executed another.
mkfifo "$tmp/end"
: >"$tmp/rows"
# shellcheck disable=SC2016 # the inner shell's
P=$PAGETOUCH END=$tmp/end "$PAGEWATCH" --json --log-file "$tmp/rows" --every 100ms -- sh -c '
	"$P" -q --threads 2 --hold 300s 3M & first=$!
	(setsid sh -c "exec \"\$P\" -q --shared --hold 300s 2M" &)
	(exec sh -c "exec \"\$P\" -q --hold 300s 5M") & third=$!
	read -r orphan <"$END"
	kill $first $third $orphan
	wait
	exit 3' 2>/dev/null &
watcher=$!
settled() {
	[ "$(read_tree | cut -d ' ' -f 1)" -eq 7 ] && [ "$(last_sample anon)" -ge $((8 * 1024 * 1024)) ]
}
eventually 60 settled
ok $? 'the shell, three programs and their subjects are there'
eventually 60 agrees
ok $? 'processes, VSZ, RSS and anonymous memory are those of /proc, to the page'
echo "# row: $row, /proc: $before"
orphan=
for pid in $(below "$watcher"); do
	# The shell has these words in its arguments, too.
	[ "$(cat "/proc/$pid/comm" 2>/dev/null)" = pagetouch ] || continue
	case $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) in
	*--shared*) orphan=$pid ;;
	esac
done
is "$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$orphan/status")" "$watcher" 'an orphan is a child of pagewatch'
echo "$orphan" >"$tmp/end"
status=0
wait "$watcher" || status=$?
is "$status" 3 'the end is that of the command'

# Whoever starts pagewatch does not lend the command its size.
: >"$tmp/rows"
# shellcheck disable=SC2016 # the inner shells'
ROWS=$tmp/rows sh -c 'big=$(head -c 100000000 /dev/zero | tr "\0" x)
	grep VmHWM "/proc/$$/status" >"$0"
	"$1" --json --log-file "$ROWS" sh -c "until grep -q ^{.record.:.sample \"\$ROWS\"; do sleep 0.05; done"
	: "$big"' "$tmp/big" "$PAGEWATCH" 2>/dev/null
[ "$(sed 's/[^0-9]//g' "$tmp/big")" -gt 90000 ]
ok $? 'whoever starts it is large'
peak=$(sed -n 's/.*"record":"verdict".*"peak_rss":\([0-9]*\),.*/\1/p' "$tmp/rows")
[ "$peak" -gt 0 ] && [ "$peak" -lt $((30 * 1024 * 1024)) ]
ok $? 'the peak of the command is its own'
echo "# peak $peak"

# Three hundred that are gone before anybody looks.
: >"$tmp/rows"
# shellcheck disable=SC2016 # the inner shell's
"$PAGEWATCH" --json --log-file "$tmp/rows" --every 100ms -- \
	sh -c 'i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i + 1)); done; exit 5' 2>/dev/null
is $? 5 'a command with 300 short children'
faults=$(sed -n 's/.*"record":"verdict".*"minflt":\([0-9]*\),.*/\1/p' "$tmp/rows")
[ "$faults" -ge $((300 * 20)) ]
ok $? 'whose faults are counted when they are gone'
echo "# minor faults $faults"
done_testing
