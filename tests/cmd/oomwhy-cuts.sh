#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# oomwhy-cuts.sh - reports cut off, torn, interleaved, strewn with foreign lines: no wrong fact
. "${srcdir:=.}/tests/lib.sh"
# shellcheck source=tests/lib-oom.sh
. "$srcdir/tests/lib-oom.sh"
command -v jq >/dev/null || skip_all "no jq"

# The sentences depend on what is before and behind a report.
alone='del(.explanation, .why)'

# report_of STYLE FILE [PID]: a recording in another style, from the first line of the report on, and
# all in one second: what is mixed with it is then of the same boot.
report_of() {
	log_as "$@" | sed -n '/invoked oom-killer/,$ { s/^\[ *[0-9]*\./[    1./; p; }'
}

# no_wrong_fact WHOLE NAME: the records in $tmp/json are of pieces of the log WHOLE. No
# fact of theirs may be another than that of the whole.
no_wrong_fact() {
	"$OOMWHY" --json "$1" >"$tmp/whole"
	jq -c --slurpfile whole "$tmp/whole" "$leaves_filter"'
		($whole[0] | leaves) as $facts | [.source] + (wrong($facts) | map("\(.key)=\(.value)")) |
		select(length > 1)' "$tmp/json" >"$tmp/wrong" || echo "jq failed" >"$tmp/wrong"
	is "$(head -n 3 "$tmp/wrong" | sed "s,$tmp/,,g")" '' "$2: no wrong fact"
}

# read_pieces: the records of all files in $tmp/pieces, which are removed, in $tmp/json.
read_pieces() {
	status=0
	find "$tmp/pieces" -type f -print0 | xargs -0 "$OOMWHY" --json >"$tmp/json" 2>"$tmp/err" ||
		status=$?
	rm -r "$tmp/pieces"
}

# cut_everywhere NAME: $tmp/log after each of its lines, from either end and from both.
cut_everywhere() {
	lines=$(wc -l <"$tmp/log")
	kill=$(grep -n 'Killed process' "$tmp/log" | head -n 1 | cut -d : -f 1)
	mkdir "$tmp/pieces"
	awk -v pieces="$tmp/pieces/" '
		function write(name, first, last, i) {
			printf "" >(pieces name)
			for (i = first; i <= last; i++)
				print line[i] >(pieces name)
			close(pieces name)
		}
		{ line[NR] = $0 }
		END {
			for (k = 1; k <= NR; k++) {
				write("head." k, 1, k)
				write("tail." k, NR - k + 1, NR)
				write("both." k, int(k / 2) + 1, NR - int(k / 3))
			}
		}' "$tmp/log"
	read_pieces
	is "$status $(cat "$tmp/err")" '0 ' "$1: cut anywhere it is read without an error"
	no_wrong_fact "$tmp/log" "$1: cut anywhere"
	is "$(jq -r 'select(.source | test("head"))' "$tmp/json" | jq -s length)" "$lines" \
		"$1: with its first line there is always one report"
	is "$(jq -r 'select(.source | test("head")) | select(.truncated | not) | .source' "$tmp/json" |
		sed 's/.*head\.//' | sort -n | head -n 1)" "$kill" \
		"$1: without its kill line it is truncated, with it it is not"
	is "$(jq -r 'select(.source | test("tail")) | select(.truncated | not) | .source' "$tmp/json" |
		sed 's/.*tail\.//')" "$lines" "$1: without its first line it is truncated"
	is "$(jq -c 'select(.source | test("head")) | [.cut_start, .cut_end == .truncated]' "$tmp/json" |
		sort -u)" '[false,true]' "$1: it lacks its end"
	is "$(jq -r 'select(.source | test("tail")) | select(.cut_start | not) | .source' "$tmp/json" |
		sed 's/.*tail\.//')" "$lines" "$1: it lacks its beginning"
	# Kills of a group, of which nothing else is left, are kills of their own.
	is "$(jq -r .source "$tmp/json" | sort | uniq -d | sed 's/.*tail\.//' |
		awk -v group="$(group_kills)" '!($0 + 0 && $0 + 0 <= group)' | head -n 3)" '' \
		"$1: and is never two"
}

# How many kill lines there are behind the one that says that a group is killed.
group_kills() {
	sed '1,/Tasks in .* are going/d' "$tmp/log" | grep -c 'Killed process'
}

# Each line left out, one at a time: what it said is missing, and nothing else is wrong.
leave_out() {
	lines=$(wc -l <"$tmp/log")
	mkdir "$tmp/pieces"
	awk -v pieces="$tmp/pieces/without." '
		{ line[NR] = $0 }
		END {
			for (out = 1; out <= NR; out++) {
				for (i = 1; i <= NR; i++)
					if (i != out)
						print line[i] >(pieces out)
				close(pieces out)
			}
		}' "$tmp/log"
	read_pieces
	# Without the line that says so, the kills of a group are no group's.
	is "$(jq -s length "$tmp/json")" $((lines + $(group_kills))) \
		"$1: with any line left out it is one report"
	no_wrong_fact "$tmp/log" "$1: with any line left out"
}

# interleave FILE FILE COUNT: COUNT lines of one, COUNT lines of the other.
interleave() {
	awk -v count="$3" -v other="$2" '
		{ print }
		NR % count == 0 { for (i = 0; i < count; i++) if ((getline line <other) > 0) print line }
		END { while ((getline line <other) > 0) print line }' "$1"
}

# By the callers' numbers all is told apart.
mix() {
	report_of caller 6.1.0-50-cloud-amd64.global.kmsg.txt 92 >"$tmp/one"
	report_of caller 6.1.0-50-cloud-amd64.memcg2.kmsg.txt 91 >"$tmp/two"
	report_of caller 5.10.0-46-cloud-amd64.global.kmsg.txt 7712 >"$tmp/three"
	for count in 1 2 3 7 20 40; do
		new_log
		interleave "$tmp/one" "$tmp/two" $count >"$log"
		expect_facts "interleaved, $count lines at a time, global and memcg" "$tmp/one" "$tmp/two"
		new_log
		interleave "$tmp/two" "$tmp/one" $count >"$log"
		expect_facts "interleaved, $count lines at a time, memcg and global" "$tmp/two" "$tmp/one"
		new_log
		interleave "$tmp/one" "$tmp/three" $count >"$log"
		expect_facts "interleaved, $count lines at a time, two global" "$tmp/one" "$tmp/three"
	done
	interleave "$tmp/one" "$tmp/two" 1 >"$tmp/both"
	new_log
	interleave "$tmp/both" "$tmp/three" 2 >"$log"
	expect_facts "three interleaved" "$tmp/one" "$tmp/two" "$tmp/three"
	check_facts "$alone"
}

# Without them lines that both have may go to the wrong one: the kernel does not print so, it
# writes one report after the other. But each is killed once, at its own limit.
mix_unnumbered() {
	for file in one two; do
		sed 's/\]\[ *T[0-9]*\]/]/' "$tmp/$file" >"$tmp/plain.$file"
	done
	for count in 1 2 3 7 20 40; do
		interleave "$tmp/plain.one" "$tmp/plain.two" $count >"$tmp/log"
		is "$("$OOMWHY" --json "$tmp/log" | jq -c 'select(.victims != []) |
			[.scope, .decided.pid, .victims[].pid]' | sort | tr '\n' ' ')" \
			'["global",92,92] ["memcg",91,91] ' \
			"interleaved without callers, $count lines at a time: who was killed for what"
	done
}

# Lines of other troubles; none of them is of a report.
foreign_lines() {
	cat <<-'END'
		XFS: kworker/1:2(2081) possible memory allocation deadlock size 40 in kmem_alloc (mode:0x2400240)
		XFS (sda1): Metadata corruption detected at xfs_agf_read_verify+0x70/0x120, block 0x1
		INFO: task jbd2/sda1-8:291 blocked for more than 120 seconds.
		      Not tainted 6.1.0-50-cloud-amd64 #1
		task:jbd2/sda1-8     state:D stack:0     pid:291   ppid:2      flags:0x00004000
		Call Trace:
		 <TASK>
		 __schedule+0x351/0xa20
		 ? __alloc_pages+0x305/0x330
		RIP: 0033:0x7f0c1e0d6a37
		RAX: ffffffffffffffda RBX: 0000000000000010 RCX: 00007f0c1e0d6a37
		 </TASK>
		usb 1-1: new high-speed USB device number 4 using xhci_hcd
		eth0: renamed from veth1a2b3c4
		audit: type=1400 audit(1790000006.1:12): apparmor="DENIED" operation="open" pid=4242 comm="cat"
		systemd[1]: user@1000.service: A process of this unit has been killed by the OOM killer.
		[UFW BLOCK] IN=eth0 OUT= MAC=00:00:00:00:00:00 SRC=192.0.2.1 DST=192.0.2.2 LEN=40
		nf_conntrack: table full, dropping packet
		TCP: out of memory -- consider tuning tcp_mem
		python3[4242]: segfault at 10 ip 00007f0c1e0d6a37 sp 00007ffd22bf67f0 error 4 in libc.so.6
	END
}

# A failed allocation of another task, which has a Mem-Info of its own.
failed_allocation() {
	cat <<-'END'
		kworker/u4:3: page allocation failure: order:4, mode:0x40dc0(GFP_KERNEL|__GFP_COMP|__GFP_ZERO), nodemask=(null),cpuset=/,mems_allowed=0
		CPU: 0 PID: 4711 Comm: kworker/u4:3 Not tainted 9.9.9-other #1
		Hardware name: Another Machine, BIOS 1 01/01/2001
		Call Trace:
		 <TASK>
		 warn_alloc+0x138/0x160
		 </TASK>
		Mem-Info:
		active_anon:11 inactive_anon:12 isolated_anon:13
		 active_file:14 inactive_file:15 isolated_file:16
		 unevictable:17 dirty:18 writeback:19
		 slab_reclaimable:20 slab_unreclaimable:21
		 mapped:22 shmem:23 pagetables:24
		 free:25 free_pcp:26 free_cma:27
		Node 0 active_anon:44kB inactive_anon:48kB all_unreclaimable? no
		Node 0 DMA free:100kB min:1kB low:2kB high:3kB present:4kB managed:5kB
		lowmem_reserve[]: 0 0 0 0
		Node 0 DMA: 1*4kB (U) 2*8kB (U) = 20kB
		77 total pagecache pages
		99 pages RAM
	END
}

# foreign_behind LINE: $log is $one, with $tmp/foreign behind this line.
foreign_behind() {
	new_log
	{
		head -n "$1" "$one"
		cat "$tmp/foreign"
		tail -n +$(($1 + 1)) "$one"
	} >"$log"
}

strew() {
	for style in caller secs; do
		if [ $style = caller ]; then
			foreign_lines | sed 's/^/[    1.000000][ T4711] /' >"$tmp/foreign"
		else
			foreign_lines | sed 's/^/[    1.000000] /' >"$tmp/foreign"
		fi
		for report in 4.4.0-210-generic.memcg1 6.1.0-50-cloud-amd64.global \
			7.0.13+deb13-cloud-amd64.memcg2group; do
			one=$tmp/one.$style.$report
			report_of $style $report.kmsg.txt >"$one"
			new_log
			awk -v other="$tmp/foreign" '
				{ print }
				{
					if ((getline line <other) <= 0) {
						close(other)
						getline line <other
					}
					print line
				}' "$one" >"$log"
			expect_facts "$report, $style: a foreign line behind each line" "$one"
			for at in 1 3 20 40; do
				foreign_behind $at
				expect_facts "$report, $style: foreign lines in one place, behind line $at" "$one"
			done
		done
	done
	one=$tmp/one
	report_of caller 6.1.0-50-cloud-amd64.global.kmsg.txt 92 >"$one"
	failed_allocation | sed 's/^/[    1.000000][ T4711] /' >"$tmp/foreign"
	for at in 0 1 2 3 10 27 28 29 36 40 50 57 60; do
		foreign_behind $at
		expect_facts "a failed allocation of another task behind line $at, by caller" "$one"
	done
	new_log
	interleave "$one" "$tmp/foreign" 1 >"$log"
	expect_facts "a failed allocation of another task interleaved, by caller" "$one"
	one=$tmp/two
	sed 's/\]\[ *T[0-9]*\]/]/' "$tmp/one" >"$one"
	failed_allocation | sed 's/^/[    1.000000] /' >"$tmp/foreign"
	for at in 0 $(wc -l <"$one"); do
		foreign_behind "$at"
		expect_facts "a failed allocation behind line $at, without callers" "$one"
	done
	check_facts "$alone"
	sed -n '/Mem-Info/,$!p' "$tmp/foreign" >"$tmp/log"
	cat "$tmp/foreign" >>"$tmp/log"
	run_oomwhy --json "$tmp/log"
	is "$status $(wc -c <"$tmp/out")" '1 0' "a failed allocation alone is no report"
	foreign_lines >"$tmp/log"
	run_oomwhy --json "$tmp/log"
	is "$status $(wc -c <"$tmp/out")" '1 0' "nor are lines of other troubles"
}

# The same through a pipe, a few bytes at a time.
tear() {
	for file in 6.1.0-50-cloud-amd64.global.kmsg.txt 4.4.0-210-generic.memcg1.kmsg.txt \
		styles/journal-export-6.1.0-50-cloud-amd64.global.txt \
		styles/journal-json-pretty-6.1.0-50-cloud-amd64.global.txt; do
		facts "$fixtures/$file" "$alone" >"$tmp/wanted"
		for size in 1 7 100 4096; do
			dd if="$fixtures/$file" bs=$size 2>/dev/null | "$OOMWHY" --json - |
				jq -S --tab "$facts_filter | $alone" >"$tmp/got"
			same_file "$tmp/wanted" "$tmp/got" "$file: $size bytes at a time"
		done
	done
}

# Many reports in one log are what they are by themselves, whatever lies between them.
collect() {
	new_log
	for file in "$fixtures"/[4-7]*.kmsg.txt; do
		cat "$file"
		awk 'BEGIN { for (i = 0; i < 50; i++) print "6,1,1,-;usb 1-1: nothing of interest " i }'
	done >"$log"
	expect_facts "all recordings in one log" "$fixtures"/[4-7]*.kmsg.txt
	new_log
	two=$fixtures/5.0.0-65-generic.gshared.kmsg.txt
	awk '{ print } END { for (i = 0; i < 200000; i++) print "6,1,1,-;usb 1-1: nothing of interest " i }' \
		"$fixtures/6.1.0-50-cloud-amd64.memcg2.kmsg.txt" >"$log"
	cat "$two" >>"$log"
	expect_facts "two recordings with 200000 lines between them" \
		"$fixtures/6.1.0-50-cloud-amd64.memcg2.kmsg.txt" "$two"
	check_facts "$alone"
}

# The report of a kill may be left out by the kernel's rate limit: its kill line is a report then.
limit_rate() {
	report_of secs 6.1.0-50-cloud-amd64.memcg2.kmsg.txt >"$tmp/log"
	for pid in 501 502 503; do
		echo "[    8.2$pid] Memory cgroup out of memory: Killed process $pid (worker) total-vm:100000kB," \
			"anon-rss:${pid}0kB, file-rss:0kB, shmem-rss:4kB, UID:33 pgtables:84kB oom_score_adj:0"
	done | sed 's/,$/, /' >"$tmp/kills"
	cat "$tmp/kills" >>"$tmp/log"
	report_of secs 6.1.0-50-cloud-amd64.memcg2.kmsg.txt >"$tmp/one"
	"$OOMWHY" --json "$tmp/log" | jq -c '.scope, (.victims[] | [.pid, .comm, .anon, .uid])' >"$tmp/got"
	is "$(cat "$tmp/got")" '"memcg"
[91,"main.out",57344,0]
"memcg"
[501,"worker",5130240,33]
"memcg"
[502,"worker",5140480,33]
"memcg"
[503,"worker",5150720,33]' "kill lines behind a report, without reports of their own"
	run_oomwhy --json "$tmp/kills"
	is "$(jq -c '[.scope, .cut_start, [.victims[].pid]]' "$tmp/out" | tr '\n' ' ')" \
		'["memcg",true,[501]] ["memcg",true,[502]] ["memcg",true,[503]] ' \
		"kill lines alone: each is a kill of its own"
	sed 's/^\[    8.2/[    9.2/; s/Memory cgroup out/Out/' "$tmp/kills" >>"$tmp/log"
	cat "$tmp/one" >>"$tmp/log"
	is "$("$OOMWHY" --json "$tmp/log" | jq -r '.victims[].pid' | tr '\n' ' ')" \
		'91 501 502 503 501 502 503 91 ' "kill lines between two reports: no victim is lost"
}

for report in 4.4.0-210-generic.memcg1 5.0.0-65-generic.global 6.1.0-50-cloud-amd64.global \
	6.1.0-50-cloud-amd64.memcg2 7.0.13+deb13-cloud-amd64.memcg2group; do
	report_of secs $report.kmsg.txt >"$tmp/log"
	cut_everywhere $report
	leave_out $report
done
mix
mix_unnumbered
strew
tear
collect
limit_rate
# Reports are of one host, one boot and one event. Each row: a name, a jq filter over the array of the
# records, what it must give; then the log, up to a line "END".
events() {
	while read -r name; do
		read -r filter
		read -r wanted
		while read -r line && [ "$line" != END ]; do
			printf '%s\n' "$line"
		done >"$tmp/log"
		is "$("$OOMWHY" --json "$tmp/log" | jq -cs "$filter")" "$wanted" "$name"
	done
}
invoked='invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0'
sizes='total-vm:40kB, anon-rss:40kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:40kB oom_score_adj:0'
events <<-END_OF_EVENTS
	two hosts, line by line
	[.[] | [.host, .trigger.comm, .trigger.pid, .victims[].pid]] | sort
	[["a","x",1,1],["b","y",2,2]]
	Apr  1 14:13:32 a kernel: [5.1] x $invoked
	Apr  1 14:13:32 b kernel: [9.1] y $invoked
	Apr  1 14:13:32 b kernel: [9.2] CPU: 1 PID: 2 Comm: y Not tainted 5.15.0 #1
	Apr  1 14:13:32 a kernel: [5.2] CPU: 1 PID: 1 Comm: x Not tainted 5.15.0 #1
	Apr  1 14:13:32 a kernel: [5.3] Out of memory: Killed process 1 (x) $sizes
	Apr  1 14:13:32 b kernel: [9.3] Out of memory: Killed process 2 (y) $sizes
	END
	half a minute, on a slow console, is one event
	[.[] | [.trigger.comm, .victims[].pid]]
	[["x",1]]
	[5.1] x $invoked
	[25.0] CPU: 1 PID: 1 Comm: x Not tainted 5.15.0 #1
	[64.9] Out of memory: Killed process 1 (x) $sizes
	END
	more than a minute of silence is two
	[.[] | [.trigger.comm, .truncated, .victims[].pid]]
	[["x",true],[null,true,1]]
	[5.1] x $invoked
	[5.2] CPU: 1 PID: 1 Comm: x Not tainted 5.15.0 #1
	[65.3] Out of memory: Killed process 1 (x) $sizes
	END
	the same by the time of day
	[.[] | [.trigger.comm, .victims[].pid]]
	[["x"],[null,1]]
	Apr  1 14:13:32 a kernel: x $invoked
	Apr  1 14:14:33 a kernel: Out of memory: Killed process 1 (x) $sizes
	END
	time that runs back by a CPU's delay is one event
	[.[] | [.trigger.comm, .victims[].pid]]
	[["x",1]]
	[5.100] x $invoked
	[5.099] CPU: 1 PID: 1 Comm: x Not tainted 5.15.0 #1
	[5.200] Out of memory: Killed process 1 (x) $sizes
	END
	time that runs back is another boot, also for the reaper
	[.[] | [.trigger.comm, (.victims[] | .pid, .reaped)]]
	[["x",1,null],["z"]]
	[500.1] x $invoked
	[500.2] Out of memory: Killed process 1 (x) $sizes
	[7.0] z $invoked
	[7.1] oom_reaper: reaped process 1 (x), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB
	END
	grep's two dashes are a gap
	[.[] | [.trigger.comm, .victims[].pid]]
	[["x"],[null,1]]
	[5.1] x $invoked
	--
	[9.1] Out of memory: Killed process 1 (x) $sizes
	END
	a thread of the chosen process is the victim
	[.[] | [.decided.pid, .victims[].pid]]
	[[1,7]]
	[5.1] x $invoked
	[5.2] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
	[5.2] [      7]     0     1     2000     1500    53248        0             0 worker
	[5.3] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=x,pid=1,uid=0
	[5.4] Out of memory: Killed process 7 (worker) $sizes
	END
	a stranger is a victim of another event
	[.[] | [.decided.pid, .victims[].pid]]
	[[1],[null,7]]
	[5.1] x $invoked
	[5.2] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
	[5.2] [      7]     0     7     2000     1500    53248        0             0 worker
	[5.3] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=x,pid=1,uid=0
	[5.4] Out of memory: Killed process 7 (worker) $sizes
	END
	who is reaped is a victim whose own line was suppressed
	[.[] | [.suppressed, .victims[].pid]]
	[[12,1]]
	[5.1] x $invoked
	[5.2] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
	[5.2] [      1]     0     1     2000     1500    53248        0             0 x
	[5.3] oom_kill_process: 12 callbacks suppressed
	[5.4] oom_reaper: reaped process 1 (x), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB
	END
	but not one that the table does not have
	[.[] | [.suppressed, .victims[].pid]]
	[[0]]
	[5.1] x $invoked
	[5.2] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
	[5.2] [      1]     0     1     2000     1500    53248        0             0 x
	[5.4] oom_reaper: reaped process 3 (x), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB
	END
	who was chosen is presumed to be the victim
	[.[] | .cut_end, (.victims[] | .pid, .presumed)]
	[true,5,true]
	[5.1] Out of memory: Kill process 5 (x) score 917 or sacrifice child
	END
	unless the log says who was
	[.[] | .cut_end, (.victims[] | .pid, .presumed)]
	[false,6,false]
	[5.1] Out of memory: Kill process 5 (x) score 917 or sacrifice child
	[5.2] Killed process 6 (child) total-vm:40kB, anon-rss:40kB, file-rss:0kB, shmem-rss:0kB
	END
	a number at the end of a cut line is none
	[.[] | .victims[] | .total_vm, .anon]
	[null,null,40960,null]
	[5.1] Out of memory: Killed process 1 (x) total-vm:40
	[95.1] Out of memory: Killed process 2 (x) total-vm:40kB, anon-rss:5
	END
	a panic for want of memory is a report by itself, another panic is none
	[.[] | .panic]
	["Out of memory: compulsory panic_on_oom is enabled"]
	[5.1] Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled
	[995.1] Kernel panic - not syncing: Fatal exception
	END
END_OF_EVENTS
done_testing
