#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagewatch-rows.sh - when rows come, and of whom
. "${srcdir:=.}/tests/lib.sh"

[ -x "$(command -v "$PAGEWATCH")" ] || skip_all "no $PAGEWATCH here"

# samples FIELD: the values of a field in the samples, one per line.
samples() {
	grep '^{"record":"sample"' "$tmp/err" >"$tmp/samples"
	field "$1" "$tmp/samples"
}

if sanitized; then
	skip_all 'a sanitizer makes figures meaningless'
fi

# --step: 64 MiB come and go, and nothing else asks for a row.
mib=1048576
known='--then dontneed --then hold:2s'
# shellcheck disable=SC2086 # words
watch --json -o RSS --every 100s -- "$PAGETOUCH" -q 64M $known
is "$status $(samples seq | wc -l)" '0 1' 'without --step there is the first row alone'
# shellcheck disable=SC2086 # words
watch --json -o RSS --every 100s --step 20M -- "$PAGETOUCH" -q 64M --hold 2s $known
samples rss >"$tmp/rss"
echo "# $(tr '\n' ' ' <"$tmp/rss")"
is "$status" 0 '--step'
awk 'NR > 1 && $1 > last { up++ } NR > 1 && $1 < last { down++ } { last = $1 }
	END { exit !(up && down) }' "$tmp/rss"
ok $? 'there is a row when so much has come, and when it has gone'
awk -v step=$((20 * mib)) 'NR > 1 && ($1 > last ? $1 - last : last - $1) < step { wrong++ }
	{ last = $1 } END { exit wrong > 0 }' "$tmp/rss"
ok $? 'no two rows differ by less than a step'
watch -v --step 1M true
has "$tmp/err" 'a step is looked for (when the kernel tells of page faults, and about every 20 ms|at most every 1 ms: the kernel does not tell of page faults \(.*; perf_event_paranoid is .*\))$' \
	'-v says what it is looked for by'
"$PAGETOUCH" -q 8M --rate 16M/s --hold 60s &
subject=$!
(
	trap - INT
	exec timeout -s TERM 1 "$PAGEWATCH" -v -p "$subject" --tree --every 100s --step 2M
) >"$tmp/out" 2>"$tmp/err"
has "$tmp/err" 'at most every 1 ms: the kernel tells of page faults only for a command' 'also of a foreign process'
kill "$subject"
wait "$subject" 2>/dev/null
for words in '--step 0 true' '--step 10% true' '--step 1M --fit true'; do
	# shellcheck disable=SC2086 # words
	watch $words
	[ "$status $(wc -l <"$tmp/err") $(cat "$tmp/out")" = '2 2 ' ]
	ok $? "wrong: $words"
done

# --peak: what a foreign process once held, before it was followed, is no peak of ours.
"$PAGETOUCH" -q 48M --then dontneed --then hold:60s &
subject=$!
# shellcheck disable=SC2317 # eventually calls it
has_been() {
	pid=$(cat "/proc/$subject/task/$subject/children")
	[ -n "$pid" ] && awk '$1 == "VmHWM:" { high = $2 } $1 == "VmRSS:" { now = $2 }
		END { exit !(high > 48 * 1024 && now < 32 * 1024) }' "/proc/${pid% }/status"
}
eventually 20 has_been
ok $? 'a process that has given its memory back'
(
	trap - INT
	exec timeout -s TERM 1 "$PAGEWATCH" --json -o PEAK -p "$subject" --tree --peak --every 200ms
) >"$tmp/out" 2>"$tmp/err"
samples peak >"$tmp/peaks"
echo "# $(tr '\n' ' ' <"$tmp/peaks")"
awk -v most=$((32 * mib)) '$1 > most || $1 == "null" { wrong++ } END { exit wrong || !NR }' "$tmp/peaks"
ok $? 'has the peaks of the time in which it was followed'
kill "$subject"
wait "$subject" 2>/dev/null

# --each: the figures of all processes are those of the row, and the largest comes first.
# shellcheck disable=SC2016 # the inner shell's
watch --json --each --every 100ms -- sh -c 'printf "#!/bin/sh\nsleep 1\nexit 0\n" >"$1/a,b\"c"
	chmod 755 "$1/a,b\"c"; "$1/a,b\"c" & "$2" -q 16M --hold 1s; wait' sh "$tmp" "$PAGETOUCH"
cp "$tmp/err" "$tmp/each"
is "$status" 0 '--each'
awk 'function figure(name,  part) { split($0, part, "\"" name "\":"); return part[2] + 0 }
	/"record":"sample"/ { seq = figure("seq"); left[seq] = figure("rss"); last = 2 ^ 60 }
	/"record":"process"/ { rss = figure("rss"); if (figure("seq") != seq || rss > last) wrong++
		left[seq] -= rss; last = rss; rows++ }
	END { for (seq in left) wrong += left[seq] != 0; exit wrong || !rows }' "$tmp/each"
ok $? 'the RSS of all processes is that of the row; the largest is first'
has "$tmp/each" '"record":"process".*"pid":[0-9]+,"comm":"pagetouch-subj",' 'a process has its name'
has "$tmp/each" '"record":"process".*"comm":"a,b\\"c"' 'whatever that is'
watch --each -n 1 --csv --every 10s -- sh -c 'sleep 0.1 & sleep 0.1; wait'
is "$(sed -n 1p "$tmp/err") $(grep -c '^[0-9]' "$tmp/err")" 'TIME,PID,COMMAND,VSZ,RSS,PSS,PEAK,CPU% 1' \
	'-n: so many rows, with columns of their own'
# shellcheck disable=SC2016 # the inner shell's
watch --each --csv --every 10s -o PID,COMMAND -- "$tmp/a,b\"c"
has "$tmp/err" '^[0-9]+,"a,b""c"$' 'a name with a comma is quoted in CSV'
name="m$(printf '\033')[31m'\\"
cp "$tmp/a,b\"c" "$tmp/$name"
watch --each --every 10s -o PID,COMMAND -- "$tmp/$name"
has "$tmp/err" "^ *[0-9]+ m\\\\x1b\\[31m'\\\\x5c *\$" 'what controls a terminal is escaped, once'
watch --each --json --every 10s -- "$tmp/$name"
has "$tmp/err" '"largest":\{"pid":[0-9]+,"comm":"m\\u001b\[31m'\''\\\\"' 'a record has the name as it is'
watch --each -o COMMAND,PID,RSS -b -- sleep 0.1
has "$tmp/err" '^ *(sleep|sh|pagewatch) +[0-9]+ +[0-9]+$' 'a table of them'
for words in '--number 3 true' '--each -n 0 true' '--each -n x true' '--each --fit true'; do
	# shellcheck disable=SC2086 # words
	watch $words
	[ "$status $(wc -l <"$tmp/err") $(cat "$tmp/out")" = '2 2 ' ]
	ok $? "wrong: $words"
done

# --live: one line, which is wiped before the summary; elsewhere rows, as is said.
watch --live --every 10s -- sleep 0.5
has "$tmp/err" 'note: standard error is no terminal that can have one line: rows follow$' \
	'--live needs a terminal'
has "$tmp/err" '^ +TIME +PROCS' 'without one there are rows'
for words in '--live --json true' '--live --csv true' '--live --quiet true' '--live --each true'; do
	# shellcheck disable=SC2086 # words
	watch $words
	[ "$status $(wc -l <"$tmp/err") $(cat "$tmp/out")" = '2 2 ' ]
	ok $? "wrong: $words"
done
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1; then
	TERM=xterm script -qec "stty cols 40 rows 24
		'$PAGEWATCH' --live --every 50ms --log-file '$tmp/rows' -- sleep 1" \
		"$tmp/typescript" </dev/null >/dev/null
	tr '\r' '\n' <"$tmp/typescript" | sed "s/$(printf '\033')\\[K/|/" >"$tmp/lines"
	[ "$(grep -c '^TIME 0\.[0-9]*  PROCS [0-9]*  VSZ .*|$' "$tmp/lines")" -ge 2 ]
	ok $? 'on a terminal a line takes the place of the one before'
	is "$(grep '^TIME' "$tmp/lines" | awk 'length > 40' | wc -l)" 0 'none is wider than the terminal'
	hasnt "$tmp/lines" '^ +TIME +PROCS' 'there are no rows'
	has "$tmp/lines" '^\|pagewatch: sleep ended after' 'the line is wiped before the summary'
	[ "$(grep -c '^ *[0-9]' "$tmp/rows")" -ge 2 ]
	ok $? 'and the rows are in the log'
else
	skip '--live on a terminal' 'no script(1) that works'
fi

# The cgroup of a foreign process, and one that is followed.
group=
if [ -e /sys/fs/cgroup/memory/memory.usage_in_bytes ]; then
	group=/sys/fs/cgroup/memory/pagetouch-rows.$$
elif [ -e /sys/fs/cgroup/cgroup.controllers ]; then
	group=/sys/fs/cgroup/pagetouch-rows.$$
fi
if [ -z "$group" ] || ! mkdir "$group" 2>/dev/null; then
	skip 'the figures of a cgroup' 'none can be made here'
	done_testing
fi
(
	trap 'rmdir "$group"' EXIT
	trap - INT
	timeout -s TERM 1 "$PAGEWATCH" --where --cgroup "$group"
) >"$tmp/out" 2>"$tmp/err"
has "$tmp/err" 'note: --where has nothing to show: no process was there' 'an empty cgroup'
hasnt "$tmp/err" '^KIND|^all ' 'has no table'
mkdir "$group" || exit 99
trap 'kill "$subject"; eventually 20 rmdir "$group"; cleanup' EXIT
# shellcheck disable=SC2016 # the inner shell's
sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$PAGETOUCH" -q --hold 60s 24M &
subject=$!
# shellcheck disable=SC2317 # eventually calls it
held() {
	[ "$(cat "$group/memory.usage_in_bytes" "$group/memory.current" 2>/dev/null)" -gt $((24 * mib)) ]
}
if ! eventually 20 held; then
	skip 'the figures of a cgroup' 'it does not count memory'
	done_testing
fi
for followed in "--cgroup $group" "-p $subject"; do
	# shellcheck disable=SC2086 # words
	(
		trap - INT
		exec timeout -s TERM 1 "$PAGEWATCH" --json -o CGUSE,CGANON $followed
	) >"$tmp/out" 2>"$tmp/err"
	use=$(samples cg_usage | head -n 1) anon=$(samples cg_anon | head -n 1)
	echo "# $use $anon"
	[ "$use" -gt $((24 * mib)) ] && [ "$use" -lt $((64 * mib)) ] && [ "$anon" -gt $((20 * mib)) ]
	ok $? "CGUSE and its kinds with ${followed%% *}"
done
(
	trap - INT
	exec timeout -s TERM 1 "$PAGEWATCH" --where --cgroup "$group"
) >"$tmp/out" 2>"$tmp/err"
has "$tmp/err" '^all ' 'a cgroup with a process has a table'
hasnt "$tmp/err" 'nothing to show' 'and no such note'
done_testing
