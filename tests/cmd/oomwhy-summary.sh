#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# oomwhy-summary.sh - many kills added up
. "${srcdir:=.}/tests/lib.sh"

TZ=UTC
export TZ
# kill_of TIME HOST CGROUP PID COMM ANON_KIB: what the kernel logs of a kill at a limit of 64 MiB.
kill_of() {
	cat <<END
$1 $2 kernel: $5 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
$1 $2 kernel: memory: usage 65536kB, limit 65536kB, failcnt 12
$1 $2 kernel: oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=$3,task_memcg=$3,task=$5,pid=$4,uid=0
$1 $2 kernel: Memory cgroup out of memory: Killed process $4 ($5) total-vm:99999kB, anon-rss:$6kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:0kB oom_score_adj:0
END
}

pod=/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod8d5f2a31_1111_4222_8333_944444444444.slice
pod=$pod/cri-containerd-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope
{
	kill_of 2026-11-24T10:00:00+00:00 web1 /system.slice/a.service 101 java 1024
	kill_of 2026-11-24T11:00:00+00:00 web2 /system.slice/a.service 101 java 4096
	kill_of 2026-11-25T12:00:00+00:00 web1 /system.slice/b.service 103 perl 2048
	kill_of 2026-11-26T13:00:00+00:00 web1 /system.slice/a.service 104 python 512
	kill_of 2026-11-26T14:00:00+00:00 web3 $pod 105 node 128
} >"$tmp/log"

# table BY...: the rows of --summary=BY, one blank between cells.
table() {
	by=$1
	shift
	run_oomwhy --summary="$by" "$@" "$tmp/log"
	sed 's/  */ /g; s/^ //; s/ $//' "$tmp/out"
}

is "$(table unit)" "UNIT KILLS SHARE FIRST LAST LARGEST LIMIT
a.service 3 60% 2026-11-24T10:00:00 2026-11-26T13:00:00 4.0M 64.0M
Kubernetes pod 8d5f2a31-1111-4222-8333-944444444444 (burstable), container 0123456789ab 1 20% 2026-11-26T14:00:00 2026-11-26T14:00:00 128K 64.0M
b.service 1 20% 2026-11-25T12:00:00 2026-11-25T12:00:00 2.0M 64.0M" "by unit, the most kills first"
run_oomwhy --summary "$tmp/log"
is "$status" 0 "that is a success"
is "$(sed -n '2s/ .*//p' "$tmp/out")" a.service "unit is the default"
is "$(table host -o key,kills)" "HOST KILLS
web1 3
web3 1
web2 1" "by host; of as many the latest first"
is "$(table pod --noheadings -o key,kills)" "- 4
8d5f2a31-1111-4222-8333-944444444444 1" "by pod"
is "$(table comm --noheadings -o kills,key | tr '\n' ' ')" "2 java 1 node 1 python 1 perl " "by name"
is "$(table cause --noheadings -o +reports)" "memcg 5 100% 2026-11-24T10:00:00 2026-11-26T14:00:00 4.0M 64.0M 5" "by cause"
is "$(table day --noheadings -o key,kills,largest -B | tr '\n' ' ')" \
	"2026-11-26 2 524288 2026-11-24 2 4194304 2026-11-25 1 2097152 " "by day, in bytes"
TZ=Pacific/Auckland
is "$(table day --noheadings -o key | sort -u | tr '\n' ' ')" "2026-11-24 2026-11-25 2026-11-26 2026-11-27 " \
	"a day begins where one lives"
TZ=UTC
is "$(table unit --since '2026-11-26' --noheadings -o key,kills,first | head -n 1)" \
	"Kubernetes pod 8d5f2a31-1111-4222-8333-944444444444 (burstable), container 0123456789ab 1 2026-11-26T14:00:00" \
	"only what was asked for"
is "$(table host --last 2 --noheadings -o key,kills | tr '\n' ' ')" "web3 1 web1 1 " "the last of them, of all hosts"
run_oomwhy --list --noheadings "$tmp/log"
is "$(cut -d ' ' -f 1 "$tmp/out")" "$(cut -d ' ' -f 1 "$tmp/out" | sort)" "reports of several hosts come in the order of their dates"
run_oomwhy --summary=host --json "$tmp/log"
is "$(head -n 1 "$tmp/out")" '{"record":"summary","by":"host","key":"web1","others":false,"kills":3,"share":0.600,"reports":3,"first":"2026-11-24T10:00:00Z","last":"2026-11-26T13:00:00Z","largest":2097152,"limit":67108864}' "as records"
run_oomwhy --summary=host /dev/null
is "$status" 1 "no report"
has "$tmp/err" 'no report of the OOM killer was found' "is said"
empty "$tmp/out" "and no table is printed"
run_oomwhy --summary=moon "$tmp/log"
is "$status" 2 "by what is not known"
has "$tmp/err" 'write --summary=unit, ' "what there is"
run_oomwhy --summary -o key,moon "$tmp/log"
is "$status" 2 "a column that is not known"
has "$tmp/err" 'the columns are KEY, KILLS' "which there are"

# Whom they concern.
mkdir -p "$tmp/node/var/log/pods/shop_web-0_8d5f2a31-1111-4222-8333-944444444444" "$tmp/node/var/log/pods/junk"
for wanted in --unit=a:3 --unit=b.service:1 --unit=c:0 --host=web1:3 --host=web:0 --pod=web-0:1 --pod=shop/web-0:1 \
	--pod=db-0:0 --container=0123:1 --user=0:5 --user=root:5 --user=1:0; do
	count=$(PAGETOUCH_ROOT=$tmp/node "$OOMWHY" --json "${wanted%:*}" "$tmp/log" 2>"$tmp/err" | wc -l)
	is "$count" "${wanted##*:}" "${wanted%:*}"
	[ "$count" -gt 0 ] || has "$tmp/err" 'no report that was asked for was found; others: 5' "what there is"
done
is "$("$OOMWHY" --json --pod=web-0 "$tmp/log" 2>&1 | grep -c '"record"')" 0 "a pod has its name on its own node"
run_oomwhy --user=no-such-user "$tmp/log"
is "$status" 2 "a user who is not known here"
sed 's/ web[0-9] / /' "$tmp/log" | sed 's/^[^ ]* kernel/kernel/' >"$tmp/hostless"
run_oomwhy --host=web1 "$tmp/hostless"
has "$tmp/err" 'left out, since their log names no host to compare with --host: ' "no host is named"

# A report with two victims is one report; a group's first victim is named twice.
run_oomwhy --summary=comm --noheadings -o kills,reports "$srcdir"/tests/fixtures/oom/6.1.0-50-cloud-amd64.memcg2group*.txt
is "$status" 0 "recorded kills of groups"
is "$(awk '{ sum += $1 } END { print sum }' "$tmp/out")" \
	"$("$OOMWHY" --json "$srcdir"/tests/fixtures/oom/6.1.0-50-cloud-amd64.memcg2group*.txt | grep -o '"repeated":false' | wc -l)" "each victim counts once"

# More keys than are kept apart, in bounded memory
awk 'BEGIN { for (i = 0; i < 12000; i++) printf "Nov 24 10:00:00 h%d kernel: Out of memory: Killed process %d (x) total-vm:9kB, anon-rss:8kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:0kB oom_score_adj:0\n", i, i + 1 }' >"$tmp/many"
run_oomwhy --summary=host --noheadings -o key,kills "$tmp/many"
is "$(wc -l <"$tmp/out") $(head -n 1 "$tmp/out" | tr -s ' ')" "10001 (others) 2000" "hosts without number"
done_testing
