# SPDX-License-Identifier: GPL-2.0-or-later
# swap.sh - with swap on a compressed RAM disk: it swaps before it dies, if it may
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

if zram_on; then
	without_swap
	with_swap
	swaps_and_lives
else
	ok 0 "swap # SKIP this kernel package has no zram"
fi
