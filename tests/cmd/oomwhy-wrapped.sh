#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# oomwhy-wrapped.sh - reports that a mail program, an issue form or a terminal has wrapped
#
# Where lines have times or tags, those that have none go on with the line above: no fact is lost.
# In a log without them nothing says that "Content" goes on with the "Web" of the line above: the
# end of a name or of the machine's model may be lost, and what is made of it. All other facts are
# the same.
. "${srcdir:=.}/tests/lib.sh"
# shellcheck source=tests/lib-oom.sh
. "$srcdir/tests/lib-oom.sh"
command -v jq >/dev/null || skip_all "no jq"

nameless='del(.explanation, .why, .ranking, .hardware, .tasks[].comm)'

# wrapped NAME STYLE COMMAND: the report in STYLE, as the shell's COMMAND passes it on.
wrapped() {
	new_log
	log_as "$2" "$report" | sh -c "$3" >"$log"
	expect_facts "${report%.kmsg.txt}: $2, $1" "$fixtures/$report"
}

# break_everywhere: the report with each of its lines broken at each of its blanks, one at a time.
break_everywhere() {
	log_as secs "$report" | sed -n '/invoked oom-killer/,$p' >"$tmp/log"
	mkdir "$tmp/broken"
	awk -v directory="$tmp/broken" '
		{ line[NR] = $0 }
		END {
			for (broken = 1; broken <= NR; broken++) {
				# The call trace has no fact.
				if (line[broken] ~ /\+0x|\] (R[A-Z0-9]+|Code|Call Trace): | <\/?TASK>/)
					continue
				for (at = index(line[broken], "]") + 2; at < length(line[broken]); at++) {
					if (substr(line[broken], at, 1) != " " ||
					    substr(line[broken], at + 1, 1) == " ")
						continue
					file = directory "/" broken "." at
					for (i = 1; i <= NR; i++)
						print i != broken ? line[i] : substr(line[i], 1, at - 1) "\n" \
							substr(line[i], at + 1) >file
					close(file)
				}
			}
		}' "$tmp/log"
	find "$tmp/broken" -type f | sort >"$tmp/files"
	tr '\n' '\000' <"$tmp/files" | xargs -0 "$OOMWHY" --json >"$tmp/json"
	jq -r .source "$tmp/json" | sort | diff "$tmp/files" - >"$tmp/several"
	[ -s "$tmp/files" ] || echo "nothing was broken" >"$tmp/several"
	rm -r "$tmp/broken"
	is "$(cat "$tmp/several")" '' "${report%.kmsg.txt}: broken at any blank it is one report"
}

reports='4.4.0-210-generic.memcg1.kmsg.txt 6.1.0-50-cloud-amd64.global.kmsg.txt
	6.1.0-50-cloud-amd64.memcg2.kmsg.txt 7.0.13+deb13-cloud-amd64.memcg2group.kmsg.txt'

for report in $reports; do
	for style in secs dmesg-T rfc3164-repeat journal-short-iso; do
		wrapped "wrapped at 72" $style 'fold -s -w 72'
		wrapped "wrapped at 80, blanks cut" $style 'fold -s -w 80 | sed "s/ *$//"'
		wrapped "wrapped and quoted" $style 'fold -s -w 72 | sed "s/^/> > /"'
		wrapped "quoted and wrapped" $style 'sed "s/^/> /" | fold -s -w 76'
		wrapped "wrapped and indented" $style 'fold -s -w 72 | sed "s/^/    /"'
		# As a terminal does it.
		wrapped "wrapped at any byte" $style 'fold -w 80'
		# A blank at the end says that a paragraph goes on; one in front is doubled.
		wrapped "flowed" $style 'fold -s -w 72 | sed "s/^ /  /"'
	done
done
check_facts
for report in $reports; do
	for style in bare journal-cat; do
		wrapped "wrapped at 72" $style 'fold -s -w 72'
		wrapped "wrapped at 80, blanks cut" $style 'fold -s -w 80 | sed "s/ *$//"'
		wrapped "wrapped and quoted" $style 'fold -s -w 72 | sed "s/^/> /"'
	done
done
check_facts "$nameless"
for report in $reports; do
	break_everywhere
done

# device: a report as short as devices and forums have them.
device() {
	sed 's/^/Nov 10 10:21:33 node01 kernel: /' <<-'END'
		[8812345.123456] CPU 3/KVM invoked oom-killer: gfp_mask=0x6200ca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0
		[8812345.123999] oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=0,cpuset=vcpu3,mems_allowed=0-1,global_oom,task_memcg=/machine/qemu-3-web01.libvirt-qemu,task=kvm,pid=41234,uid=0
		[8812345.124111] Out of memory: Killed process 41234 (kvm) total-vm:35123456kB, anon-rss:33554432kB, file-rss:12345kB, shmem-rss:0kB, UID:0 pgtables:66000kB oom_score_adj:0
		[8812347.224111] oom_reaper: reaped process 41234 (kvm), now anon-rss:0kB, file-rss:12345kB, shmem-rss:0kB
	END
}

# cut_dressed WIDTH: each piece of a message has the prefix of its first.
cut_dressed() {
	awk -v width="$1" '
		match($0, /kernel: [[][0-9.]+[]] /) {
			prefix = substr($0, 1, RSTART + RLENGTH - 1)
			for (text = substr($0, RSTART + RLENGTH); length(text) > width;
			     text = substr(text, width + 1))
				print prefix substr(text, 1, width)
			print prefix text
		}'
}

# cut_at WIDTH PIECE: the report broken at WIDTH, in mid-word too, in all the ways devices do it.
cut_at() {
	new_log
	fold -w "$1" "$tmp/device" >"$log"
	expect_facts "broken at $1, in words too" "$tmp/device"
	new_log
	fold -w "$1" "$tmp/bare" >"$log"
	expect_facts "without times, broken at $1, in words too" "$tmp/bare"
	new_log
	sed 's/:con/:cOn/; s/(kvm) total/(kvm)total/' "$tmp/device" | fold -w "$1" >"$log"
	expect_facts "constraint= taken for an event, a blank lost, broken at $1" "$tmp/device"
	new_log
	cut_dressed "$2" <"$tmp/device" >"$log"
	expect_facts "in pieces of $2 with prefixes" "$tmp/device"
}
device >"$tmp/device"
sed 's/.*kernel: [^ ]* //' "$tmp/device" >"$tmp/bare"
for width in $(seq 70 136); do
	cut_at "$width" $((width - 40))
done
# Pieces that begin with a blank: the word in front of them was whole.
for width in 21 26 29; do
	new_log
	cut_dressed "$width" <"$tmp/device" >"$log"
	expect_facts "in pieces of $width with prefixes" "$tmp/device"
done
check_facts

# What looks the same and is two lines.
cat >"$tmp/two" <<'END'
Nov 10 10:21:33 node01 kernel: [8812345.123456] oom_reaper: reaped process 3 (CPU
Nov 10 10:21:33 node01 kernel: [8812345.223456] kvm invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
Nov 10 10:21:33 node01 kernel: [8812345.323456] Out of memory: Killed process 41234 (kvm)
Nov 10 10:21:33 node01 kernel: [8812345.323499] total-vm:35123456kB, anon-rss:33554432kB
END
is "$("$OOMWHY" --json "$tmp/two" | jq -c 'select(.trigger.comm) |
	[.trigger.comm, .victims[0].comm, .victims[0].total_vm]')" '["kvm","kvm",null]' \
	"lines of other times are no rests"
done_testing
