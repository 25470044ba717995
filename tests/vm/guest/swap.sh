# SPDX-License-Identifier: GPL-2.0-or-later
# swap.sh - with swap on a compressed RAM disk: the subject swaps before it dies, if it may
# shellcheck shell=sh
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh

zram_on() {
	[ -e /sys/block/zram0 ] && echo 160M >/sys/block/zram0/disksize &&
		mkswap /dev/zram0 >/dev/null && swapon /dev/zram0
}

# swapped: the most that any sample of the last run had in swap, in bytes.
swapped() {
	field swap "$out" | sort -n | tail -n 1
}

without_swap() {
	run pagetouch --json --limit 64M 1G 4M
	ends "with swap on the machine but none allowed" oom-sandbox 137
	is "$(swapped)" 0 "nothing was swapped"
	[ "$(field touched)" -le 67108864 ]
	ok $? "and it died at the limit ($(field touched))"
}

with_swap() {
	for backing in private shared; do
		run pagetouch --json --limit 64M --swap 64M --$backing 1G 4M
		ends "--swap 64M, $backing" oom-sandbox 137
		[ "$(field touched)" -gt 109051904 ] && [ "$(field touched)" -le 134217728 ]
		ok $? "--swap 64M, $backing: it died at limit and swap together ($(field touched))"
	done
	run pagetouch --json --limit 64M --swap 64M 1G 4M
	[ "$(swapped)" -gt 33554432 ]
	ok $? "--swap 64M: it swapped before ($(swapped))"
}

swaps_and_lives() {
	run pagetouch --json --limit 64M --swap 64M 96M 4M
	ends "96M within 64M and 64M of swap" completed 0
	has "$out" '"record":"verdict".*[Ss]wap' "the verdict says that it swapped instead of dying"
}

# at STEP FIELD: in the subject's last row of STEP, bytes.
at() {
	grep '"process":"subject"' "$out" | grep -F "\"step\":\"$1\"" | tail -n 1 >/tmp/row
	field "$2" /tmp/row
}

# near GOT WANTED TOLERANCE NAME
near() {
	[ -n "$1" ] && [ "$1" -ge $(($2 - $3)) ] && [ "$1" -le $(($2 + $3)) ]
	ok $? "$4 ($1 for $2)"
}

# MADV_PAGEOUT: out of RSS, into swap, and back by major faults. A few pages are always in use.
pages_out() {
	mib=1048576
	run pagetouch --json --limit 96M --swap 64M -o +CGUSE,CGANON,CGPTE 32M 32M --then pageout \
		--then touch:read
	ends "pageout of private memory" completed 0
	near "$(at touch cg_anon)" $((32 * mib)) $mib "CGANON shows it"
	near "$(at touch cg_pte)" 65536 65536 "and CGPTE its page tables"
	near "$(at pageout grew)" 0 $mib "RSS is gone"
	near "$(at pageout swap)" $((32 * mib)) $mib "it is in swap"
	near "$(at pageout cg_usage)" 0 $((4 * mib)) "the sandbox is charged for it no more"
	near "$(at touch:read grew)" $((32 * mib)) $mib "and all of it comes back"
	[ "$(at touch:read majflt)" -gt 1000 ]
	ok $? "by major faults ($(at touch:read majflt))"
	run pagetouch --json --limit 96M --swap 64M -o +CGUSE --shared 32M 32M --then pageout
	ends "pageout of shared memory" completed 0
	near "$(at pageout grew)" 0 $mib "RSS is gone"
	near "$(at pageout cg_usage)" 0 $((4 * mib)) "it is in swap"
	near "$(at pageout swap)" 0 $mib "and VmSwap does not show it"
}

# Two passes over more than fits: the second brings back what the first has pushed out.
passes() {
	run pagetouch --json --limit 64M --swap 64M --passes 2 96M 32M
	ends "two passes over 96M within 64M" completed 0
	[ "$(at pass:2 majflt)" -gt "$(($(at touch majflt) + 1000))" ]
	ok $? "the second one has major faults ($(at touch majflt), $(at pass:2 majflt))"
	near "$(at pass:2 touched)" 100663296 0 "and touches all of it"
}

# A lower limit pushes out what is above it, and SIGINT ends that too.
lowered() {
	run pagetouch --json --limit 96M --swap 96M -o +CGUSE --then limit:32M --then limit:96M 64M 64M
	ends "64M, then a limit of 32M" completed 0
	near "$(at limit:32M swap)" 39845888 6291456 "what is above the limit goes to swap"
	near "$(at limit:32M grew)" 27262976 6291456 "and the rest stays"
	near "$(at limit:96M swap)" "$(at limit:32M swap)" 65536 "raised, nothing comes back by itself"
	: >"$out"
	pagetouch --json --no-guard --limit 160M --swap 160M --then limit:4M --then hold:infinity 120M 120M \
		>"$out" 2>"$err" </dev/null &
	observer=$!
	eventually 60 grep -q '"touched":125829120,' "$out"
	sleep 0.1
	kill -TERM "$observer"
	ended
	is "$status $(field step)" "143 limit:4M" "SIGTERM while the limit is lowered"
	clean "SIGTERM while the limit is lowered"
}

# What was freed with MADV_FREE goes first, without swapping.
frees() {
	run pagetouch --json --limit 64M -o +LAZYFREE 40M 40M --then free --then fork:write:75%
	ends "a child that needs what was given up" completed 0
	near "$(at free lazyfree)" 41943040 1048576 "MADV_FREE: all of it is lazily free, and resident"
	[ "$(at fork:write:75% grew)" -lt 41943040 ]
	ok $? "and some of it goes when the child needs memory ($(at fork:write:75% grew) are left)"
}

if zram_on; then
	without_swap
	with_swap
	swaps_and_lives
	pages_out
	passes
	frees
	lowered
else
	ok 0 "swap # SKIP this kernel package has no zram"
fi
