#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# denied.sh - sandboxes where a system call or a descriptor is not to be had: the run ends, and no
# cgroup is left at any level
# shellcheck disable=SC2016 # what inner shells expand
. "${srcdir:=.}/tests/lib.sh"

own=$(sed -n 's/^[0-9]*:memory:\(.*\)/\1/p' /proc/self/cgroup)
outer=/sys/fs/cgroup/memory$own/test-denied.$$
{ [ -n "$own" ] && mkdir -p "$outer/middle/inner" 2>/dev/null; } ||
	skip_all "no cgroup v1 memory controller that this user may write"
leave() {
	eventually 5 rmdir "$outer/middle/inner" "$outer/middle" "$outer" 2>/dev/null
}
trap 'leave; cleanup' EXIT

# The root of a cgroup namespace is the highest level: all levels are ours.
space=
! unshare -C true 2>/dev/null || space='unshare -C'

# inside COMMAND...: two levels below that root, for 60 seconds at most.
inside() {
	status=0
	timeout -k 1 60 sh -c 'echo $$ >"$0/cgroup.procs" && exec '"$space"' sh -c '"'"'
		echo $$ >"$0/middle/inner/cgroup.procs" && exec "$@"'"'"' "$0" "$@"' "$outer" "$@" \
		>"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}
# nothing_left NAME
nothing_left() {
	is "$(find "$outer" -name 'pagetouch*' -type d)" '' "$1: no cgroup is left (exit $status)"
}

for files in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 20; do
	inside prlimit --nofile="$files" "$PAGETOUCH" -q --limit 32M 1M
	case $status in
	0 | 125) ;;
	127) continue ;;	# not even its libraries can be opened
	*) ok 1 "ulimit -n $files: exit $status" && continue ;;
	esac
	if [ "$status" -ne 0 ] && ! grep -q 'ulimit -n' "$tmp/err"; then
		ok 1 "ulimit -n $files: the limit is named: $(head -n 1 "$tmp/err")"
	fi
	nothing_left "ulimit -n $files"
done

# "ERRNO CALLS STATUS PATTERN": how a run ends to which a filter denies these, as containers do, and
# what it says.
if [ ! -x "${DENY:-}" ]; then
	skip "system calls denied" "the helper is there only where the program was built"
elif sanitized || ! "$DENY" EPERM flock true; then
	skip "system calls denied" "a sanitizer needs some of them, or no filter can be had here"
else
	while read -r error calls wanted pattern; do
		inside "$DENY" "$error" "$calls" "$PAGETOUCH" --no-guard --limit 32M 64M 16M
		is "$status" "$wanted" "$calls: $error"
		has "$tmp/err" "$pattern" "$calls: $error: it is said"
		if [ "$calls" = unlinkat ]; then
			inside "$PAGETOUCH" -q --limit 32M 1M
			hasnt "$tmp/err" 'stays' "what had to stay goes with the next run"
		fi
		nothing_left "$calls: $error"
	done <<-EOF
		EPERM kill,pidfd_send_signal 137 OOM-killed at the limit of its sandbox
		EPERM flock,fsetxattr 137 OOM-killed at the limit of its sandbox
		ENOSYS clone3 137 OOM-killed at the limit of its sandbox
		EPERM unlinkat 137 the sandbox stays: Operation not permitted
	EOF
fi

# "ERRNO TEXT STATUS ARGUMENTS: PATTERN": what has TEXT in its path cannot be opened, below a limit.
if [ ! -x "${DENY:-}" ] || sanitized || ! "$DENY" EPERM :/nonexistent true; then
	skip "paths denied" "they cannot be denied here"
elif ! echo 64M >"$outer/middle/memory.limit_in_bytes"; then
	skip "paths denied" "no limit can be set here"
else
	middle="cgroup [^ ]*test-denied.$$/middle"
	while read -r error text wanted arguments; do
		# shellcheck disable=SC2086 # several arguments
		inside "$DENY" "$error" ":$text" "$PAGETOUCH" ${arguments%%:*}
		is "$status" "$wanted" "${arguments%%:*}: $text: $error"
		has "$tmp/err" "${arguments#*: }" "${arguments%%:*}: $text: $error: it is said"
		nothing_left "$text: $error"
	done <<-EOF
		EACCES /smaps_rollup 125 -q 1M: cannot read the subject's smaps_rollup: Permission denied
		EPERM /smaps_rollup 125 -q 1M: cannot read the subject's smaps_rollup: Operation not permitted
		EACCES /status 125 -q 1M: cannot read the subject: Permission denied
		EACCES /middle/memory.limit 125 -q 1M: memory is left in memory $middle: Permission denied
		EPERM /middle/memory.usage 125 -q 1M: memory is left in memory $middle: Operation not permitted
		EACCES /middle/memory.limit 125 -q 1%: memory is left in memory $middle: Permission denied
		EACCES memory.limit_in 125 --limit 32M 1M: whose limit or usage cannot be read: Permission denied
		EACCES memory.stat 125 --limit 32M -o +CGANON 1M: cannot read the sandbox's memory: Permission denied
		EPERM memory.usage 125 --no-guard --limit 32M -o +CGUSE 1M: cannot read the sandbox's memory: Operation
		EACCES /maps 125 --no-guard 300T: which limit it was is not known
		EACCES /middle/memory.stat 0 1M: by smaps_rollup
		EACCES /middle/memory.limit 0 --no-guard 1M: by smaps_rollup
		EACCES /dev/kmsg 137 -v --no-guard --limit 16M 32M 16M: log was not read ./dev/kmsg: Permission denied
		EPERM /dev/kmsg 137 -v --no-guard --limit 16M 32M 16M: not permitted; it needs CAP_SYSLOG where
		EACCES memory.oom_control 137 --no-guard --limit 16M 32M 16M: exit status 137
		EACCES /vmstat 137 --no-guard --limit 16M 32M 16M: OOM-killed at the limit of its sandbox
	EOF
fi
if [ -x "${DENY:-}" ] && "$DENY" EPERM :/nonexistent true; then
	inside "$DENY" EACCES :/oom_score "$PAGETOUCH" --csv -o +OOMSCORE 1M
	hasnt "$tmp/out" ',[0-9]+$' "an oom_score that cannot be read is no number"
	inside "$PAGETOUCH" --csv -o +OOMSCORE 1M
	has "$tmp/out" ',[0-9]+$' "control: it is one where it can"
fi
leave
ok $? "those cgroups are free again"

done_testing
