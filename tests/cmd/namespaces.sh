#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# namespaces.sh - other namespaces than those of /proc and of the cgroup file system, privilege that
# the caller has not, and trees that never end
# shellcheck disable=SC2016 # what inner shells expand; what is called by name
. "${srcdir:=.}/tests/lib.sh"

for program in timeout mount umount; do
	command -v $program >/dev/null || skip_all "no $program"
done

# try COMMAND...: as run, but of any command, and for 60 seconds at most.
try() {
	status=0
	timeout 60 "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

# systemd COMMAND...: where systemd and the memory controller of cgroup v2 seem to be.
systemd() {
	timeout 60 unshare -m sh -c 'umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup &&
		mount -t tmpfs none /run && mkdir -p /run/systemd/system && exec "$@"' - "$@" </dev/null
}
# refused COMMAND...: ends with 125, what it says is in $tmp/err.
refused() {
	status=0
	systemd "$@" "$PAGETOUCH" --limit 32M 4M >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status" 125 "$*"
}
user="setpriv --reuid=65534 --regid=65534 --clear-groups env -u DBUS_SESSION_BUS_ADDRESS"
has_scopes=0
if can_drop && grep -q sd_bus_open_user "$PAGETOUCH" && ! systemd sh -c '
	grep -w memory /sys/fs/cgroup/cgroup.controllers' >/dev/null 2>&1; then
	has_scopes=1
	# A bus that is silent: ten seconds, beside all else.
	silent=unixexec:path=/bin/sleep,argv1=50
	systemd env DBUS_SYSTEM_BUS_ADDRESS=$silent "$PAGETOUCH" --limit 32M 4M 2>"$tmp/silent" &
	silent_root=$!
	# shellcheck disable=SC2086 # several words
	systemd $user DBUS_SESSION_BUS_ADDRESS=$silent "$PAGETOUCH" --limit 32M 4M 2>"$tmp/silent-user" &
	silent_user=$!
fi

# /proc of another pid namespace: refused. Of our own: not.
if unshare -p -f --mount-proc true 2>/dev/null; then
	try unshare -p -f "$PAGETOUCH" -q 1M
	is "$status" 125 "/proc of the outer pid namespace"
	has "$tmp/err" '/proc shows another pid namespace' "is named"
	has "$tmp/err" 'unshare --mount-proc' "and so is the way out"
	try env ASAN_OPTIONS=detect_leaks=0 unshare -p "$PAGETOUCH" -q 1M
	is "$status" 125 "children in another pid namespace"
	has "$tmp/err" 'our children are born in another pid namespace' "are named"
	try unshare -p -f --mount-proc "$PAGETOUCH" -q 1M
	is "$status" 0 "control: /proc of our own"
	try unshare -m sh -c 'mount -t proc -o hidepid=2 proc /proc && exec "$@"' - "$PAGETOUCH" -q 1M
	is "$status" 0 "control: /proc with hidepid=2"
	# The number outside is made the same as that inside.
	try unshare -m -p -f sh -c 'for try in 1 2 3 4 5 6 7 8; do "$1" -q 1M || exit; done' - "$PAGETOUCH"
	is "$status" 125 "whatever the numbers"
	if unshare -m sh -c 'mount -t proc -o subset=pid proc /proc' 2>/dev/null; then
		try unshare -m sh -c 'mount -t proc -o subset=pid proc /proc && exec "$@"' - "$PAGETOUCH" -q 1M
		is "$status" 125 "/proc with subset=pid"
		has "$tmp/err" 'subset=pid' "is named"
	else
		skip "/proc with subset=pid" "this kernel does not know it (before 5.8)"
	fi
else
	skip "pid namespaces" "none can be made here"
fi

# A cgroup namespace that sees the mount of its host: the limit around it holds.
own=$(sed -n 's/^[0-9]*:memory:\(.*\)/\1/p' /proc/self/cgroup)
outer=/sys/fs/cgroup/memory$own/test-namespaces.$$
if [ -n "$own" ] && unshare -C -m true 2>/dev/null && mkdir "$outer" 2>/dev/null; then
	trap 'rmdir "$outer" 2>/dev/null; cleanup' EXIT
	echo 40M >"$outer/memory.limit_in_bytes"
	# within COMMAND...: in a cgroup of 40 MiB and a cgroup namespace of its own.
	within() {
		try sh -c 'echo $$ >"$0/cgroup.procs" && exec unshare -C "$@"' "$outer" "$@"
	}
	within "$PAGETOUCH" -q 200M 200M
	is "$status" 3 "the guard sees the limit of the namespace's cgroup"
	has "$tmp/err" "memory cgroup .*/test-namespaces.$$ \(limit 40.0 MiB\)" "and names it"
	within "$PAGETOUCH" --json 50%
	size=$(field size "$tmp/out" | head -n 1)
	[ "${size:-0}" -gt $((10 * 1048576)) ] && [ "$size" -le $((20 * 1048576)) ]
	ok $? "50% is of what it leaves ($size)"
	within "$PAGETOUCH" -v --limit 16M --expect oom-sandbox 64M
	is "$status" 0 "a sandbox in it"
	has "$tmp/err" "its sandbox is .*/test-namespaces.$$/pagetouch-[0-9a-f]{16}, " "is made inside"
	within "$PAGETOUCH" --no-guard --json --limit 200M 1G 64M
	is "$(tail -n 1 "$tmp/out" | field outcome /dev/stdin)" oom-ancestor "and does not escape its limit"
	is "$(find "$outer" -mindepth 1 -type d)" '' "nothing is left in it"
	# The file system of the namespace itself, mounted in place of that of the host.
	try sh -c 'echo $$ >"$0/cgroup.procs" && exec unshare -C -m "$@"' "$outer" sh -c \
		'umount /sys/fs/cgroup/memory && mount -t cgroup -o memory none /sys/fs/cgroup/memory && exec "$@"' - "$PAGETOUCH" -q 200M 200M
	is "$status" 3 "with a mount of its own the guard sees it, too"
	has "$tmp/err" 'limit 40.0 MiB' "by its limit"
	eventually 5 rmdir "$outer"
	ok $? "that cgroup is free again"
	# The part of the tree that is shown is not ours.
	try unshare -m sh -c 'mkdir "$0" && mount --bind "$0" /sys/fs/cgroup/memory && "$@"; s=$?; umount /sys/fs/cgroup/memory; rmdir "$0"; exit $s' \
		"$outer" "$PAGETOUCH" -q 1M
	is "$status" 125 "a mount that does not show our cgroup"
	has "$tmp/err" 'does not show ours' "is named"
	[ ! -d "$outer" ] || rmdir "$outer"
else
	skip "cgroup namespaces" "no cgroup v1 memory controller that this user may write, or no namespaces"
fi

# More privilege than the caller has: refused. What looks for leaks cannot run like that, nor
# be told not to.
if grep -q '__asan_' "$PAGETOUCH"; then
	skip "set-user-ID" "a program that looks for leaks"
elif can_drop && cp "$PAGETOUCH" "$tmp/raised" 2>/dev/null && head -c 4 "$tmp/raised" | grep -q ELF &&
	! findmnt -n -o OPTIONS -T "$tmp" | grep -q nosuid; then
	for mode in 4755 2755; do
		chmod "$mode" "$tmp/raised"
		status=0
		as_nobody "$tmp/raised" -q 1M >"$tmp/out" 2>"$tmp/err" || status=$?
		is "$status" 125 "mode $mode is refused"
		has "$tmp/err" 'will not run set-user-ID' "and said"
	done
	chmod 755 "$tmp/raised"
	status=0
	as_nobody "$tmp/raised" -q 1M >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status" 0 "control: without the bits it runs"
else
	skip "set-user-ID" "not root, a program that is not the binary itself, or nosuid"
fi

# A recorded tree with what never ends.
mkdir -p "$tmp/tree/proc/self"
for kind in fifo zero directory; do
	rm -rf "$tmp/tree/proc/meminfo"
	case $kind in
	fifo) mkfifo "$tmp/tree/proc/meminfo" ;;
	zero) ln -s /dev/zero "$tmp/tree/proc/meminfo" ;;
	directory) mkdir "$tmp/tree/proc/meminfo" ;;
	esac
	try env PAGETOUCH_ROOT="$tmp/tree" "$PAGETOUCH" -q 1M
	is "$status" 125 "meminfo that is a $kind"
	has "$tmp/err" 'cannot read /proc/meminfo' "is an error"
done
rm -rf "$tmp/tree/proc/meminfo"
cat /proc/meminfo >"$tmp/tree/proc/meminfo"
mkfifo "$tmp/tree/proc/self/cgroup"
try env PAGETOUCH_ROOT="$tmp/tree" "$PAGETOUCH" -q 1M
is "$status" 125 "a cgroup file that is a fifo"
rm "$tmp/tree/proc/self/cgroup"
try env PAGETOUCH_ROOT="$tmp/tree" "$PAGETOUCH" -q 1M
is "$status" 0 "control: without it"

# A user's systemd that is not there, or does not answer.
if [ "$has_scopes" -eq 1 ]; then
	# shellcheck disable=SC2086 # several words
	{
		refused $user -u XDG_RUNTIME_DIR
		has "$tmp/err" 'systemd cannot be found: XDG_RUNTIME_DIR is not set' "is said to be why"
		has "$tmp/err" 'enable-linger 65534.*XDG_RUNTIME_DIR=/run/user/65534' "and what to do"
		refused $user XDG_RUNTIME_DIR=/nonexistent
		has "$tmp/err" "user's systemd does not run" "is said to be why"
	}
	refused env DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent
	hasnt "$tmp/err" 'log in as this user|XDG_RUNTIME_DIR' "control: root is not told to log in"
	status=0 && wait "$silent_user" || status=$?
	is "$status" 125 "a user's bus that is silent"
	has "$tmp/silent-user" 'systemd did not answer in time' "is said to be why"
	has "$tmp/silent-user" 'systemctl --user list-jobs' "and where to look"
	status=0 && wait "$silent_root" || status=$?
	is "$status" 125 "a system bus that is silent"
	has "$tmp/silent" "see 'systemctl list-jobs'" "is looked for elsewhere"
else
	skip "a systemd that gives no scope" "no user, no libsystemd, or a memory controller of v2 here"
fi

done_testing
