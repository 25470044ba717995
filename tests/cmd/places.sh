#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# places.sh - real OOM kills where users have them: below a limit that is not ours, with somebody
# who stops what is left, in namespaces; and what only looks like them
# shellcheck disable=SC2016,SC2317 # what inner shells expand; what is called by name
. "${srcdir:=.}/tests/lib.sh"

own=$(sed -n 's/^[0-9]*:memory:\(.*\)/\1/p' /proc/self/cgroup)
outer=/sys/fs/cgroup/memory$own/test-places.$$
{ [ -n "$own" ] && mkdir "$outer" 2>/dev/null; } || skip_all "no cgroup v1 memory controller that this user may write"
trap 'leave; cleanup' EXIT
leave() {
	cd / && eventually 5 rmdir "$outer" 2>/dev/null
}

# within COMMAND...: runs it in a cgroup with a limit of its own.
cat >"$tmp/within" <<'EOT'
#!/bin/sh
echo $$ >"$outer/cgroup.procs" && exec "$@"
EOT
chmod +x "$tmp/within"
export outer

# watch DIRECTORY PID: sends SIGTERM to PID as soon as DIRECTORY has counted an OOM kill, as systemd does.
watch() {
	while [ -d "/proc/$2" ]; do
		while read -r key value; do
			if [ "$key" = oom_kill ] && [ "$value" -gt "$kills" ]; then
				[ "$delay" = 0 ] || sleep "$delay"
				kill -TERM "$2"
				return
			fi
		done <"$1/memory.oom_control"
	done
}
kills_now() {
	sed -n 's/^oom_kill //p' "$outer/memory.oom_control"
}
finish() {
	status=0
	wait "$observer" 2>/dev/null || status=$?
}

if [ -z "$(kills_now)" ]; then
	skip "kills are counted" "this kernel does not count them (before 4.13)"
	done_testing
fi

# SIGTERM on the heels of an OOM kill: the kill is what ended the run.
echo 200M >"$outer/memory.limit_in_bytes"
wrong=0
untold=0
for delay in 0 0 0 0.001 0.003 0.01; do
	kills=$(kills_now)
	"$tmp/within" "$PAGETOUCH" --json --no-guard 1G 64M >"$tmp/out" 2>"$tmp/err" &
	observer=$!
	watch "$outer" "$observer"
	finish
	if [ "$status $(tail -n 1 "$tmp/out" | field outcome /dev/stdin)" != "137 oom-ancestor" ]; then
		wrong=$((wrong + 1))
		tail -n 1 "$tmp/out" | sed "s/^/# $status: /"
	fi
	grep -q 'the observer received SIGTERM' "$tmp/out" || untold=$((untold + 1))
done
is "$wrong" 0 "SIGTERM right after an OOM kill: it is called an OOM kill"
# The very last one may come after the verdict.
[ "$untold" -lt 6 ]
ok $? "and the signal is told, too"

# Controls: the signal without a kill, and with somebody else's.
: >"$tmp/out"
"$tmp/within" "$PAGETOUCH" --json --no-guard --hold infinity 8M >"$tmp/out" 2>"$tmp/err" &
observer=$!
eventually 20 grep -q '"touched":8388608,' "$tmp/out"
kill -TERM "$observer"
finish
is "$status $(tail -n 1 "$tmp/out" | field outcome /dev/stdin)" "143 interrupted" "SIGTERM without a kill"
for attempt in 1 2 3; do
	: "$attempt" >"$tmp/out"
	"$tmp/within" "$PAGETOUCH" --json --no-guard --hold infinity 8M >"$tmp/out" 2>"$tmp/err" &
	observer=$!
	eventually 20 grep -q '"touched":8388608,' "$tmp/out"
	kills=$(kills_now)
	delay=0
	"$tmp/within" "$PAGETOUCH" -q --no-guard 1G 2>/dev/null &
	other=$!
	watch "$outer" "$observer"
	finish
	wait "$other"
	is "$? $status $(tail -n 1 "$tmp/out" | field outcome /dev/stdin)" "137 143 interrupted" \
		"SIGTERM with an OOM kill of somebody else in the same cgroup"
done

outcome() {
	tail -n 1 "$tmp/out" | field outcome /dev/stdin
}
# run_within COMMAND...: its status in $status.
run_within() {
	status=0
	"$tmp/within" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}
# hold COMMAND...: a run that holds 8 MiB; $observer is set.
hold() {
	: >"$tmp/out"
	"$tmp/within" "$@" --json --no-guard --hold infinity 8M >"$tmp/out" 2>"$tmp/err" &
	observer=$!
	eventually 20 grep -q '"touched":8388608,' "$tmp/out"
}
# The same in a sandbox: $sandbox, and in it the subject, $mine; in namespaces as $space has it.
hold_in_sandbox() {
	# shellcheck disable=SC2086 # words
	hold $space "$PAGETOUCH" --limit 32M
	for sandbox in "$outer"/pagetouch-*; do :; done
	mine=$(subject_in "$sandbox")
}
# Who in the cgroup DIRECTORY is a subject.
subject_in() {
	while read -r process; do
		grep -qs '^Name:.pagetouch-subj$' "/proc/$process/status" && echo "$process"
	done <"$1/cgroup.procs"
}
# Another run in the cgroup DIRECTORY; its status.
stranger_in() {
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$1" "$PAGETOUCH" -q --no-guard 256M 2>"$tmp/other"
}
kill_subject_in() {
	# shellcheck disable=SC2046 # one word, or more
	kill -9 $(subject_in "$1")
	finish
}

# kills_told DIRECTORY: of how many kills in that cgroup the log tells. Where kills are many the kernel
# leaves out where they were (mm/oom_kill.c, oom_rs), and then only the counters are left to judge by.
kills_told() {
	dmesg 2>/dev/null | grep -c "task_memcg=${1#/sys/fs/cgroup/memory},"
}

# Pid namespaces: the log has other pids, and a counter that rose is proof.
echo 64M >"$outer/memory.limit_in_bytes"
for space in '' 'unshare -p -f --mount-proc'; do
	place=${space:-"no namespace"}
	# shellcheck disable=SC2086 # words
	if [ -n "$space" ] && ! $space true 2>/dev/null; then
		skip "$place" "not permitted here"
		continue
	fi
	for size in '256M 200M' '--heap 256M' '--then fork:write 40M'; do
		kills=$(kills_now)
		# shellcheck disable=SC2086 # words
		run_within $space "$PAGETOUCH" --json --no-guard $size
		# While a victim's memory is not free yet, the kernel may take another process, too.
		if [ -z "$(outcome)" ] && [ $(($(kills_now) - kills)) -gt 1 ]; then
			skip "$place: $size" "the kernel has killed the observer, too"
			continue
		fi
		is "$status $(outcome) $(tail -n 1 "$tmp/out" | field oom_limit /dev/stdin)" \
			"137 oom-ancestor 67108864" "$place: $size"
	done
	# shellcheck disable=SC2086 # words
	run_within $space "$PAGETOUCH" --json --no-guard --limit 24M 256M
	is "$status $(outcome)" "137 oom-sandbox" "$place: a sandbox"

	# Controls: by hand, while nobody is OOM-killed, and while others are.
	# shellcheck disable=SC2086 # words
	hold $space "$PAGETOUCH"
	kill_subject_in "$outer"
	is "$status $(outcome)" "137 killed" "$place: killed by hand"
	# shellcheck disable=SC2086 # words
	hold $space "$PAGETOUCH"
	mine=$(subject_in "$outer")
	told=$(kills_told "$outer")
	"$tmp/within" "$PAGETOUCH" -q --no-guard 256M 2>"$tmp/other"
	kill -9 "$mine"
	finish
	if [ "$(kills_told "$outer")" -gt "$told" ]; then
		is "$status $(outcome)" "137 killed" "$place: by hand, after somebody else was OOM-killed in the cgroup"
	else
		skip "$place: by hand, after an OOM kill" "the log does not tell where somebody was killed"
	fi

	# In a sandbox: a stranger is put into it, and one of its name is elsewhere.
	hold_in_sandbox
	stranger_in "$sandbox"
	is "$?" 137 "$place: a stranger dies in the sandbox"
	kill -9 "$mine"
	finish
	if [ "$(kills_told "$sandbox")" -gt 0 ]; then
		is "$status $(outcome)" "137 killed" "$place: that is not the subject's death"
	else
		skip "$place: that is not the subject's death" "the log does not tell where somebody was killed"
	fi
	hold_in_sandbox
	namesake=$outer/elsewhere/${sandbox##*/}
	mkdir -p "$namesake"
	echo 16M >"$namesake/memory.limit_in_bytes"
	stranger_in "$namesake"
	is "$?" 137 "$place: a stranger dies in a cgroup of the same name"
	kill -9 "$mine"
	finish
	is "$status $(outcome)" "137 killed" "$place: neither is that"
	eventually 5 rmdir "$namesake" "$outer/elsewhere"
	# Moved out of its sandbox, it dies by another limit.
	: >"$tmp/out"
	# shellcheck disable=SC2086 # words
	"$tmp/within" $space "$PAGETOUCH" --json --no-guard --limit 48M --rate 8M/s 256M 8M >"$tmp/out" 2>"$tmp/err" &
	observer=$!
	eventually 20 grep -q '"touched":8388608,' "$tmp/out"
	for sandbox in "$outer"/pagetouch-*; do :; done
	mkdir "$outer/elsewhere"
	echo 4M >"$outer/elsewhere/memory.limit_in_bytes"
	subject_in "$sandbox" >"$outer/elsewhere/cgroup.procs"
	finish
	[ "$status $(outcome)" = "137 oom-ancestor" ] || [ "$status $(outcome)" = "137 killed" ]
	ok $? "$place: moved out of the sandbox and killed elsewhere ($(outcome))"
	hasnt "$tmp/err" 'limit of its sandbox' "$place: that was not the sandbox's limit"
	eventually 5 rmdir "$outer/elsewhere"
done

# Where the log cannot be read: a kill that the subject has outlived was another's.
if [ -x "${DENY:-}" ] && ! sanitized && "$DENY" EPERM :/nonexistent true; then
	cat >"$tmp/blind" <<-'EOT'
		#!/bin/sh
		exec "$DENY" EPERM :/dev/kmsg "$PAGETOUCH" "$@"
	EOT
	chmod +x "$tmp/blind"
	hold "$tmp/blind" --limit 32M
	for sandbox in "$outer"/pagetouch-*; do :; done
	mine=$(subject_in "$sandbox")
	stranger_in "$sandbox"
	is "$?" 137 "no log: a stranger dies in the sandbox"
	# Who rests is looked at once a second, and twice is needed.
	sleep 2.5
	kill -9 "$mine"
	finish
	is "$status $(outcome)" "137 killed" "no log: that is not the subject's death"
	has "$tmp/out" 'the subject outlived 1 OOM kill counted in .*/pagetouch-' "no log: why not"
	# The control: its own comes later.
	: >"$tmp/out"
	"$tmp/within" "$tmp/blind" --json --no-guard --limit 32M --rate 10M/s 256M 4M >"$tmp/out" 2>"$tmp/err" &
	observer=$!
	eventually 20 grep -q '"touched":4194304,' "$tmp/out"
	for sandbox in "$outer"/pagetouch-*; do :; done
	stranger_in "$sandbox"
	stranger=$?
	finish
	is "$stranger $status $(outcome)" "137 137 oom-sandbox" "no log: control: it is killed after a stranger"
	has "$tmp/out" 'oom_kill went from 0 to 2' "no log: both are counted"
else
	skip "no log: a stranger dies in the sandbox" "the log cannot be denied here"
fi

# A subject that is kept from running: said, and ended by SIGTERM.
: >"$tmp/out"
echo 1 >"$outer/memory.oom_control"
"$tmp/within" "$PAGETOUCH" --json --limit 32M 256M 16M >"$tmp/out" 2>"$tmp/err" &
observer=$!
eventually 20 grep -q 'oom_kill_disable is set: nobody is killed' "$tmp/err"
ok $? "oom_kill_disable: it is said that nobody is killed"
kill -TERM "$observer"
finish
is "$status $(outcome)" "143 interrupted" "oom_kill_disable: SIGTERM ends it"
run_within "$PAGETOUCH" --no-guard 4M
has "$tmp/err" 'oom_kill_disable is set' "oom_kill_disable above: it is said before"
echo 0 >"$outer/memory.oom_control"
run_within "$PAGETOUCH" --no-guard 4M
hasnt "$tmp/err" 'oom_kill_disable' "control: nothing is said where it is not set"
hold "$PAGETOUCH"
mine=$(subject_in "$outer")
kill -STOP "$mine"
eventually 20 grep -q "subject (pid $mine) is stopped" "$tmp/err"
ok $? "a stopped subject: it is said"
kill -CONT "$mine"
kill -TERM "$observer"
finish
is "$status $(outcome)" "143 interrupted" "a stopped subject: it goes on"
hold "$PAGETOUCH"
sleep 1.5
kill -TERM "$observer"
finish
hasnt "$tmp/err" 'stopped:|frozen|oom_kill_disable' "control: who rests is not kept from running"
freezer=/sys/fs/cgroup/freezer$(sed -n 's/^[0-9]*:freezer:\(.*\)/\1/p' /proc/self/cgroup)/test-places.$$
if mkdir "$freezer" 2>/dev/null; then
	hold "$PAGETOUCH"
	mine=$(subject_in "$outer")
	echo "$mine" >"$freezer/cgroup.procs"
	echo FROZEN >"$freezer/freezer.state"
	eventually 20 grep -q "subject (pid $mine) is frozen" "$tmp/err"
	ok $? "a frozen subject: it is said"
	echo THAWED >"$freezer/freezer.state"
	kill -TERM "$observer"
	finish
	is "$status $(outcome)" "143 interrupted" "a frozen subject: thawed, it goes on"
	eventually 5 rmdir "$freezer"
else
	skip "a frozen subject" "no freezer of cgroups version 1"
fi

# A path of more than a record can hold.
deep=$outer
for i in 1 2 3 4 5; do
	deep=$deep/$(printf '%0230d' "$i")
done
if mkdir -p "$deep" 2>/dev/null; then
	run_within sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$deep" "$PAGETOUCH" --json --no-guard 256M 200M
	is "$status $(outcome)" "137 oom-ancestor" "a path of more than 1,000 bytes"
	has "$tmp/err" 'at the limit of memory cgroup .*/test-places.[0-9]* \(64.0 MiB\)' "and whose limit it was"
	eventually 5 rmdir "$deep"
	while [ "${deep%/*}" != "$outer" ]; do
		deep=${deep%/*}
		rmdir "$deep"
	done
else
	skip "a long path" "it cannot be made"
fi

done_testing
