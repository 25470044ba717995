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

# deny NUMBER COMMAND...: a filter that answers EPERM to the system call, as containers have them.
cat >"$tmp/deny" <<'EOT2'
my ($prctl, $denied) = map { $_ + 0 } splice @ARGV, 0, 2;
my $filter = pack "(SCCL)4", 0x20, 0, 0, 0, 0x15, 0, 1, $denied, 6, 0, 0, 0x50001, 6, 0, 0, 0x7fff0000;
my $program = pack "Sx![P]P", 4, $filter;
syscall($prctl, 38, 1, 0, 0, 0) == 0 && syscall($prctl, 22, 2, $program) == 0 or exit 77;
exec @ARGV;
EOT2
case $(uname -m) in
x86_64) prctl=157 calls="flock:73 kill:62 fsetxattr:190 unlinkat:263 pidfd_open:434 clone3:435" ;;
aarch64) prctl=167 calls="flock:32 kill:129 fsetxattr:7 unlinkat:35 pidfd_open:434 clone3:435" ;;
*) prctl=0 calls= ;;
esac
if [ -n "$calls" ] && perl "$tmp/deny" "$prctl" 65535 true 2>/dev/null; then
	for call in $calls; do
		inside perl "$tmp/deny" "$prctl" "${call#*:}" "$PAGETOUCH" -q --no-guard --limit 32M --expect oom-sandbox 64M 16M
		[ "$status" -eq 0 ] || [ "$status" -eq 125 ]
		ok $? "${call%:*} denied: the run ends as it should ($status)"
		if [ "${call%:*}" = unlinkat ]; then
			has "$tmp/err" 'the sandbox stays: Operation not permitted' "unlinkat denied: it is said"
			find "$outer" -depth -name 'pagetouch*' -type d -exec rmdir {} \;
		fi
		nothing_left "${call%:*} denied"
	done
else
	skip "system calls denied" "no perl, or no filter for this machine"
fi
leave
ok $? "those cgroups are free again"

done_testing
