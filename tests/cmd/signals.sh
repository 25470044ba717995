#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# signals.sh - the subject's death and the observer's end: rows kept, nothing left behind
. "${srcdir:=.}/tests/lib.sh"

# start ARGS...: pagetouch in the background; $observer and $subject are set once it samples.
start() {
	: >"$tmp/out"
	"$PAGETOUCH" --json "$@" >"$tmp/out" 2>"$tmp/err" &
	observer=$!
	eventually 20 grep -q '"seq":2' "$tmp/out"
	subject=$(field pid "$tmp/out" | head -n 1)
}
# finish: waits for it; its status in $status.
finish() {
	status=0
	wait "$observer" 2>/dev/null || status=$?
}

# number_of NAME: kill -l NAME is not in every sh.
number_of() {
	case $1 in
	HUP) echo 1 ;; INT) echo 2 ;; BUS) echo "$bus" ;; KILL) echo 9 ;; USR1) echo "$usr1" ;;
	SEGV) echo 11 ;; TERM) echo 15 ;;
	esac
}
# Two of them differ between architectures (signal(7)).
for number in 7 10 16 30; do
	case $(kill -l "$number" 2>/dev/null) in
	BUS) bus=$number ;;
	USR1) usr1=$number ;;
	esac
done

# A slow run of many steps, which nobody waits for: a sample every 64 KiB.
slow='--rate 1M/s 64M 64K'

for signal in KILL TERM SEGV BUS INT USR1; do
	# shellcheck disable=SC2086
	start $slow
	kill -s "$signal" "$subject"
	finish
	number=$(number_of "$signal")
	is "$status" $((128 + number)) "subject killed by $signal: exit status 128 + $number"
	case $signal in
	TERM | SEGV | BUS) outcome=sig$(echo "$signal" | tr '[:upper:]' '[:lower:]') ;;
	*) outcome=killed ;;
	esac
	has "$tmp/out" "\"outcome\":\"$outcome\",\"exit_status\":$((128 + number)),\"signal\":$number" \
		"subject killed by $signal: the verdict"
	has "$tmp/err" "^pagetouch: the subject \(pid $subject\) was killed by SIG$signal \(signal $number\) after touching [0-9]+ KiB of 65536 KiB" \
		"subject killed by $signal: one clear line"
	[ "$(grep -c '"record":"sample"' "$tmp/out")" -ge 3 ]
	ok $? "subject killed by $signal: the rows so far are kept"
	hasnt "$tmp/err" 'OOM-killed|Out of memory' "subject killed by $signal: it is not called OOM"
	gone "$subject"
	ok $? "subject killed by $signal: it is gone"
done

# How far it came is known also in the middle of a step.
: >"$tmp/out"
"$PAGETOUCH" --json --rate 1M/s 64M 64M >"$tmp/out" 2>"$tmp/err" &
observer=$!
eventually 20 grep -q '"seq":0' "$tmp/out"
subject=$(field pid "$tmp/out" | head -n 1)
eventually 60 grep -q '^RssAnon:.*[1-9][0-9][0-9] kB' "/proc/$subject/status"
kill -9 "$subject"
finish
is "$status" 137 "kill -9 within a step: 137"
touched=$(tail -n 1 "$tmp/out" | field touched /dev/stdin)
[ "$touched" -gt 0 ] && [ "$touched" -lt 67108864 ] && [ $((touched % page)) -eq 0 ]
ok $? "kill -9 within a step: TOUCHED at death is between the rows ($touched)"

# A shell without job control starts background jobs with SIGINT ignored, nohup with SIGHUP: undo that.
default_int='env --default-signal=INT,TERM,HUP'
for signal in INT TERM HUP; do
	if [ "$signal" = INT ] && ! $default_int true 2>/dev/null; then
		skip "observer ended by INT" "env(1) has no --default-signal"
		continue
	fi
	number=$(number_of "$signal")
	: >"$tmp/out"
	# shellcheck disable=SC2086
	$default_int "$PAGETOUCH" $slow >"$tmp/out" 2>"$tmp/err" &
	observer=$!
	eventually 20 sh -c "[ \$(wc -l <'$tmp/out') -ge 3 ]"
	pgrep -P "$observer" >"$tmp/subject" || ok 1 "a subject is seen"
	kill -s "$signal" "$observer"
	finish
	is "$status" $((128 + number)) "observer ended by $signal: it dies of the same signal"
	has "$tmp/err" '^Mapping took VSZ' "observer ended by $signal: the summary is printed"
	has "$tmp/err" "^pagetouch: ended by SIG$signal" "observer ended by $signal: it says so"
	gone "$(cat "$tmp/subject")"
	ok $? "observer ended by $signal: the subject is gone"
done

# PDEATHSIG: not even SIGKILL of the observer leaves the subject behind.
# shellcheck disable=SC2086
start $slow
kill -9 "$observer"
finish
eventually 20 gone "$subject"
ok $? "observer killed by SIGKILL: the subject dies with it"

# An ignored signal stays ignored (nohup).
: >"$tmp/out"
(
	trap '' HUP
	exec "$PAGETOUCH" --rate 2M/s 4M
) >"$tmp/out" 2>"$tmp/err" &
observer=$!
eventually 20 test -s "$tmp/out"
kill -HUP "$observer"
finish
is "$status" 0 "an ignored SIGHUP stays ignored"

# What the subject is.
start --hold infinity 64K
is "$(cat "/proc/$subject/oom_score_adj")" 1000 "the subject's oom_score_adj is 1000"
is "$(cat "/proc/$subject/comm")" pagetouch-subj "the subject has a name of its own"
has "/proc/$subject/limits" 'Max core file size  *[01] ' "the subject dumps no core"
is "$(cat "/proc/$observer/oom_score_adj")" "$(cat /proc/self/oom_score_adj)" "the observer's is as it was"
kill "$observer"
finish

# timeout(1) sends its signal twice, to us and to our group: the summary is owed all the same. It does
# so when it is signalled itself, too, which needs no guess at how long a start may take.
told=0
for round in 1 2 3 4 5 6 7 8 9 10; do
	: >"$tmp/out"
	timeout 60 "$PAGETOUCH" --rate 8M/s 512M 1M >"$tmp/out" 2>"$tmp/err" &
	timeout=$!
	eventually 20 test -s "$tmp/out"
	kill -TERM "$timeout"
	wait "$timeout"
	! grep -q '^pagetouch: ended by SIGTERM' "$tmp/err" || told=$((told + 1))
done
is "$told" 10 "timeout(1) does not lose the summary ($round runs)"

# A reader that has stopped reading: the subject goes no further than the row that cannot be printed,
# and the run can be ended.
mkfifo "$tmp/fifo"
sh -c 'exec <"$0"; until [ -e "$1" ]; do sleep 0.1; done; cat' "$tmp/fifo" "$tmp/go" >"$tmp/stalled" &
reader=$!
"$PAGETOUCH" --json --exact 64M "$page" >"$tmp/fifo" 2>"$tmp/err" &
observer=$!
# at_rest: whether both sleep, and the subject has touched no more for ten looks; $anon is what it has,
# KiB.
# shellcheck disable=SC2317 # eventually calls it
at_rest() {
	before=$anon
	subject=$(pgrep -P "$observer")
	anon=$(sed -n 's/^Anonymous: *\([0-9]*\) kB/\1/p' "/proc/$subject/smaps_rollup" 2>/dev/null)
	if [ -n "$anon" ] && [ "$anon" = "$before" ] && [ "$anon" -gt $((20 * page / 1024)) ] &&
		[ "$(cat "/proc/$observer/status" "/proc/$subject/status" | grep -c '^State:.S')" -eq 2 ]; then
		looks=$((looks + 1))
	else
		looks=0
	fi
	[ "$looks" -ge 10 ]
}
anon=''
looks=0
eventually 60 at_rest
kill -TERM "$observer"
eventually 60 gone "$observer"
ok $? "a stalled reader: SIGTERM ends the run"
finish
is "$status" 143 "a stalled reader: it dies of that signal"
: >"$tmp/go"
wait "$reader"
last=$(field anon "$tmp/stalled" | tail -n 1)
[ "$(field anon "$tmp/stalled" | wc -l)" -gt 20 ] && [ $((anon * 1024 - last)) -eq "$page" ]
ok $? "a stalled reader: the subject is a page beyond the last row that was read ($anon KiB, $last)"

# Inherited ignored SIGCHLD: the death is still seen for what it is.
: >"$tmp/out"
(
	trap '' CHLD
	exec "$PAGETOUCH" --json --hold infinity 64K
) >"$tmp/out" 2>"$tmp/err" &
observer=$!
eventually 20 grep -q '"seq":2' "$tmp/out"
kill -9 "$(field pid "$tmp/out" | head -n 1)"
finish
is "$status" 137 "SIGCHLD ignored by the parent: still 137"

# A big subject takes time to die: still its death, not a failed reading.
start --hold infinity --every 1ms 1G 512M
kill -9 "$subject"
finish
is "$status" 137 "a subject of 1 GiB that dies while it is read"

# A stopped subject does not outlive its observer.
start --hold infinity 64K
kill -STOP "$subject"
kill -TERM "$observer"
finish
is "$status" 143 "observer ended while the subject is stopped"
gone "$subject"
ok $? "a stopped subject is gone too"

done_testing
