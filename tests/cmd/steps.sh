#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# steps.sh - each kind of memory, access and step moves the figures that it has to, and no others
# shellcheck disable=SC3045 # the options of ulimit, which dash has
. "${srcdir:=.}/tests/lib.sh"

mib=1048576
size=$((16 * mib))
pages=$((size / page))

# at STEP FIELD [PROCESS]: FIELD in the last row of STEP, of the subject or of its last child.
at() {
	grep '"record":"sample"' "$tmp/out" | grep -F "\"step\":\"$1\"" |
		grep -F "\"process\":\"${3:-subject}\"" | tail -n 1 | field "$2" /dev/stdin
}
baseline() {
	grep '"seq":0,' "$tmp/out" | field "$1" /dev/stdin
}
# moved STEP FIELD: FIELD at STEP less the baseline's.
moved() {
	echo $(($(at "$1" "$2") - $(baseline "$2")))
}
# near GOT WANTED TOLERANCE NAME
near() {
	[ -n "$1" ] && [ "$1" -ge $(($2 - $3)) ] && [ "$1" -le $(($2 + $3)) ]
	ok $? "$4 ($1 for $2, give or take $3)"
}
# lab ARGS...: a run of 16 MiB, in two steps, that must succeed.
lab() {
	run --json "$@" 16M 8M
	is "$status" 0 "$*"
	[ "$status" -eq 0 ] || sed 's/^/# /' "$tmp/err"
}
# kinds STEP ANON FILE SHMEM: how the kinds of RSS moved, exactly. ANON and SHMEM have nothing of
# the program's own; of FILE that may come or go.
kinds() {
	near "$(moved "$1" anon)" "$2" $((16 * page)) "$1: anonymous memory"
	near "$(moved "$1" file)" "$3" $((128 * page)) "$1: file pages"
	near "$(moved "$1" shmem)" "$4" 0 "$1: shared memory"
}
# What lags is not read from status.
lab --private
if grep -q 'RSS counters lag' "$tmp/err" || sanitized; then
	kinds() {
		near "$(at "$1" grew)" $(($2 + $3 + $4)) $((256 * page)) "$1: RSS"
	}
fi

# Where there is no page of zeros, reading brings what writing does.
run --access read 64K
own_zeros=false
! grep -q 'no page of zeros' "$tmp/err" || own_zeros=true
# of_read BYTES: how much of private memory becomes resident when so much is read.
of_read() {
	if $own_zeros; then echo "$1"; else echo 0; fi
}

# Anonymous memory, by writing, reading, populating, in every order.
for order in forward backward random:7; do
	for access in write populate-write; do
		lab --verify --order "$order" --access "$access"
		kinds touch "$size" 0 0
	done
	for access in read populate-read; do
		lab --verify --order "$order" --access $access
		kinds touch "$(of_read "$size")" 0 0
	done
done
lab
if ! sanitized; then
	near "$(moved touch minflt)" "$pages" 8 "a fault for each page"
	lab -o +PTE
	near "$(moved touch pte)" $((size * 8 / page)) $((4 * page)) "eight bytes of page table for each page"
fi

# Reading, then writing: two faults for a page, and resident by the second.
lab --access read --then touch:write
kinds touch "$(of_read "$size")" 0 0
kinds touch:write "$size" 0 0
sanitized || near "$(moved touch:write minflt)" $((2 * pages - $(of_read "$pages"))) 16 \
	"two faults for each page, or one where there is no page of zeros"

# Shared memory has no page of zeros.
for backing in --shared --memfd; do
	for access in write read populate-write populate-read; do
		lab --verify "$backing" --access "$access"
		kinds touch 0 0 "$size"
	done
done

# By calls the file is reached, and nothing of it is mapped, in every order, by several, in part.
for access in '--access pwrite' '--access pwrite --order backward' '--access pwrite -t 3' \
	'--access pwrite --passes 2' '--access pwrite --stride 64K --order random:1' '--access pread'; do
	# shellcheck disable=SC2086 # several words
	lab --verify --memfd $access
	kinds touch 0 0 0
	sanitized || near "$(moved touch minflt)" 0 8 "no faults"
done
is "$(at touch touched)" "$size" "TOUCHED counts what has been read"
lab --memfd --access pwrite --then touch:read
kinds touch:read 0 0 "$size"
if ! sanitized && [ "$page" -eq 4096 ]; then
	near "$(moved touch:read minflt)" $((pages / 16)) 16 "16 pages that are there in a fault"
fi

# A part of the pages, again and again, by several.
lab --verify --stride $((16 * page))
kinds touch $((size / 16)) 0 0
is "$(at touch touched)" $((size / 16)) "TOUCHED counts what is touched, not what is left out"
lab --verify --touch 4M --order backward
kinds touch $((4 * mib)) 0 0
lab --verify --passes 3
kinds pass:3 "$size" 0 0
is "$(grep -c '"step":"pass:2"' "$tmp/out")" 2 "each pass has its rows"
sanitized || near "$(moved pass:3 minflt)" "$pages" 8 "the second and third time there is no fault"
for access in write read populate-write; do
	for threads in 2 3 16; do
		run --json --verify -t $threads --access $access --shared 16M 1M
		is "$status" 0 "$threads threads, $access"
		is "$(field touched "$tmp/out" | sed '$d' | tr '\n' ' ')" \
			"$(i=0; while [ $i -le 16 ]; do printf '%d ' $((i * mib)); i=$((i + 1)); done)" \
			"and TOUCHED is exact in each row"
	done
done
run --json -t 4 --exact --verify 64K "$page"
is "$status" 0 "threads, a row for each page"

# Locked.
locking=true
run -q --lock 16M
if [ "$status" -eq 125 ] && grep -q RLIMIT_MEMLOCK "$tmp/err"; then
	locking=false
	skip "--lock" "so much may not be locked here"
fi
if $locking; then
	lab --verify --lock --touch 4M
	kinds lock "$size" 0 0
	is "$(moved lock locked)" "$size" "LOCKED shows it"
	lab --verify --lock --access read
	kinds lock "$(of_read "$size")" 0 0
	is "$(moved lock locked)" "$size" "locked, and not resident: nothing will be written"
	lab --verify --lock=onfault --touch 4M
	kinds lock:onfault 0 0 0
	is "$(moved lock:onfault locked)" "$size" "onfault: LOCKED shows all of it at once"
	kinds touch $((4 * mib)) 0 0
	lab --verify --shared --lock --touch 0
	kinds lock 0 0 "$size"
fi

# Given back.
lab --then dontneed:50% --then dontneed --then touch:write:25%
kinds dontneed:50% $((size / 2)) 0 0
kinds dontneed 0 0 0
kinds touch:write:25% $((size / 4)) 0 0
lab --shared --then dontneed --then touch:read --then remove:4M --then unmap:50%
kinds dontneed 0 0 0
kinds touch:read 0 0 "$size"
kinds remove:4M 0 0 $((size - 4 * mib))
kinds unmap:50% 0 0 $((size / 2))
is "$(moved unmap:50% vsz)" "-$((size / 2))" "only unmap moves VSZ"
lab --then dontneed:64K/256K --then touch:write --then dontneed:$((16 * mib - page))/16M
kinds dontneed:64K/256K $((size - size / 4)) 0 0
kinds touch:write "$size" 0 0
kinds dontneed:$((16 * mib - page))/16M "$page" 0 0
# A last EVERY that is not whole has what there is of its piece.
lab --then dontneed:4M/10M
kinds dontneed:4M/10M $((size - 8 * mib)) 0 0
lab --then dontneed:8M/10M
kinds dontneed:8M/10M $((2 * mib)) 0 0
half=$page/$((2 * page))
lab --shared --then "remove:$half"
kinds "remove:$half" 0 0 $((size / 2))
lab --then protect:none --then protect:write
kinds protect:none "$size" 0 0
kinds protect:write "$size" 0 0
lab --then free
near "$(at free lazyfree)" "$size" $((64 * page)) "free: the pages are lazily free"
kinds free "$size" 0 0
lab --then cold
kinds cold "$size" 0 0
if [ "$(awk 'NR > 1' /proc/swaps | wc -l)" -eq 0 ]; then
	lab --then pageout
	kinds pageout "$size" 0 0
else
	skip "pageout without swap" "there is swap here"
fi
lab --then random --then hold:30ms --every 10ms
kinds hold:30ms "$size" 0 0
[ "$(grep -c '"step":"hold:30ms"' "$tmp/out")" -ge 2 ]
ok $? "a step that holds has rows of its own"
run --json --hold 30ms --every 10ms --then dontneed 1M
is "$(grep '"record":"sample"' "$tmp/out" | field step /dev/stdin | tail -n 1)" dontneed "--hold comes before the steps"

# Forked: what both have is shared by halves, what the child writes is its own.
lab --then fork --then fork:write --then fork:read:50%
own=$((4 * mib))
sanitized && own=$((64 * mib))
near "$(at fork rss child)" "$size" $own "fork: the child has it too"
near "$(at fork pss)" $((size / 2)) $own "PSS halves"
near "$(at fork pss child)" $((size / 2)) $own "for the child as well"
near "$(at fork uss)" 0 $own "nothing is the subject's alone"
near "$(at fork uss child)" 0 $own "or the child's"
near "$(at fork:write uss child)" "$size" $own "what the child writes is its own"
is "$(at fork:write touched child)" "$size" "TOUCHED is what the child has touched"
is "$(at fork:read:50% touched child)" $((size / 2)) "or the half of it"
is "$(grep -c '"step":"fork:read:50%"' "$tmp/out")" 4 "a row for the subject and for each of three children"
lab --shared --then fork --then fork:read
near "$(at fork shmem child)" 0 $((64 * page)) "shared memory: the child has to touch it first"
near "$(at fork:read shmem child)" "$size" $((64 * page)) "and then it has it"
run --then fork 1M
is "$(head -n 1 "$tmp/out" | awk '{ print $1, $2 }')" 'STEP PID' "a fork makes STEP and PID appear"
is "$(awk '{ print NF }' "$tmp/out" | sort -u)" 7 "each row has all cells"
run --then cold 1M
is "$(head -n 1 "$tmp/out" | awk '{ print $1, $2 }')" 'STEP TOUCHED' "a step makes STEP appear"
run -o RSS,VSZ --then fork 1M
is "$(head -n 1 "$tmp/out" | awk '{ print $1, NF }')" 'RSS 2' "but not in a list of one's own"
run --csv -o +PSS --then dontneed --passes 2 1M
is "$(head -n 1 "$tmp/out")" 'STEP,TOUCHED,VSZ,RSS,GREW,MINFLT,PSS' "--csv has it too"
is "$(awk -F, 'NF != 7' "$tmp/out" | wc -l)" 0 "in each line"

# Memory of malloc(3). What an allocator adds: 64 KiB for each thread, and 128 KiB of VSZ to spare.
if sanitized; then
	skip "--heap" "sanitizers have an allocator of their own"
else
	lab --verify --heap --then unmap
	near "$(moved touch vsz)" $((size + page)) 0 "a piece above the threshold is a mapping: VSZ"
	kinds touch "$size" 0 0
	near "$(moved unmap vsz)" 0 0 "and free(3) unmaps it"
	kinds unmap 0 0 0
	lab --verify --heap --touch 4M
	near "$(moved touch vsz)" $((size + page)) 0 "one piece is allocated at once"
	kinds touch $((4 * mib)) 0 0
	lab --verify --heap --access read
	near "$(moved touch anon)" "$(of_read "$size")" $((4 * page)) "read: nothing but its header"
	run --json --heap=1000 --verify --then unmap:99% --then touch:read 16M
	is "$status" 2 "what is freed is not touched"
	# 1008 bytes for each: the pieces of 16000 KiB take 16128.
	run --json --heap=1000 --verify --then unmap:99% --then trim 16000K 8000K
	is "$status" 0 "pieces of 1000 bytes"
	all=$((16128 * 1024))
	near "$(moved touch vsz)" $all $((256 * 1024)) "VSZ grows with the pieces"
	near "$(moved touch anon)" $all $((64 * 1024)) "and so does RSS"
	is "$(at touch touched)" $((16000 * 1024)) "TOUCHED is what was asked for"
	near "$(field vsz "$tmp/out" | sed -n 2p)" $(($(baseline vsz) + all / 2)) $((256 * 1024)) \
		"half of them, half of it"
	near "$(moved unmap:99% anon)" $all $((64 * 1024)) "freed but for the last: all of it stays"
	if grep -q '"step":"trim"' "$tmp/out"; then
		near "$(moved trim anon)" $((all / 100)) $((64 * 1024)) "trim: RSS falls"
		near "$(moved trim vsz)" $all $((320 * 1024)) "and VSZ does not"
	fi
	run --json --heap=16K -t 4 --verify 64K 64K
	is "$status" 0 "four threads with a piece each"
	near "$(moved touch anon)" $((64 * 1024)) $((256 * 1024)) "RSS: hardly more than that"
	if getconf GNU_LIBC_VERSION >/dev/null 2>&1; then
		near "$(moved touch vsz)" $((3 * 64 * mib)) $((256 * 1024)) "VSZ: an arena for each but the first"
	fi
	run --json --heap=1M --then fork:write --passes 2 16M 8M
	is "$status" 0 "a child has the pieces, too"
	near "$(at fork:write touched child)" "$size" 0 "and touches them"
	is "$(field piece "$tmp/out")" $mib "the plan has the size of a piece"
	has "$tmp/out" '"backing":"heap"' "and says that it is a heap"
	run --heap=1000 16M
	has "$tmp/err" 'Allocating took VSZ from [0-9]+ KiB to [0-9]+ KiB.*malloc\(3\) itself took [0-9]+ KiB' \
		"the summary says who took what"
	run -q --heap --no-guard 100000T
	is "$status" 125 "what malloc(3) refuses is refused"
	has "$tmp/err" 'malloc\(3\) has no piece' "by malloc(3)"
	run -q --heap --no-guard --expect enomem 100000T
	is "$status" 0 "which is a refused mapping"
fi

# The stack: VSZ, RSS and faults go together, to the page.
if sanitized; then
	skip "--stack" "sanitizers have a shadow of the stack"
else
	lab --verify --stack --then touch:read:50%
	near "$(moved touch vsz)" "$size" 0 "the stack: VSZ grows with it"
	kinds touch "$size" 0 0
	near "$(moved touch minflt)" "$pages" 8 "a fault for each page"
	near "$(field vsz "$tmp/out" | sed -n 2p)" $(($(baseline vsz) + size / 2)) 0 "half of it, half of it"
	lab --verify --stack --access read --touch 4M
	near "$(moved touch vsz)" $((4 * mib)) 0 "the stack, read: VSZ grows"
	kinds touch "$(of_read $((4 * mib)))" 0 0
	lab --stack --then fork:write -o +USS
	near "$(at fork:write uss child)" "$size" $own "a child writes to a stack of its own"
	has "$tmp/out" '"backing":"stack"' "the plan says that it is the stack"
	run --stack 1M
	has "$tmp/err" 'The stack took VSZ from [0-9]+ KiB to' "the summary says that VSZ grew"
	run -q --stack 100000T
	is "$status" 125 "more than there are addresses"
	has "$tmp/err" 'the address space has no such hole' "is refused with the reason"
	(ulimit -S -s 4096 && ulimit -H -s 8192 && "$PAGETOUCH" -q --stack 16M) >"$tmp/out" 2>"$tmp/err"
	is "$?" 125 "more than the hard limit"
	has "$tmp/err" 'raise it: ulimit -s 17408' "is refused with the way out"
	(ulimit -S -s 4096 && "$PAGETOUCH" -q --verify --stack 7M) >"$tmp/out" 2>"$tmp/err"
	is "$?" 0 "the soft limit is raised"
fi

# Transparent huge pages, where the kernel gives them.
huge=$(cat /sys/kernel/mm/transparent_hugepage/hpage_pmd_size 2>/dev/null || echo 0)
if [ "$huge" -gt 0 ] && [ "$huge" -le $((2 * mib)) ] && ! sanitized &&
	! grep -q '\[never\]' /sys/kernel/mm/transparent_hugepage/enabled; then
	lab --thp=always --stride "$huge" -o +HUGE
	near "$(at touch huge)" "$size" $((2 * huge)) "a byte in each huge page: all of them"
	lab --thp=always --access read -o +HUGE
	kinds touch "$(of_read "$size")" 0 0
	lab --thp=always --then "dontneed:$((huge - page))/$huge"
	kinds "dontneed:$((huge - page))/$huge" $((size * page / huge)) 0 0
	lab --stride $((8 * page)) --then collapse
	kinds touch $((size / 8)) 0 0
	near "$(at collapse huge)" "$size" $((2 * huge)) "collapse makes huge pages of the eighth of them"
else
	skip "transparent huge pages" "none here, or the program's own memory is too odd"
fi

# Guarded memory kills who touches it.
run -q --then guard 1M
if [ "$status" -eq 0 ]; then
	run -q --then guard --then touch:read --expect sigsegv 1M
	is "$status" 0 "guard: touching it is SIGSEGV"
else
	skip "guard" "$(tail -n 1 "$tmp/err")"
fi
run --then protect:none --then touch:read 1M
is "$status" 139 "protect:none: touching it is SIGSEGV"
has "$tmp/err" 'killed by SIGSEGV .* in step touch:read' "and it is said where"

# Promises: growth of the whole machine's, which others disturb, but not every time.
promised() {
	wanted=$1
	shift
	try=0
	while try=$((try + 1)) && [ $try -le 60 ]; do
		run --json -o +COMMITTED --touch 0 "$@" 64M
		got=$(grep '"process":"subject"' "$tmp/out" | tail -n 1 | field committed /dev/stdin)
		if [ "$got" -ge $((wanted - 2 * mib)) ] && [ "$got" -le $((wanted + 2 * mib)) ]; then
			ok 0 "$*: promised at try $try"
			return
		fi
		sleep 0.1
	done
	near "$got" "$wanted" $((2 * mib)) "$*: COMMITTED"
}
if [ "$(cat /proc/sys/vm/overcommit_memory)" != 2 ] && ! sanitized; then
	promised 0 --private
	promised $((64 * mib)) --reserve
	promised $((64 * mib)) --shared
	promised $((128 * mib)) --reserve --then fork
else
	skip "COMMITTED" "overcommit is in mode 2, or a sanitizer maps terabytes"
fi

# The sandbox's own figures.
slack=$((64 * page * $(nproc) + mib))
run -q --limit 64M 1M
if [ "$status" -eq 125 ]; then
	skip "CGUSE and its kinds" "$(head -n 1 "$tmp/err")"
elif ! sanitized; then
	cg='-o +CGUSE,CGANON,CGFILE,CGSHMEM,CGPTE'
	# shellcheck disable=SC2086 # two words
	lab --limit 128M $cg --then dontneed
	near "$(moved touch cg_usage)" "$size" "$slack" "CGUSE: private memory"
	near "$(moved touch cg_anon)" "$size" "$slack" "CGANON"
	near "$(moved touch cg_shmem)" 0 "$slack" "and no CGSHMEM"
	near "$(moved dontneed cg_usage)" 0 "$slack" "given back"
	# shellcheck disable=SC2086
	lab --limit 128M $cg --memfd --then unmap
	near "$(moved touch cg_shmem)" "$size" "$slack" "CGSHMEM: a memfd"
	near "$(at unmap grew)" 0 $((64 * page)) "unmapped, RSS is gone"
	near "$(moved unmap cg_shmem)" "$size" "$slack" "and the memory is not"
	# shellcheck disable=SC2086
	lab --limit 128M $cg --memfd --access pwrite
	near "$(moved touch cg_shmem)" "$size" "$slack" "CGSHMEM: a memfd that was only written to"
	near "$(at touch grew)" 0 $((64 * page)) "and no RSS"
	run --json --limit 16M --memfd --access pwrite --expect oom 64M
	is "$status" 0 "writing to a memfd is OOM-killed with RSS 0"
	near "$(grep '"record":"sample"' "$tmp/out" | tail -n 1 | field grew /dev/stdin)" 0 $((256 * page)) \
		"RSS 0 indeed"
	# shellcheck disable=SC2086
	lab --limit 128M $cg --shared --then remove
	near "$(moved remove cg_usage)" 0 "$slack" "removed, the memory is gone too"
	# shellcheck disable=SC2086
	lab --limit 128M $cg --then fork:write
	near "$(moved fork:write cg_anon)" $((2 * size)) "$slack" "the child is in the same sandbox"
	run --json --limit 256M -o +CGUSE,CGPTE --access read --stride 2M 8G
	is "$status" 0 "read one page in 2 MiB over 8 GiB"
	near "$(moved touch rss)" "$(of_read $((4096 * page)))" $((256 * page)) "RSS stays"
	near "$(moved touch cg_pte)" $((4096 * page)) $((2 * slack)) "and the page tables do not"
	run --json --limit 16M --access read --stride 2M --expect oom 64G
	is "$status" 0 "sparse reading is OOM-killed"
	if $own_zeros; then
		skip "with RSS 0" "what is read is resident here"
	else
		near "$(grep '"record":"sample"' "$tmp/out" | tail -n 1 | field grew /dev/stdin)" 0 \
			$((256 * page)) "with RSS 0"
	fi
fi

# Hugetlb pages, if root may lend the machine some: no page is taken unless it is used.
lend=/proc/sys/vm/nr_overcommit_hugepages
if [ -w $lend ] && [ "$(awk '/^Hugepagesize/ { print $2 }' /proc/meminfo)" = 2048 ]; then
	lent=$(cat $lend)
	trap 'echo $lent >$lend; cleanup' EXIT
	echo $((lent + 16)) >$lend
	for shared in --private --shared; do
		lab --verify --hugetlb "$shared" --then dontneed
		is "$(at touch hugetlb)" "$size" "HUGETLB shows them"
		near "$(at touch grew)" 0 $((64 * page)) "and RSS does not"
	done
	for how in lock lock:onfault; do
		lab --verify --hugetlb "--$(echo "$how" | tr : =)" --touch 8M --then dontneed
		is "$(at "$how" hugetlb) $(at "$how" locked)" "$size 0" "$how: they are there, and not LOCKED"
		is "$(at dontneed hugetlb)" 0 "so that they can be given back"
	done
	lab --hugetlb --shared --lock --touch 0 --then remove
	is "$(at remove hugetlb)" 0 "also those that are shared"
	lab --verify --hugetlb -t 2 --access populate-write --order backward
	run --hugetlb 1000G
	is "$status" 125 "more than there are"
	if [ -d /sys/kernel/mm/hugepages ]; then
		has "$tmp/err" 'hugetlb pages of 2.0 MiB, and [0-9]+ are free' "it says how many are free"
		has "$tmp/err" 'sysctl vm.nr_hugepages=[0-9]+' "and how to have more"
	else
		skip "how many are free" "/sys is not mounted"
	fi
	echo "$lent" >$lend
else
	skip "hugetlb pages" "none may be lent here"
fi
run -q --hugetlb --expect enomem 1000000G
is "$status" 0 "hugetlb pages that nobody has are a refused mapping"

# Equal pages are merged where ksmd runs.
if [ "$(cat /sys/kernel/mm/ksm/run 2>/dev/null)" = 1 ]; then
	lab -o +KSM,PSS --then merge --then hold:5s
	[ "$(at hold:5s ksm)" -gt 0 ]
	ok $? "merge: KSM shows merged pages"
else
	skip "merge" "ksmd does not run here"
fi

# The plan says how it was done.
run --json --order random:7 --stride "$((2 * page))" --passes 2 -t 2 --memfd --access read --then fork --then hold:1ms 1M
for piece in '"access":"read"' '"order":"random"' '"seed":7' "\"stride\":$((2 * page))" '"passes":2' '"threads":2' \
	'"lock":null' '"file":null' '"steps":\["fork","hold:1ms"\]' '"backing":"memfd"'; do
	has "$tmp/out" "\"record\":\"plan\".*$piece" "plan: $piece"
done
run --order random 64K
has "$tmp/err" '^pagetouch: note: the order is random:[0-9]+' "a seed by chance is said"
run --json --order random 64K
has "$tmp/out" '"seed":[0-9]+' "also in the plan"


# The threads' counters are shared memory, too, and must not move the subject's PSS.
for threads in 20 40 80; do
	run --shared -t "$threads" --verify -q 4M 4M
	is "$status" 0 "--verify with $threads threads and shared memory"
done

done_testing
