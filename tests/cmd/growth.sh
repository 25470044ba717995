#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# growth.sh - VSZ stays and RSS grows by what is touched, read independently of the program
. "${srcdir:=.}/tests/lib.sh"

# The subject's own files, read by this test while pagetouch holds the memory.
rollup() {
	sed -n 's/^Rss: *\([0-9]*\) kB/\1/p' "/proc/$1/smaps_rollup"
}
status_kib() {
	sed -n "s/^$2:[[:space:]]*\([0-9]*\) kB/\1/p" "/proc/$1/status"
}
last() {
	field "$1" "$2" | tail -n 1
}
# Waits until pagetouch holds the memory: its third kind of row.
# shellcheck disable=SC2317
holding() {
	grep -q '"step":"hold"' "$1"
}

# held KIND PAGES OPTION...: one run that holds, compared with /proc of its subject, where it
# should be counted as KIND (a field of status).
held() {
	kind=$1
	pages=$2
	shift 2
	: >"$tmp/held"
	"$PAGETOUCH" --json --hold infinity --every 10ms --touch "$((pages * page))" "$@" 16M \
		>"$tmp/held" 2>"$tmp/held.err" &
	observer=$!
	if ! eventually 20 holding "$tmp/held"; then
		ok 1 "$pages pages $*: holds"
		kill "$observer"
		return
	fi
	subject=$(field pid "$tmp/held" | head -n 1)
	own_rollup=$(rollup "$subject")
	own_vsz=$(status_kib "$subject" VmSize)
	own_kind=$(status_kib "$subject" "$kind")
	kill -TERM "$observer"
	wait "$observer" 2>/dev/null
	is "$(last rss "$tmp/held")" "$((own_rollup * 1024))" "$pages pages $*: last row is smaps_rollup's Rss"
	is "$(last vsz "$tmp/held")" "$((own_vsz * 1024))" "$pages pages $*: VSZ is status VmSize"
	is "$(field vsz "$tmp/held" | sort -u | wc -l)" 1 "$pages pages $*: VSZ stays"
	is "$(last grew "$tmp/held")" "$((pages * page))" "$pages pages $*: RSS grew by what was touched"
	[ "$own_kind" -ge $((pages * page_kib - 64 * page_kib * $(nproc))) ]
	ok $? "$pages pages $*: it is $kind"
}

for pages in 1 2 3 7 64 1000; do
	held RssAnon "$pages" --private
	held RssShmem "$pages" --shared
done

# Every row of a run page by page, by the exact source, and by status where it does not lag.
for backing in --private --shared; do
	run --json --exact "$backing" "$((64 * page))" "$page"
	is "$status" 0 "exact $backing: exit status"
	is "$(grep -c '"record":"sample"' "$tmp/out")" 65 "exact $backing: a row per page"
	wrong=$(paste -d ' ' - - <<-EOF | awk '$1 != $2' | wc -l
	$(grep '"record":"sample"' "$tmp/out" | sed 's/.*"touched":\([0-9]*\).*"grew":\([-0-9]*\).*/\1\n\2/')
	EOF
	)
	is "$wrong" 0 "exact $backing: in every row RSS has grown by what was touched"
	run --verify -q "$backing" 16M "$page"
	is "$status" 0 "--verify $backing 16M page by page"
	empty "$tmp/err" "--verify -q $backing says nothing when all is well"
done

# Touching nothing: mapped is not resident.
run --json --touch 0 1G
is "$(last grew "$tmp/out")" 0 "--touch 0: RSS does not grow"
is "$(last touched "$tmp/out")" 0 "--touch 0: nothing is touched"
mapped=$(last vsz "$tmp/out")
run --json --touch 0 64K
if sanitized; then
	skip "VSZ differs by the difference in SIZE" "a sanitizer's own memory differs from run to run"
else
	[ $((mapped - $(last vsz "$tmp/out"))) -eq $((1024 * 1024 * 1024 - 65536)) ]
	ok $? "VSZ differs by the difference in SIZE"
fi

# Huge pages make more resident than was touched; --verify says so.
thp=/sys/kernel/mm/transparent_hugepage/enabled
if [ -r $thp ] && ! grep -q '\[never\]' $thp && ! sanitized; then
	run --json --thp=always -o +HUGE --touch "$page" 64M
	huge=$(last huge "$tmp/out")
	if [ "$huge" -gt 0 ]; then
		is "$(last grew "$tmp/out")" "$huge" "one touch, one huge page"
		run --verify --thp=always --touch "$page" 64M
		is "$status" 1 "--verify with a huge page: exit 1"
		has "$tmp/err" 'not verified.*huge pages made .* more resident than was touched' \
			"--verify names the huge page"
	else
		skip "--thp=always" "the kernel gave no huge page"
	fi
else
	skip "--thp=always" "no transparent huge pages here, or a sanitizer build"
fi

# Minor faults: one per page.
run --json 1M
before=$(field minflt "$tmp/out" | head -n 1)
after=$(last minflt "$tmp/out")
faults=$((after - before))
pages=$((1048576 / page))
if sanitized; then
	skip "one minor fault a page" "a sanitizer's own memory has faults too"
else
	[ "$faults" -ge "$pages" ] && [ "$faults" -le $((pages + 8)) ]
	ok $? "one minor fault a page ($faults for $pages)"
fi

done_testing
