# SPDX-License-Identifier: GPL-2.0-or-later
# limits.sh - whose limit killed the subject: its sandbox's, an ancestor's, or nobody's
# shellcheck shell=sh
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh

exact_growth() {
	run pagetouch --json --limit 96M --verify 48M 4M
	ends "--verify in a sandbox" completed 0
	case $(uname -r) in
	6.1.*) has "$err" 'RSS counters lag' "the lag of this kernel's RSS counters is noted" ;;
	*) echo "  lag of $(uname -r): $(grep -c 'RSS counters lag' "$err") note" ;;
	esac
	is "$(field exact) $(field grew)" "true 50331648" "and the growth is exact nevertheless"
}

own_limit() {
	for backing in private shared; do
		run pagetouch --json --limit 64M --$backing 1G 8M
		ends "own limit, $backing" oom-sandbox 137
		has "$out" 'oom_kill went from 0 to [1-9]' "own limit, $backing: the counter is the proof"
		has "$out" "kernel's log names the subject, for the limit of" \
			"own limit, $backing: the kernel's record"
		touched=$(field touched)
		[ "$touched" -gt 50331648 ] && [ "$touched" -le 67108864 ]
		ok $? "own limit, $backing: TOUCHED at death is near the limit ($touched)"
		group=$(sed -n 's/.*"after":{"cgroup":"\([^"]*\)".*/\1/p' "$out")
		explains "own limit, $backing" memcg
		run oomwhy --list --noheadings --cgroup "$group"
		has "$out" "^.* memcg .* $subject +pagetouch-subj .*$group\$" \
			"own limit, $backing: oomwhy finds it by the sandbox"
	done
	run pagetouch -q --limit 64M --expect oom 1G
	is "$status" 0 "own limit: --expect oom is met"
}

parents_limit() {
	limited outer 96M
	run within outer pagetouch --json --no-guard 1G 8M
	ends "parent's limit, no --limit" oom-ancestor 137
	has "$err" 'limit of memory cgroup /outer \(96.0 MiB\)' "parent's limit: it is named"
	run within outer pagetouch --json --no-guard --limit 256M 1G 8M
	ends "parent's limit, larger --limit" oom-ancestor 137
	has "$err" 'limit of memory cgroup /outer \(96.0 MiB\)' "parent's limit, larger --limit: it is named"
	run within outer pagetouch --json --no-guard --limit 32M 1G 8M
	ends "parent's limit, smaller --limit" oom-sandbox 137
	run within outer pagetouch --json --limit 256M 1G 8M
	ends "parent's limit, larger --limit, guard" guard 3
	grandparents_limit
	rmdir "$root/outer"
	ok $? "parent's limit: that cgroup is free again"
}

grandparents_limit() {
	echo +memory >"$root/outer/cgroup.subtree_control"
	mkdir "$root/outer/inner"
	run within outer/inner pagetouch --json --no-guard --shared 1G 8M
	ends "grandparent's limit, shared" oom-ancestor 137
	has "$err" 'limit of memory cgroup /outer \(96.0 MiB\)' "grandparent's limit: it is named"
	rmdir "$root/outer/inner"
}

oom_group() {
	limited group 64M
	echo 1 >"$root/group/memory.oom.group"
	run within group pagetouch --json --no-guard 1G 4M
	has "$err" 'memory.oom.group is set' "oom.group: the observer is warned"
	is "$status $(grep -c '"record":"verdict"' "$out")" "137 0" \
		"oom.group: an observer that shares the group dies too, without a verdict"
	[ "$(grep -c '"record":"sample"' "$out")" -ge 10 ]
	ok $? "oom.group: but its rows so far are there"
	clean oom.group
	run within group pagetouch --json --no-guard --limit 32M 1G 4M
	ends "oom.group, with a sandbox" oom-sandbox 137
	rmdir "$root/group"
}

throttled() {
	run timeout -s INT 20 pagetouch --json --limit 64M --high 16M --expect interrupted 1G 1M
	is "$(field outcome) $(field exit_status)" "interrupted 0" "memory.high: not OOM, but interrupted"
	said
	grep -hE 'throttled|memory.high' "$out" "$err" | grep -v '"record":"sample"' | head -n 4
	has "$err" 'throttled at memory.high: slow, not hung' "memory.high: throttling is noted at once"
	clean memory.high
	run pagetouch --json --limit 64M --high 16M --expect ok 17M 1M
	ends "memory.high, a little above" completed 0
	has "$out" '"record":"verdict".*[Tt]hrottled' "memory.high: the verdict says throttled"
}

# Version 2 kills when a new limit is below what cannot be reclaimed.
lowered() {
	run pagetouch --json --limit 96M --then limit:24M --then hold:1s 64M 16M
	ends "limit lowered below what is in use" oom-sandbox 137
	is "$(field limit) $(field step)" "25165824 limit:24M" "limit lowered: the record has the new limit"
	has "$err" 'limit of its sandbox \(24.0 MiB\) .*, in step limit:24M' "limit lowered: so has the message"
	has "$out" 'oom_kill went from 0 to 1' "limit lowered: the counter is the proof"
	is "$(grep -c '"step":"limit:24M"' "$out")" 1 "limit lowered: no row is shown of a dead process"
	run pagetouch --json --limit 96M --then fork:write --then limit:24M --expect oom 32M 16M
	is "$(field outcome) $status" "oom-sandbox 0" "limit lowered, with a child: the same"
	clean "limit lowered, with a child"
	run pagetouch --json --limit 24M --then limit:96M --then fork:write 20M 10M
	ends "limit raised" completed 0
	is "$(field limit)" 100663296 "limit raised: the record has it"
	limited outer 48M
	run within outer pagetouch --json --no-guard --limit 24M --then limit:96M --then fork:write 22M 11M
	ends "limit raised, but not the parent's" completed 0
	run within outer pagetouch --json --no-guard --limit 24M --then limit:96M --then fork:write \
		--then fork:write 22M 11M
	ends "limit raised above the parent's" oom-ancestor 137
	has "$err" 'limit of memory cgroup /outer \(48.0 MiB\)' "limit raised above the parent's: it is named"
	rmdir "$root/outer"
	run pagetouch --json --limit 96M --high 96M --then free --then high:16M -o +LAZYFREE 48M 12M
	ends "memory.high lowered" completed 0
	has "$out" '"step":"high:16M"' "memory.high lowered: its row"
	[ "$(field grew)" -lt 18874368 ]
	ok $? "memory.high lowered: what was given up is taken ($(field grew) are left)"
}

# by_hand NAME OPTION...: the same SIGKILL, but not from the OOM killer.
by_hand() {
	by_hand_name=$1
	shift
	hold "$@"
	kill -9 "$(field pid "$out" | head -n 1)"
	ended
	ends "$by_hand_name" killed 137
}

# tester CGROUP [OPTION]: a run by an ordinary user in that cgroup.
tester() {
	run within "$1" su tester -c "exec pagetouch --json --limit 32M ${2:-} 1G 4M"
}

delegated() {
	mkdir "$root/delegated" "$root/foreign"
	chown tester "$root/delegated" "$root/delegated/cgroup.procs" \
		"$root/delegated/cgroup.threads" "$root/delegated/cgroup.subtree_control"
	tester delegated
	ends "unprivileged, alone in a delegated cgroup" oom-sandbox 137
	tester delegated --shared
	ends "unprivileged, shared" oom-sandbox 137
	mkdir "$root/delegated/work"
	chown -R tester "$root/delegated/work"
	echo +memory >"$root/delegated/cgroup.subtree_control"
	tester delegated/work
	ends "unprivileged, in a child of a delegated cgroup" oom-sandbox 137
	tester foreign
	is "$status" 125 "unprivileged, outside: exit 125"
	has "$err" 'no memory cgroup can be had here' "unprivileged, outside: the refusal"
	has "$err" 'no systemd runs here that could give one: run .sudo pagetouch --limit' "unprivileged, outside: what would work"
	clean "unprivileged, outside"
	rmdir "$root/delegated/work" "$root/delegated" "$root/foreign"
}

# Where the memory controller is not enabled for the children, root has to enable it.
not_enabled() {
	echo -memory >"$root/cgroup.subtree_control"
	run pagetouch --json --limit 32M 1G 4M
	ends "root, memory not enabled for children" oom-sandbox 137
	echo +memory >"$root/cgroup.subtree_control"
}

# gone_observer SIGNAL STATUS: nothing outlives the observer.
gone_observer() {
	hold --limit 64M
	kill -s "$1" "$observer"
	ended
	is "$status" "$2" "SIG$1 to the observer: exit status $2"
	if [ "$1" = KILL ]; then
		eventually 5 no_process
		ok $? "SIG$1 to the observer: no process is left"
		run pagetouch --json --limit 64M 8M
		ends "the run after it" completed 0
	else
		clean "SIG$1 to the observer"
	fi
}

exact_growth
own_limit
parents_limit
oom_group
throttled
lowered
by_hand "SIGKILL by hand in a sandbox" --limit 64M
by_hand "SIGKILL by hand without one" --no-guard
gone_observer TERM 143
gone_observer KILL 137
delegated
not_enabled
