#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# time.sh - --hold, --every and --rate: what is asked for, with room for a loaded machine
. "${srcdir:=.}/tests/lib.sh"

run --json --hold 300ms --every 100ms 64K 64K
is "$status" 0 "--hold"
holds=$(grep -c '"step":"hold"' "$tmp/out")
[ "$holds" -ge 1 ] && [ "$holds" -le 4 ]
ok $? "a sample every 100 ms of 300 ms and one at the end ($holds)"
last=$(grep '"step":"hold"' "$tmp/out" | field elapsed_ns /dev/stdin | tail -n 1)
[ "$last" -ge 300000000 ]
ok $? "the memory is held for 300 ms at the least ($last ns)"
is "$(field touched "$tmp/out" | sort -u | grep -cvx 0)" 1 "nothing more is touched"
is "$(field grew "$tmp/out" | tail -n 1)" 65536 "and nothing is lost"
run --hold 0.01 64K
is "$status" 0 "seconds as a fraction"

# An even rate: never ahead of its time, and not in bursts: after its longest pause a run has not half
# of its region left. A machine that stands still makes such a pause, too, but not in each of five runs.
most=0
for round in 1 2 3 4 5; do
	run --json --rate 4M/s 2M 64K
	is "$status" 0 "--rate, round $round"
	sed -n 's/.*"elapsed_ns":\([0-9]*\),.*"touched":\([0-9]*\),.*/\1 \2/p' "$tmp/out" >"$tmp/points"
	is "$(awk '$2 > 4194304 * $1 / 1e9 + 1' "$tmp/points" | wc -l)" 0 "no row is ahead of its time"
	is "$(wc -l <"$tmp/points")" 33 "all rows are there"
	total=$(tail -n 1 "$tmp/points" | cut -d ' ' -f 1)
	[ "$total" -ge 500000000 ]
	ok $? "2 MiB at 4 MiB/s take half a second or more ($total ns)"
	early=$(awk -v total="$total" '$1 < total * 0.9 && $2 > touched { touched = $2 }
		END { print touched + 0 }' "$tmp/points")
	[ "$early" -le "$most" ] || most=$early
done
[ "$most" -ge 1048576 ]
ok $? "growth is spread over the time ($most bytes in the first nine tenths)"
run --json --rate 4M 64K
is "$status" 0 "--rate without /s"
# Slower than a page per tick.
run --json --rate "$((page * 20))/s" "$((page * 4))" "$page"
total=$(field elapsed_ns "$tmp/out" | tail -n 1)
[ "$total" -ge 200000000 ]
ok $? "four pages at twenty a second ($total ns)"

# TIME goes up.
run --csv -n -o TIME --rate 16M/s 1M
sort -c -n "$tmp/out"
ok $? "TIME goes up"
is "$(head -n 1 "$tmp/out")" 0.000000 "from 0"

done_testing
