#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagewatch.sh - any command, followed: its streams, status and signals are its own, its memory is told
. "${srcdir:=.}/tests/lib.sh"
# shellcheck source=tests/lib-manual.sh
. "$srcdir/tests/lib-manual.sh"

[ -x "$(command -v "$PAGEWATCH")" ] || skip_all "no $PAGEWATCH here"

# record KIND FIELD FILE: the values of a field in records of a kind, one per line.
record() {
	grep "^{\"record\":\"$1\"" "$3" >"$tmp/records"
	field "$2" "$tmp/records"
}

# The command's own.
watch sh -c 'printf "out\n"; printf "err\n" >&2; exit 7'
is "$status $(cat "$tmp/out")" '7 out' 'status and standard output are the command'\''s'
has "$tmp/err" '^err$' 'so is standard error'
has "$tmp/err" '^pagewatch: sh ended with status 7 after [0-9]' 'how it ended is said'
# After a failure the kernel's log is waited for, 200 ms: that is no time of the command's.
if kmsg_readable; then
	began=$(date +%s%N)
	watch --json false
	passed=$(($(date +%s%N) - began))
	elapsed=$(record verdict elapsed_ns "$tmp/err")
	echo "# $elapsed of $passed ns"
	[ "$elapsed" -gt 0 ] && [ $((passed - elapsed)) -ge 200000000 ]
	ok $? 'the time ends with the command'
else
	skip 'the time ends with the command' "the kernel's log cannot be read"
fi
watch -q sh -c 'exit 7'
is "$status $(cat "$tmp/err")" '7 ' '--quiet: nothing but the status'

wrong=
for code in 0 1 2 3 64 100 125 126 127 128 130 200 254 255; do
	watch -q sh -c "exit $code"
	[ "$status" -eq $code ] || wrong="$wrong $code:$status"
done
is "$wrong" '' 'all statuses are passed on'
wrong=
# Some may be ignored here: SIGINT and SIGQUIT in a job of a shell without job control, SIGHUP by nohup.
for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 24 25 26 27 29 30 31; do
	watch -q env --default-signal sh -c "ulimit -c 0; kill -$number \$\$"
	[ "$status" -eq $((128 + number)) ] || wrong="$wrong $number:$status"
done
is "$wrong" '' 'a death by a signal is 128 + its number'
wrong=
for number in 34 35 49 50 63 64; do
	watch -q sh -c "kill -$number \$\$"
	[ "$status" -eq $((128 + number)) ] || wrong="$wrong $number:$status"
done
is "$wrong" '' 'also of real-time signals'
has "$tmp/err" 'was killed by SIGRTMIN\+30 \(signal 64\) after' 'which have names'

watch "$tmp/no-such-command"
is "$status $(wc -l <"$tmp/err")" '127 1' 'a command that is not there: 127'
has "$tmp/err" "cannot run '.*/no-such-command': No such file" 'it is named'
watch "$tmp"
is "$status" 126 'what cannot be executed: 126'
watch
is "$status $(cat "$tmp/out")" '2 ' 'nothing to follow: 2'

head -c 3000000 /dev/urandom >"$tmp/bytes"
"$PAGEWATCH" -q --log-file "$tmp/log" cat <"$tmp/bytes" >"$tmp/copy" 2>"$tmp/err"
cmp -s "$tmp/bytes" "$tmp/copy"
ok $? 'standard input and output carry any bytes'
# shellcheck disable=SC2016 # the inner shell's
VALUE=kept watch -q sh -c 'test "$VALUE" = kept && trap "" PIPE && ! test -t 0'
is "$status" 0 'so does the environment'
sh -c 'trap "" USR1; exec "$@"' sh "$PAGEWATCH" -q sh -c 'kill -USR1 $$; exit 5'
is "$?" 5 'what was ignored stays ignored'
# shellcheck disable=SC2016 # the inner shells'
"$PAGEWATCH" -q sh -c 'exec 3>&1 2>/dev/null; kill -PIPE $$'
is "$?" 141 'SIGPIPE is not ignored for the command'
"$PAGEWATCH" -q sh -c 'cat <&0 >/dev/null 2>&1; test $? -ne 0' <&-
is "$?" 0 'standard input that was closed is closed'

# Signals are passed on, once.
for signal in HUP INT QUIT TERM USR1 USR2 WINCH ALRM 34 64; do
	: >"$tmp/out"
	# shellcheck disable=SC2016 # the inner shell's
	env --default-signal "$PAGEWATCH" -q sh -c 'trap "echo got; exit 9" '$signal'
		echo ready
		while :; do sleep 0.05; done' >"$tmp/out" 2>"$tmp/err" &
	watcher=$!
	eventually 20 grep -q ready "$tmp/out"
	kill -s $signal "$watcher"
	status=0
	wait "$watcher" || status=$?
	is "$status $(grep -c got "$tmp/out")" '9 1' "$signal reaches the command"
done

# What it held.
if sanitized; then
	skip 'figures' 'a sanitizer makes them meaningless'
	done_testing
fi
watch --json --every 50ms -- "$PAGETOUCH" -q 24M 1M --rate 60M/s
cp "$tmp/err" "$tmp/run"
is "$status" 0 'a program of known size'
is "$(record plan program "$tmp/run") $(record verdict outcome "$tmp/run")" 'pagewatch completed' \
	'its records begin and end the run'
is "$(field run "$tmp/run" | sort -u | wc -l)" 1 'and belong together'
peak=$(record verdict peak_rss "$tmp/run")
[ "$peak" -ge $((23 * 1024 * 1024)) ] && [ "$peak" -le $((40 * 1024 * 1024)) ]
ok $? 'the peak is what it held'
echo "# peak $peak"
is "$(record verdict largest "$tmp/run" | wc -l) $(record verdict comm "$tmp/run")" '1 pagetouch-subj' \
	'the process that held most is named'
is "$(record sample procs "$tmp/run" | sort -n | tail -n 1)" 2 'the descendant is followed'
awk -F'"peak":' '/"record":"sample"/ { split($2, a, ","); split($0, b, "\"rss\":"); split(b[2], c, ",")
	if (a[1] + 0 < c[1] + 0) wrong++ } END { exit wrong }' "$tmp/run"
ok $? 'no PEAK is below its RSS'
# A status of 1 may be the command's own. What is expected is no failure, and the other demands count.
watch --expect exited -- sh -c 'sleep 0.1; exit 1'
is "$status" 0 '--expect exited: also with status 1'
for own in 1 9; do
	watch --expect exited --max-rss 1 -- sh -c "sleep 0.1; exit $own"
	is "$status" 1 "an end with $own that is expected, and --max-rss that is not met"
	has "$tmp/err" '^pagewatch: .* --max-rss' 'as is said'
	watch --expect exited --max-rss 1G -- sh -c "sleep 0.3; exit $own"
	is "$status" 0 'which another one meets'
done
watch -q --expect exited --max-rss 1 -- sh -c 'sleep 0.1; exit 9'
has "$tmp/err" '^pagewatch: .* --max-rss' '-q: a demand that is not met is said'
# Control: with 100 ms there are rows between the first and the last.
watch --json --every infinity -- "$PAGETOUCH" -q 8M --hold 500ms
is "$status $(grep -c '"record":"sample"' "$tmp/err") $(grep -o '"every_ns":[^,]*' "$tmp/err")" '0 1 "every_ns":null' \
	'--every infinity: no row but the first'
watch --json --every 100ms -- "$PAGETOUCH" -q 8M --hold 500ms
[ "$(grep -c '"record":"sample"' "$tmp/err")" -gt 1 ]
ok $? 'which there are with another time'
watch --json --every infinity --step 2M -- "$PAGETOUCH" -q 8M 1M --rate 20M/s
[ "$(grep -c '"record":"sample"' "$tmp/err")" -gt 1 ]
ok $? 'and with --step'
watch --max-rss 1M -- "$PAGETOUCH" -q 8M --hold 100ms
is "$status" 1 '--max-rss: exit 1'
has "$tmp/err" 'the peak of .* was .*, more than --max-rss allows' 'and why'
watch -q --max-rss 1M -- sh -c "'$PAGETOUCH' -q 8M --hold 100ms; exit 4"
is "$status" 4 'a failure of the command comes first'

# A spike between two rows, of a process that has been seen.
# shellcheck disable=SC2016 # the inner shell's
watch --json --every 10s -- sh -c 'x=$(head -c 50331648 /dev/zero | tr "\0" x); x=; sleep 2'
peak=$(record verdict peak_rss "$tmp/err")
[ "$peak" -ge $((48 * 1024 * 1024)) ]
ok $? 'a spike is not lost'
echo "# peak $peak"

# Hints name what is taken. A share is, by pagetouch.
for option in step max-rss max-pss limit swap fit-step; do
	for wrong in abc 10%; do
		watch "--$option" "$wrong" true
		is "$status $(grep -c 'N%' "$tmp/err")" '2 0' "--$option $wrong: no share is taken, nor offered"
	done
done
run --limit abc 1M
has "$tmp/err" 'or N%' 'which pagetouch takes'
watch --expect nosuch true
has "$tmp/err" 'the outcomes are .*exited' '--expect: what a command may do is listed'
hasnt "$tmp/err" 'enomem|guard' 'and what only pagetouch does is not'
run --expect nosuch
has "$tmp/err" 'the outcomes are .*enomem.*guard' 'as it is there'
if [ -d /sys/fs/cgroup/memory ]; then
	for also in '--limit 64M' ''; do
		# shellcheck disable=SC2086 # words
		watch $also --high 32M true
		is "$status" 125 "--high $also with cgroup v1"
		has "$tmp/err" '^pagewatch: --high needs cgroup v2' 'why not'
		has "$tmp/err" '--limit does not need v2' 'and what could be'
	done
else
	skip '--high with cgroup v1' 'there is no v1 here'
fi

# The tree: double forks, sessions of their own, threads' children.
# shellcheck disable=SC2016 # the inner shells'
watch --json --every 40ms -- sh -c '(setsid sh -c "sleep 0.6 & sleep 0.6" &) ; sleep 0.4'
is "$(record sample procs "$tmp/err" | sort -n | tail -n 1)" 5 'orphans and other sessions are followed'
is "$status" 0 'the end is that of the command'

# Attached.
"$PAGETOUCH" -q 16M --hold 60s &
subject=$!
eventually 20 grep -q '^VmRSS:' "/proc/$subject/status"
(
	trap - INT
	exec timeout -s TERM 1.3 "$PAGEWATCH" --json -p "$subject" --tree --every 200ms
) >"$tmp/out" 2>"$tmp/err"
is "$?" 124 'a signal ends following (timeout tells of its own)'
is "$(record verdict outcome "$tmp/err") $(record verdict exit_status "$tmp/err")" 'interrupted 0' \
	'which is no failure'
is "$(record sample procs "$tmp/err" | sort -n | tail -n 1)" 2 'its descendant is followed, too'
is "$(record sample peak "$tmp/err" | sort -u)" null 'no peak of a foreign process is reset unasked'
kill -0 "$subject"
ok $? 'whom it followed lives on'
kill "$subject"
wait "$subject" 2>/dev/null
# Its parent is one that does not wait for it: its name can be read at its end.
mkfifo "$tmp/go"
# shellcheck disable=SC2016 # the inner shells'
sh -c 'sh -c "read line; exec sleep 60" <"$1" & echo $! >"$2"; exec sleep 61' sh "$tmp/go" "$tmp/pid" &
parent=$!
exec 3<>"$tmp/go"
# shellcheck disable=SC2317 # what eventually() calls
is_named() {
	[ "$(cat "/proc/$(cat "$tmp/pid")/comm" 2>/dev/null)" = "$1" ]
}
eventually 20 is_named sh
: >"$tmp/err"
"$PAGEWATCH" -p "$(cat "$tmp/pid")" >"$tmp/out" 2>"$tmp/err" &
watcher=$!
eventually 20 grep -q '^ *0.000000' "$tmp/err"
echo >&3
eventually 20 is_named sleep
kill "$(cat "$tmp/pid")"
wait "$watcher"
has "$tmp/err" '^pagewatch: sleep ended after' 'a process has the name that it has at its end'
exec 3>&-
kill "$parent"
wait "$parent" 2>/dev/null
watch -p "$subject"
is "$status" 125 'a process that is gone: 125'
has "$tmp/err" "cannot follow process $subject: No such process" 'and why'
for words in '-p 0' '-p x' '-p 1 true' '--tree true' '--peak true' '--swap 1M true' '--limit 10% true' \
	'-o nosuch true' '-o TOUCHED true' '--every 0 true' '--expect nosuch true' '--cgroup= ' \
	'--limit 1M -p 1'; do
	# shellcheck disable=SC2086 # words
	watch $words
	[ "$status $(wc -l <"$tmp/err") $(cat "$tmp/out")" = '2 2 ' ]
	ok $? "wrong: $words"
done

# Records alone are on standard error: how it ended is in the verdict.
for own in 'exit 3' 'kill -KILL $$' 'sleep 0.1; exit 0'; do
	watch --json --max-rss 1 -- sh -c "$own"
	is "$(grep -vc '^{"record":"' "$tmp/err")" 0 "--json: sh -c '$own'"
	hasnt "$tmp/err" '"message":null' 'which has the words'
	watch --json --max-rss 1 --log-file "$tmp/records" -- sh -c "$own"
	has "$tmp/err" '^pagewatch: ' 'where records go elsewhere there are words'
done
watch --json "$tmp/no-such-command"
has "$tmp/err" '^pagewatch: ' 'and for an error before any record'

# The log.
watch --log-file "$tmp/rows" --every 30ms -- sleep 0.2
is "$status" 0 '--log-file'
has "$tmp/rows" '^ +TIME +PROCS +VSZ +RSS +PSS +PEAK +CPU%' 'has the rows'
is "$(grep -c TIME "$tmp/err")" 0 'which standard error has not'
watch --json --log-file "$tmp/rows" -- true
has "$tmp/rows" '^ +TIME' 'what was in it stays'
watch --json --log-file /dev/full -- sh -c 'echo done'
is "$status $(cat "$tmp/out")" '125 done' 'a full disk: 125, but the command went on'
has "$tmp/err" 'cannot write to --log-file: No space left' 'and why'
watch --json --log-file /dev/full -- sh -c 'exit 7'
is "$status" 7 'a failure of the command comes first'
has "$tmp/err" 'cannot write to --log-file: No space left' 'both are said'
"$PAGEWATCH" true 2>/dev/full
is "$?" 125 'the same with standard error on a full disk'
"$PAGEWATCH" sh -c 'exit 7' 2>/dev/full
is "$?" 7 'whose status would not be lost'
"$PAGEWATCH" --max-rss 1K true 2>/dev/full
is "$?" 1 'nor that a demand was not met'
"$PAGEWATCH" -q true 2>/dev/full
is "$?" 0 'where nothing is to be written, nothing is lost'
"$PAGEWATCH" true 2>&-
is "$?" 0 'who closes standard error wants to read nothing'

# In a sandbox.
watch -q --limit 64M true
if [ "$status" -eq 125 ]; then
	skip 'a sandbox' "$(head -n 1 "$tmp/err")"
	done_testing
fi
watch --json --limit 48M -- "$PAGETOUCH" -q --no-guard --oom-score-adj=keep 96M
is "$status" 137 'the status of a command that OOM killer has visited is its own'
for attempt in 1 2 3 4; do
	watch --json --limit 48M -- sh -c "'$PAGETOUCH' -q --no-guard 96M; exit 3"
	cp "$tmp/err" "$tmp/run"
	! kmsg_readable || grep -q '"victims":\[{' "$tmp/run" && break
	# Of all kills within five seconds, also those of other tests, the kernel reports ten.
	[ "$attempt" -eq 4 ] || sleep 6
done
is "$status $(record verdict outcome "$tmp/run")" '3 exited' 'a command outlives its child'
if kmsg_readable; then
	# The kernel may have suppressed the line with the cgroup.
	has "$tmp/run" '"victims":\[{"pid":[0-9]+,"comm":"pagetouch-subj","anon":[0-9]+,"oom_cgroup":("/|null)' \
		'who was killed is named'
	has "$tmp/run" 'The OOM killer took pagetouch-subj \(pid [0-9]+\), which held .*, at the limit of (the sandbox|a memory cgroup)' \
		'in a sentence, too'
	if grep -q 'The log does not have the task table' "$tmp/run"; then
		skip 'with the reason' 'the kernel has left the task table out: too many reports'
	else
		has "$tmp/run" 'Why that one: pagetouch-subj \(pid [0-9]+\) is the worst of 3 candidates: its badness is ' \
			'with the reason'
		has "$tmp/run" '"why":"pagetouch-subj \(pid [0-9]+\) is the worst of 3 candidates: ' \
			'which has a field of its own'
	fi
	has "$tmp/run" 'sh itself was not killed: it ended with status 3\.' 'and what became of the command'
else
	has "$tmp/run" 'The OOM killer took 1 of its processes, by the counter of its sandbox' \
		'that somebody was killed is known by the counter'
fi
# shellcheck disable=SC2016 # the program is awk's
watch --json --limit 32M -- awk 'BEGIN { for (i = 0; ; i++) a[i] = i }'
is "$status $(record verdict outcome "$tmp/err")" '137 oom-sandbox' 'a command that is OOM-killed itself'
is "$(record verdict oom_limit "$tmp/err")" $((32 * 1024 * 1024)) 'and at which limit'
watch -q --expect oom --limit 32M -- awk 'BEGIN { for (i = 0; ; i++) a[i] = i }'
is "$status" 0 '--expect oom'
watch --limit 4K true
if grep -q 'Why that one: pagewatch' "$tmp/err"; then
	has "$tmp/err" '^pagewatch: true was never executed: the process \(pid [0-9]+\) .* was OOM-killed' \
		'a limit too low to begin'
else
	skip 'a limit too low to begin' "$(head -n 1 "$tmp/err")"
fi
# shellcheck disable=SC2016 # the inner shell's
watch --limit 64M sh -c 'kill -s KILL $$'
has "$tmp/err" '^pagewatch: sh \(pid [0-9]+\) was killed by SIGKILL' 'control: a command that has begun'
# Its need is known: what it touches, and what it is itself.
watch --fit --fit-step 4M -b "$PAGETOUCH" -q --no-guard --oom-score-adj=keep 40M
is "$status" 0 '--fit finds a limit'
limit=$(sed -n 's/.* lives with \([0-9]*\) bytes.*/\1/p' "$tmp/err")
echo "# limit $limit"
[ $((limit / 1048576)) -ge 41 ] && [ $((limit / 1048576)) -le 49 ]
ok $? 'within a step of the need'
has "$tmp/err" 'and with [0-9]+ bytes it is OOM-killed\.' 'and one that does not do'
has "$tmp/err" 'MemoryMax=[0-9]+M, or a Kubernetes limit of [0-9]+Mi' 'and what to write'
watch --fit --json --limit 64M "$PAGETOUCH" -q --no-guard --oom-score-adj=keep 40M
is "$(grep -c '"record":"fit"' "$tmp/err") $(grep -o '"end":"lived"' "$tmp/err" | sort -u | wc -l)" '1 1' \
	'the same as a record'
watch --fit false
is "$status" 1 'a command that fails anyway has no such limit'
has "$tmp/err" 'does not live with .*, the most that was tried \(failed\)' 'as is said'

# shellcheck disable=SC2016 # the inner shell's
watch -v --limit 64M -- sh -c 'setsid sleep 300 & echo $!'
sleeper=$(cat "$tmp/out")
gone "$sleeper"
ok $? 'nothing outlives the command in its sandbox'
sandbox=$(sed -n 's/.* the sandbox is [^ ]*\(pagetouch-[0-9a-f]*\), .*/\1/p' "$tmp/err")
is "$(find /sys/fs/cgroup -type d -name "$sandbox" 2>/dev/null)" '' 'nor does the sandbox'

# killed ARG...: pagewatch is killed while a command and a session of its own run. Sets $shell,
# $sleeper and $sandbox.
killed() {
	: >"$tmp/out"
	# shellcheck disable=SC2016 # the inner shell's
	"$PAGEWATCH" -v "$@" -- sh -c 'setsid sleep 300 & echo $$ $!; exec sleep 300' >"$tmp/out" 2>"$tmp/err" &
	watcher=$!
	eventually 20 test -s "$tmp/out"
	kill -s KILL "$watcher"
	wait "$watcher" 2>/dev/null
	read -r shell sleeper <"$tmp/out"
	sandbox=$(sed -n 's/.* the sandbox is [^ ]*\(pagetouch-[0-9a-f]*\), .*/\1/p' "$tmp/err")
}
# shellcheck disable=SC2317 # eventually calls it
sandbox_is_gone() {
	[ -z "$(find /sys/fs/cgroup -type d -name "$sandbox" 2>/dev/null)" ]
}
watch --json --limit 64M -- sleep 0.5
is "$(record sample procs "$tmp/err" | sort -u)" 1 'nobody of ours is followed in a sandbox'
killed --limit 64M
eventually 20 gone "$shell" && eventually 20 gone "$sleeper"
ok $? 'if it is killed, all that lives in the sandbox is'
[ -n "$sandbox" ] && eventually 20 sandbox_is_gone
ok $? 'and the sandbox goes, too'
killed
! gone "$shell" && ! gone "$sleeper"
ok $? 'without a sandbox the command goes on'
kill "$shell" "$sleeper"

# sentences FILE: what pagewatch says, folded or not, a sentence in a line, without figures and
# what depends on the moment.
sentences() {
	awk '/^pagewatch: / { inside = 1; printf "\n" } /^[0-9]+$|^ +[A-Z0-9]/ { inside = 0 }
		inside { printf "%s ", $0 }' "$1" | sed -E 's/ \(PSS [^)]*\)//; s/[0-9]+[0-9.]*/N/g
		s/ N (ms|s|min N s)/ T/g; s/N ([KMGTPE]iB|bytes)/U/g; s/  *$//; /^$/d
		s/at the limit of (the sandbox|a memory cgroup)/at the limit/
		s/ Why that one: The log does not have the task table,.* recomputed\./ Why that one: N/
		s/ Why that one: tail \(pid N\) is the worst of .* (sh itself)/ Why that one: N \1/
		/ it took more than /d'
}
if [ ! -r "$srcdir/man/pagewatch.1" ]; then
	skip 'the examples of the manual' 'it is not here'
	done_testing
fi
put_in_path "$PAGETOUCH" pagetouch
put_in_path "$PAGEWATCH" pagewatch
extract_examples "$srcdir/man/pagewatch.1" "$tmp/examples"
for example in "$tmp"/examples/*.command; do
	command=$(cat "$example")
	shown=${example%.command}.shown
	status=0
	(cd "$tmp" && sh -c "$command") >"$tmp/said" 2>&1 </dev/null || status=$?
	wanted=0
	case $command in
	*'; echo $?')
		status=$(tail -n 1 "$tmp/said")
		wanted=$(tail -n 1 "$shown")
		;;
	esac
	is "$status" "$wanted" "$command: exit status $wanted"
	is "$(sed -n 's/^ *\(TIME\|LIMIT\) .*/&/p' "$tmp/said" | tr -s ' ' | sed 's/ $//')" \
		"$(sed -n 's/^ *\(TIME\|LIMIT\) .*/&/p' "$shown" | tr -s ' ' | sed 's/ $//')" "$command: headings"
	if [ "$wanted" -eq 3 ] && ! kmsg_readable; then
		skip "$command: what is said" "the kernel's log cannot be read"
		continue
	fi
	is "$(sentences "$tmp/said")" "$(sentences "$shown")" "$command: what is said"
done
done_testing
