#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# sandbox.sh - real OOM kills in memory cgroups of our own, their controls, and the clean-up
# shellcheck disable=SC2016 # what inner shells expand; what is called by name
. "${srcdir:=.}/tests/lib.sh"

# Where the sandboxes are made on a v1 machine: below this test's own memory cgroup.
own=$(sed -n 's/^[0-9]*:memory:\(.*\)/\1/p' /proc/self/cgroup)
base=/sys/fs/cgroup/memory$own

# left: the cgroup of the run that was held last, if it is still there.
left() {
	[ ! -d "$sandbox" ] || echo "$sandbox"
}
# cgroup_of PID: the directory of its memory cgroup.
cgroup_of() {
	sed -n 's,^[0-9]*:memory:,/sys/fs/cgroup/memory,p; s,^0::,/sys/fs/cgroup,p' "/proc/$1/cgroup" | while read -r d; do
		[ ! -e "$d/memory.stat" ] || echo "$d"
	done | head -n 1
}
last() {
	tail -n 1 "$tmp/out"
}
# hold: a run that holds 8 MiB in a sandbox; sets $observer, $subject and $sandbox.
hold() {
	: >"$tmp/out"
	env --default-signal=INT "$PAGETOUCH" --json --limit 64M --hold infinity 8M >"$tmp/out" 2>"$tmp/err" &
	observer=$!
	eventually 20 grep -q '"touched":8388608,' "$tmp/out"
	subject=$(field pid "$tmp/out" | head -n 1)
	sandbox=$(cgroup_of "$subject")
}

# Refusals come first: they need no privilege.
if can_drop; then
	chmod 755 "$tmp"
	status=0
	as_nobody "$PAGETOUCH" --limit 64M 1G >"$tmp/out" 2>"$tmp/err" || status=$?
	if [ "$status" -eq 137 ]; then
		skip "an ordinary user is refused" "here one gets a sandbox"
	else
		is "$status" 125 "an ordinary user without a way to a cgroup: exit 125"
		empty "$tmp/out" "and nothing is mapped"
		if [ -d /run/systemd/system ]; then
			has "$tmp/err" 'XDG_RUNTIME_DIR|systemd-run --user --scope -p Delegate=yes pagetouch' \
				"what would work"
		elif grep -q 'in a container' "$tmp/err"; then
			has "$tmp/err" '--no-guard --expect oom' "what would work in a container"
		else
			hasnt "$tmp/err" 'systemd-run' "no systemd, no systemd-run"
		fi
		has "$tmp/err" "sudo pagetouch --limit 64.0M|pagetouch as root|in a container" "and the other"
	fi
else
	skip "an ordinary user is refused" "cannot drop privileges here"
fi

run -q --limit 32M 1M
if [ "$status" -eq 125 ]; then
	skip "real OOM kills" "$(head -n 1 "$tmp/err")"
	done_testing
fi

for backing in --private --shared; do
	for limit in 16 64; do
		run_reported --json --limit "${limit}M" "$backing" 64G 1M
		name="$backing in $limit MiB"
		is "$status" 137 "$name: exit status 137"
		hasnt "$tmp/err" 'note: .* are to become resident' "$name: it needs no more than the limit"
		last >"$tmp/last"
		is "$(field outcome "$tmp/last")" oom-sandbox "$name: killed at the sandbox's limit"
		is "$(field oom_limit "$tmp/last") $(field oom_cgroup "$tmp/last")" \
			"$(field limit "$tmp/last") $(field cgroup "$tmp/last" | head -n 1)" "$name: whose it was"
		is "$(field limit "$tmp/last")" $((limit * 1048576)) "$name: the limit"
		touched=$(field touched "$tmp/last")
		[ "$touched" -gt $((limit * 1048576 * 8 / 10)) ] && [ "$touched" -le $((limit * 1048576)) ] &&
			[ $((touched % page)) -eq 0 ]
		ok $? "$name: TOUCHED at death is near the limit, to the page ($touched)"
		has "$tmp/last" 'oom_kill went from 0 to 1' "$name: the counter is the proof"
		has "$tmp/last" '"before":\{[^}]*"oom_kill":0,.*"after":\{[^}]*"oom_kill":1,' "$name: counters before and after"
		if kmsg_readable; then
			has "$tmp/last" "the kernel's log names the subject" "$name: the kernel's record"
			has "$tmp/last" "it held .* anonymous, .* file, .* shared memory, and .* of page tables" "$name: what it held, by kind"
		fi
		rows=$(grep -c '"record":"sample"' "$tmp/out")
		[ "$rows" -ge $((limit * 8 / 10)) ]
		ok $? "$name: the rows so far are kept ($rows)"
	done
done
run --limit 16M 1G
has "$tmp/err" '^pagetouch: the subject \(pid [0-9]+\) was OOM-killed at the limit of its sandbox \(16.0 MiB\) after touching [0-9]+ KiB of 1048576 KiB: exit status 137' \
	"said in words"
is "$(grep -c 'evidence: ' "$tmp/err")" 1 "a line of evidence"
has "$tmp/err" "evidence: (the kernel's log names the subject, for the limit of |memory[.].*: oom_kill went from 0 to 1)" \
	"which proves most"
run -v --limit 16M 1G
has "$tmp/err" 'evidence: .*which a shell shows as 128 \+ 9' "-v: all of it: what 137 means"
has "$tmp/err" 'evidence: the subject.s own count: [0-9]+ bytes touched' "-v: how far it came"
has "$tmp/err" 'evidence: memory[.][a-z_]+ of memory cgroup [^ ]+: oom_kill went from 0 to 1' "-v: the count"
! kmsg_readable || has "$tmp/err" "evidence: the kernel's log: it held .* anonymous" "-v: the record"

# The limit is changed in the middle of the run, with what may be swapped beside it.
run --json --limit 16M --then limit:64M --then fork:write --then limit:48M --expect ok 14M 7M
is "$status" 0 "raised, it has room for a second process; lowered, it still has"
last >"$tmp/last"
is "$(field limit "$tmp/last")" $((48 * 1048576)) "the record has the limit at the end"
run -q --limit 16M --swap 8M --then limit:64M --then limit:32M --then limit:33M 8M
is "$status" 0 "the same where memory and swap have limits of their own"
run --json --limit 64M -o +LAZYFREE,CGUSE --then free --then limit:32M 60M 60M
is "$status" 0 "lowered, it takes what was given up"
grep '"step":"limit:32M"' "$tmp/out" >"$tmp/row"
for figure in grew lazyfree cg_usage; do
	value=$(field $figure "$tmp/row")
	[ "$value" -gt $((24 * 1048576)) ] && [ "$value" -le $((32 * 1048576)) ]
	ok $? "and no more of it than it has to: $figure $value"
done
run --json --limit 64M --then limit:8M --then fork 32M 8M
last >"$tmp/last"
if [ "$status" -eq 125 ]; then
	has "$tmp/err" 'then limit:8M: .*busy' "version 1 does not lower what it cannot reclaim"
	has "$tmp/err" '--swap SIZE' "and the way out is said"
	is "$(field limit "$tmp/last") $(field grew "$tmp/last")" "$((64 * 1048576)) $((32 * 1048576))" \
		"the old limit holds, and what was measured stays"
else
	is "$(field outcome "$tmp/last") $status" "oom-sandbox 137" "version 2 kills for it"
	is "$(field limit "$tmp/last")" $((8 * 1048576)) "the record has the new limit"
	has "$tmp/err" 'limit of its sandbox \(8.0 MiB\) .*, in step limit:8M' "and so has the message"
fi
for then in '' '--then fork:read'; do
	# shellcheck disable=SC2086 # two words
	run --json --limit 64M --then limit:24M $then --then fork:write 20M 5M
	last >"$tmp/last"
	is "$(field outcome "$tmp/last") $(field step "$tmp/last") $status" "oom-sandbox fork:write 137" \
		"killed later, by the new limit"
	is "$(field limit "$tmp/last")" $((24 * 1048576)) "which the record has"
	has "$tmp/err" 'limit of its sandbox \(24.0 MiB\)' "as the message has"
done

# --expect turns the wanted end into success.
run -q --limit 16M --expect oom 1G
is "$status" 0 "--expect oom: the OOM kill is what was wanted"
empty "$tmp/err" "and with -q nothing is said of it"
run -q --limit 16M --expect oom-sandbox 1G
is "$status" 0 "--expect oom-sandbox"
run -q --limit 16M --expect ok 1G
is "$status" 1 "--expect ok: it was not"
has "$tmp/err" 'expected ok, but the run ended as oom-sandbox' "and this is said"
run -q --limit 64M --expect oom 1M
is "$status" 1 "--expect oom: nothing was killed"
has "$tmp/err" 'expected oom, but the run ended as completed' "it is said"
run -q --limit 64M --expect ok --verify 32M
is "$status" 0 "32 MiB fit into 64 MiB, exactly"

# Who does not have env --default-signal has no SIGINT to send to a background job.
env --default-signal=INT true 2>/dev/null || {
	skip "controls and clean-up" "env(1) has no --default-signal"
	done_testing
}

# The control: the same death by hand is not called OOM.
hold
kill -9 "$subject"
status=0
wait "$observer" || status=$?
is "$status" 137 "control: kill -9 in a sandbox is 137 too"
is "$(last | field outcome /dev/stdin)" killed "control: but not OOM"
has "$tmp/err" 'sender unknown' "control: the sender is unknown"

# Whatever the end, no cgroup and no process is left.
is "$(left)" '' "no cgroup is left after a kill by hand"
for signal in TERM INT; do
	hold
	kill -s "$signal" "$observer"
	wait "$observer" 2>/dev/null
	is "$(left)" '' "no cgroup is left after SIG$signal"
	gone "$subject"
	ok $? "and no process"
done
run -q --limit 64M 200T
is "$status" 125 "a refused mapping in a sandbox"

# While the kernel writes a file back to make room for a new limit, SIGINT ends it.
scratch=$(mktemp -d /var/tmp/pagetouch-test.XXXXXX)
: >"$tmp/out"
env --default-signal=INT "$PAGETOUCH" --json --limit 512M --shared --file "$scratch/new" \
	--then limit:4M --then hold:infinity 192M 192M >"$tmp/out" 2>"$tmp/err" &
observer=$!
eventually 60 grep -q '"touched":201326592,' "$tmp/out"
subject=$(field pid "$tmp/out" | head -n 1)
sandbox=$(cgroup_of "$subject")
kill -s INT "$observer"
status=0
wait "$observer" 2>/dev/null || status=$?
is "$status" 130 "SIGINT while the limit is lowered"
has "$tmp/err" 'ended by SIGINT .*in step' "is said"
gone "$subject"
ok $? "the subject is gone"
is "$(left)" '' "and its cgroup"
rm -rf "$scratch"

# SIGKILL of the observer: the subject dies, and the next run removes the stale cgroup.
hold
stale=$(left)
[ -n "$stale" ]
ok $? "while it runs there is a cgroup"
case ${stale##*/} in
pagetouch-[0-9a-f]*[0-9a-f]) ok 0 "with a random name" ;;
*) ok 1 "with a random name: $stale" ;;
esac
# A second run beside it leaves the first one's alone.
run -q --limit 32M 1M
is "$(left)" "$stale" "a living run's cgroup is left alone by others"
# A process is put into it before: once its observer is dead any other run may sweep it, if it is empty.
sleep 1000 &
guest=$!
echo "$guest" 2>/dev/null >"$stale/cgroup.procs"
kill -9 "$observer"
wait "$observer" 2>/dev/null
eventually 5 gone "$subject"
ok $? "SIGKILL of the observer: no process is left"

# What a sweep leaves alone: what somebody is in, and what only has a name like ours, with and without processes.
near=${stale%/*}
for name in pagetouch-7 pagetouch-observer-7 pagetouch-0123456789abcdef pagetouch-0123456789abcdeg; do
	mkdir "$near/$name.$$" "$near/$name" 2>/dev/null
done
sleep 1000 &
stranger=$!
echo "$stranger" 2>/dev/null >"$near/pagetouch-7/cgroup.procs"
run -v --limit 32M 1M
is "$(left)" "$stale" "a stale cgroup stays while somebody is in it"
has "$tmp/err" 'cgroups that earlier runs left beside it stay' "and -v says so"
kill -0 "$stranger" && kill -0 "$guest"
ok $? "nobody is killed by a sweep"
for name in pagetouch-7 pagetouch-observer-7 pagetouch-0123456789abcdef pagetouch-0123456789abcdeg; do
	[ -d "$near/$name" ] && [ -d "$near/$name.$$" ]
	ok $? "a cgroup that is only called $name stays"
done
kill "$stranger" "$guest"
wait "$stranger" "$guest" 2>/dev/null
for name in pagetouch-7 pagetouch-observer-7 pagetouch-0123456789abcdef pagetouch-0123456789abcdeg; do
	eventually 5 rmdir "$near/$name.$$" && eventually 5 rmdir "$near/$name"
done 2>/dev/null
run -q --limit 32M 1M
is "$(left)" '' "the next run removes the stale cgroup, empty now"

# A process that is put into a sandbox is not ours to kill.
hold
sleep 1000 &
stranger=$!
echo "$stranger" 2>/dev/null >"$sandbox/cgroup.procs"
kill -TERM "$observer"
wait "$observer" 2>/dev/null
kill -0 "$stranger"
ok $? "somebody else's process in the sandbox outlives it"
has "$tmp/err" 'the sandbox stays: a process that is not ours is in it' "and it is said why the sandbox stays"
is "$(left)" "$sandbox" "it stays"
kill "$stranger"
wait "$stranger" 2>/dev/null
run -q --limit 32M 1M
is "$(left)" '' "until the next run"

# A cgroup of somebody else's around the observer: its limit is named (v1, as root).
if [ -n "$own" ] && [ -w "$base/cgroup.procs" ] && outer=$base/test-outer.$$ && mkdir "$outer" 2>/dev/null; then
	trap 'rmdir "$outer" 2>/dev/null; cleanup' EXIT
	echo 48M >"$outer/memory.limit_in_bytes"
	status=0
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$outer" \
		"$PAGETOUCH" --json --no-guard --limit 256M 1G 1M >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status" 137 "within a limited cgroup of somebody else's: killed"
	is "$(last | field outcome /dev/stdin)" oom-ancestor "by the ancestor's limit"
	has "$tmp/err" "OOM-killed at the limit of memory cgroup .*/test-outer.$$ \(48.0 MiB\)" "which is named"
	status=0
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$outer" \
		"$PAGETOUCH" --json --no-guard 1G 1M >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status" 137 "without a sandbox of its own in there"
	is "$(last | field outcome /dev/stdin)" oom-ancestor "the same, by the cgroup it shares with the observer"
	status=0
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$outer" \
		"$PAGETOUCH" --json --limit 256M 1G 1M >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status" 3 "and with the guard it stops before"
	eventually 5 rmdir "$outer"
	ok $? "that cgroup is free again"
else
	skip "a limited cgroup of somebody else's" "no cgroup v1 memory controller that this user may write"
fi

# The same verdict fifty times.
count=0
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
	: "$i"
	for backing in --private --shared; do
		run --json --limit 16M "$backing" 1G
		last >>"$tmp/verdicts"
		last | grep -q '"outcome":"oom-sandbox","exit_status":137' && count=$((count + 1))
	done
done
is "$count" 50 "50 runs in a row give the same verdict 50 times"
is "$(left_behind "$tmp/verdicts")" '' "and leave no cgroup"

done_testing
