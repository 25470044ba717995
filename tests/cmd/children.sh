#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# children.sh - the processes that the subject forks: whose death ends the run, and that none is left
# shellcheck disable=SC3045 # the options of ulimit, which dash has
. "${srcdir:=.}/tests/lib.sh"

# start ARGS...: a run that forks and holds; $observer, $subject and $child are set.
start() {
	: >"$tmp/out"
	"$PAGETOUCH" --json "$@" --then hold:infinity --every 20ms 4M >"$tmp/out" 2>"$tmp/err" &
	observer=$!
	eventually 20 grep -q '"step":"hold:infinity","pid":[0-9]*,"process":"child"' "$tmp/out"
	subject=$(field pid "$tmp/out" | head -n 1)
	child=$(grep '"process":"child"' "$tmp/out" | head -n 1 | field pid /dev/stdin)
}
finish() {
	status=0
	wait "$observer" 2>/dev/null || status=$?
}
nobody_left() {
	gone "$subject" && gone "$child"
	ok $? "$1: nobody is left"
	[ ! -e "/proc/$child/stat" ]
	ok $? "$1: not even a zombie"
}

start --then fork
is "$(cat "/proc/$child/comm")" pagetouch-child "the child has a name of its own"
is "$(cat "/proc/$child/oom_score_adj")" 1000 "its oom_score_adj is the subject's"
is "$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$child/status")" "$subject" "it is the subject's child"
is "$(cat "/proc/$child/cgroup")" "$(cat "/proc/$subject/cgroup")" "and in the same cgroups"
kill -9 "$child"
finish
is "$status" 137 "the child is killed: 137"
has "$tmp/err" "^pagetouch: the subject's child \(pid $child\) was killed by SIGKILL .* in step hold:infinity" \
	"it is said who it was, and in which step"
nobody_left "child killed"

start --then fork:write
kill -TERM "$child"
finish
is "$status" 143 "the child gets SIGTERM: 143"
nobody_left "child ended"

start --then fork
kill -9 "$subject"
finish
is "$status" 137 "the subject is killed: 137"
has "$tmp/err" "^pagetouch: the subject \(pid $subject\) was killed" "it is said who it was"
nobody_left "subject killed"
# The child may see its pipe closed and leave before its parent is dead.
wrong=0
for i in 1 2 3 4 5 6 7 8 9 10; do
	: "$i"
	start --then fork
	kill -9 "$subject"
	finish
	grep -q "^pagetouch: the subject (pid $subject) was killed" "$tmp/err" || wrong=$((wrong + 1))
done
is "$wrong" 0 "it is said so, ten times"

start --then fork
kill -TERM "$observer"
finish
is "$status" 143 "the observer gets SIGTERM"
has "$tmp/err" 'ended by SIGTERM after touching 4096 KiB of 4096 KiB, in step hold:infinity' "it is said in which step"
nobody_left "observer ended"

start --then fork
kill -9 "$observer"
finish
eventually 5 gone "$child"
ok $? "observer killed: the child is gone too"

run --json --then fork --then fork:write --then fork:read 4M
is "$status" 0 "three children"
for pid in $(grep '"process":"child"' "$tmp/out" | field pid /dev/stdin | sort -u); do
	[ ! -e "/proc/$pid/stat" ]
	ok $? "child $pid is gone when pagetouch ends"
done

# Threads are the subject's alone, and a child has one.
start -t 3 --then fork:write
is "$(find "/proc/$subject/task" -mindepth 1 -maxdepth 1 | wc -l)" 3 "the subject has its threads"
is "$(find "/proc/$child/task" -mindepth 1 -maxdepth 1 | wc -l)" 1 "its child has one"
is "$(find "/proc/$observer/task" -mindepth 1 -maxdepth 1 | wc -l)" 1 "and the observer too"
kill -9 "$observer"
finish
eventually 5 gone "$subject"
ok $? "threads die with the observer"
eventually 5 gone "$child"
ok $? "and so does the child"

# A child that dies of what it was asked to do.
run --json --then protect:none --then fork:read 1M
is "$status" 139 "a child that reads what it may not: SIGSEGV"
has "$tmp/err" "^pagetouch: the subject's child .* was killed by SIGSEGV .* in step fork:read" "it is said who it was"
has "$tmp/out" '"outcome":"sigsegv".*"step":"fork:read","child":[0-9]+' "also in the record"

# In a sandbox: whoever of the two is killed, the run ends, and nothing is left.
run -q --limit 64M 1M
if [ "$status" -eq 125 ]; then
	skip "children in a sandbox" "$(head -n 1 "$tmp/err")"
	done_testing
fi
run --json --limit 48M --then fork:write 32M
is "$status" 137 "child and subject together are too much: 137"
has "$tmp/out" '"outcome":"oom-sandbox"' "killed at the limit of the sandbox"
has "$tmp/err" 'in step fork:write' "in the step that was too much"
for pid in $(field pid "$tmp/out" | sort -u); do
	[ ! -e "/proc/$pid/stat" ]
	ok $? "process $pid is gone"
done
is "$(left_behind "$tmp/out")" '' "and no cgroup is left"
run -q --limit 24M --then dontneed --then touch:write --expect oom 32M
is "$status" 0 "--expect oom, before the steps"
run -q --limit 64M --lock --expect oom 128M
is "$status" 0 "--lock beyond the limit"
run -q --limit 64M --access populate-write -t 2 --expect oom 1G
is "$status" 0 "populating beyond the limit, with threads"
run --json --limit 64M --access populate-write --expect oom 1G
touched=$(tail -n 1 "$tmp/out" | field touched /dev/stdin)
[ "$touched" -ge $((56 * 1048576)) ] && [ "$touched" -le $((64 * 1048576)) ] && [ $((touched % page)) -eq 0 ]
ok $? "TOUCHED at death is near the limit ($touched)"
run -q --limit 64M --file "$tmp/f" --access read --expect ok 128M
is "$status" 0 "clean page cache is no reason to be killed"


# A subject of many threads dies after its children, and of its own doing all the same.
wrong=0
for i in 1 2 3 4 5 6 7 8; do
	: "$i"
	run -t 8 --limit 48M --touch 16M 64M 16M --then fork --then touch:write
	grep -q '^pagetouch: the subject (pid' "$tmp/err" || wrong=$((wrong + 1))
done
is "$wrong" 0 "of subject and child the subject is blamed, eight times"
run --touch 64K --then protect:none --then fork:read 1M
has "$tmp/err" "^pagetouch: the subject's child .* was killed by SIGSEGV .* after touching 0 KiB itself, in step fork:read" \
	"a child's own count is told of its death"

# Too few files to be opened: an end with a reason, and no waiting for a death.
for files in 13 14 15 16 17 18; do
	status=0
	(ulimit -n "$files" && exec timeout 60 "$PAGETOUCH" 64K 64K --then fork --then fork --then fork --then fork) \
		>"$tmp/out" 2>"$tmp/err" || status=$?
	if [ "$status" -ne 0 ]; then
		is "$status" 125 "$files files: exit 125"
		has "$tmp/err" 'Too many open files|ulimit -n' "$files files: it says so"
	fi
done

done_testing
