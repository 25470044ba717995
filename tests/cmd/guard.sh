#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# guard.sh - stop before the machine or a memory cgroup runs out; N% sizes
. "${srcdir:=.}/tests/lib.sh"

# recorded TOTAL AVAILABLE (MiB): a machine's tree without cgroups in $tmp/root.
recorded() {
	rm -rf "$tmp/root"
	mkdir -p "$tmp/root/proc/sys/vm" "$tmp/root/proc/self"
	printf 'MemTotal: %d kB\nMemFree: 1 kB\nMemAvailable: %d kB\nSwapTotal: 0 kB\nCommitLimit: 1 kB\nCommitted_AS: 1 kB\n' \
		$(($1 * 1024)) $(($2 * 1024)) >"$tmp/root/proc/meminfo"
	echo 0 >"$tmp/root/proc/sys/vm/overcommit_memory"
	echo 0 >"$tmp/root/proc/sys/vm/panic_on_oom"
	: >"$tmp/root/proc/self/cgroup"
	: >"$tmp/root/proc/self/mountinfo"
}
replay() {
	status=0
	PAGETOUCH_ROOT="$tmp/root" "$PAGETOUCH" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}
touched() {
	tail -n 1 "$tmp/out" | field touched /dev/stdin
}

recorded 8192 600
replay --json 8M
is "$status" 3 "600 MiB of 8 GiB available: under the reserve of 10 %, so stop"
is "$(touched)" 0 "before the first page"
has "$tmp/err" 'MemAvailable is down to 600 MiB, and 819 MiB stay in reserve' "it says where and why"
has "$tmp/err" '--no-guard' "and how to go on"
has "$tmp/out" '"outcome":"guard","exit_status":3' "the verdict"
replay -q --no-guard 8M
is "$status" 0 "--no-guard goes on"
recorded 4096 520
replay --json 64M
is "$status" 0 "the recorded MemAvailable does not sink: within 8 MiB of headroom a check grants it again"
scarce='^pagetouch: note: 64.0 MiB are to become resident, but the guard lets only 8.0 MiB be used now \(MemAvailable\)'
has "$tmp/err" "$scarce; --touch 0 shows VSZ alone\$" "a note says what may be used, and how to see VSZ"
replay --lock 64M --touch 4K
has "$tmp/err" "$scarce\$" "what is locked is resident without touching"
for quiet in '--touch 0 64M' '--access read 64M' '8M' '--no-guard 64M' '-q 64M'; do
	# shellcheck disable=SC2086 # words
	replay $quiet
	hasnt "$tmp/err" note "no note: $quiet"
done
recorded 4096 512
replay --json 64M
is "$status" 3 "512 MiB is the least reserve"
recorded 512 300
replay -q 64K
is "$status" 0 "a machine of 512 MiB can be used"

recorded 8192 4000
replay --json --touch 0 50%
is "$(field size "$tmp/out" | head -n 1)" $((2000 * 1048576)) "50% of MemAvailable"
replay --json --touch 0 12.5%
is "$(field size "$tmp/out" | head -n 1)" $((500 * 1048576)) "12.5%"
echo 1 >"$tmp/root/proc/sys/vm/panic_on_oom"
replay --json 64K
is "$status" 3 "vm.panic_on_oom: refused"
empty "$tmp/out" "before anything is mapped"
has "$tmp/err" 'vm.panic_on_oom is 1' "with the reason"

# A recorded cgroup v2 tree: the parent's limit is the tightest.
recorded 8192 4000
echo '0::/a.slice/b.service' >"$tmp/root/proc/self/cgroup"
echo '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw' >"$tmp/root/proc/self/mountinfo"
mkdir -p "$tmp/root/sys/fs/cgroup/a.slice/b.service"
parent=$tmp/root/sys/fs/cgroup/a.slice
for level in "$parent" "$parent/b.service"; do
	echo max >"$level/memory.max"
	echo max >"$level/memory.high"
	echo $((100 * 1048576)) >"$level/memory.current"
	printf 'anon 1\ninactive_file %d\nactive_file 7\n' $((20 * 1048576)) >"$level/memory.stat"
done
echo $((180 * 1048576)) >"$parent/memory.max"
replay --json --touch 0 50%
is "$(field size "$tmp/out" | head -n 1)" $((50 * 1048576)) "50% of the parent's room: 180 - (100 - 20) MiB"
echo $((82 * 1048576)) >"$parent/memory.max"
replay --json 64M
is "$status" 3 "2 MiB of room in the parent: stop"
has "$tmp/err" 'memory cgroup /a.slice \(limit 82.0 MiB\) has 2.0 MiB left' "the parent is named"

# The real machine: a memory cgroup of 64 MiB, version 1, where we may make one.
v1=/sys/fs/cgroup/memory
cgroup=$v1/pagetouch-test-guard.$$
if [ -w $v1/cgroup.procs ] && mkdir "$cgroup" 2>/dev/null; then
	trap 'rmdir "$cgroup" 2>/dev/null; cleanup' EXIT
	echo 64M >"$cgroup/memory.limit_in_bytes"
	for backing in --private --shared; do
		status=0
		sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cgroup" \
			"$PAGETOUCH" --json "$backing" 256M 1M >"$tmp/out" 2>"$tmp/err" || status=$?
		is "$status" 3 "256 MiB in a cgroup of 64 MiB: the guard stops it ($backing)"
		[ "$(touched)" -gt $((32 * 1048576)) ] && [ "$(touched)" -lt $((64 * 1048576)) ]
		ok $? "near the limit ($backing: $(touched))"
		has "$tmp/err" "memory cgroup .*/pagetouch-test-guard.$$ \(limit 64.0 MiB\)" "the cgroup is named ($backing)"
		has "$tmp/err" "note: 256 MiB are .* \(memory cgroup .*/pagetouch-test-guard.$$\)" "and noted before ($backing)"
	done
	# Whatever needs the memory: locking, populating, a step, a child.
	guarded() {
		status=0
		sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cgroup" \
			"$PAGETOUCH" --json "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
		is "$status" 3 "the guard stops: $*"
	}
	guarded --lock 256M
	guarded --access populate-write -t 2 256M
	guarded --memfd --access read -t 2 256M
	guarded --touch 1M 256M --then touch:write
	has "$tmp/err" 'in step touch:write: memory cgroup' "in a step, which is named"
	guarded 40M --then fork:write
	# It takes time to give all of that back.
	eventually 5 sh -c "[ \$(cat '$cgroup/memory.usage_in_bytes') -lt 8388608 ]"
	status=0
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cgroup" \
		"$PAGETOUCH" -q --file "$tmp/sparse" --access read 256M >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status" 0 "page cache that can be dropped does not stop it"
	is "$(sed -n 's/^oom_kill \(.*\)/\1/p' "$cgroup/memory.oom_control")" 0 "nobody was OOM-killed"
	status=0
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cgroup" \
		"$PAGETOUCH" --json --touch 0 100% >"$tmp/out" 2>"$tmp/err" || status=$?
	size=$(field size "$tmp/out" | head -n 1)
	[ "$size" -gt $((48 * 1048576)) ] && [ "$size" -le $((64 * 1048576)) ]
	ok $? "100% in it is what is left of 64 MiB ($size)"
	eventually 5 rmdir "$cgroup"
	ok $? "the cgroup is free again"
else
	skip "a real memory cgroup" "no cgroup v1 memory controller that this user may write"
fi

done_testing
