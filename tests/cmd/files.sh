#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# files.sh - files behind a region: new ones leave nothing, old ones stay as they are
. "${srcdir:=.}/tests/lib.sh"

work=$tmp/work
mkdir "$work"
# clean NAME: nothing is left in the scratch directory but what was there.
clean() {
	is "$(find "$work" -mindepth 1 | sort)" "$left" "$1"
}
left=

# A new file, whatever its name.
# shellcheck disable=SC2016 # nothing is to be expanded
for name in plain 'with blank' '-x' '--help' "quote'd" 'a"b' "$(printf 'new\nline')" "$(printf 'esc\033[2J')" \
	"$(printf 'bytes\377\376')" '*' '$(touch x)' "$(printf '%0255d' 0)"; do
	run --json --verify --file "$work/$name" 1M
	is "$status" 0 "a file is made: $(printf %s "$name" | tr -c '[:lower:]' _ | head -c 40)"
	is "$(field backing "$tmp/out")" file-private "it is mapped privately"
	clean "and nothing is left of it"
done
(cd "$work" && "$PAGETOUCH" --verify -q --file relative --shared 1M)
ok $? "a relative path"
run --file "$work/nosuch/" 1M
is "$status" 125 "a path of a directory that is not there"
has "$tmp/err" "^pagetouch: --file '.*/nosuch/': " "is named"
count=0
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	"$PAGETOUCH" -q --shared --file "$work/same" --hold 100ms 1M 2>"$tmp/err.$i" &
	pids="${pids:-} $!"
done
for pid in $pids; do
	wait "$pid" && count=$((count + 1))
done
is "$count" 12 "twelve runs on the same new file at once"
run --verify -q --shared --file "$work/f" --stride 8K 64M
is "$status" 0 "large folios of a shared file are no difference"
clean "nothing is left of that either"

for access in write read populate-write populate-read pread pwrite; do
	for shared in --private --shared; do
		run --json --verify --file "$work/f" "$shared" --access "$access" --then dontneed 4M
		is "$status" 0 "new file $shared $access"
	done
done
clean "nothing is left of them"
run --json --file "$work/f" --shared --then remove --then unmap 4M
if [ "$status" -eq 125 ] && grep -q 'punch holes' "$tmp/err"; then
	skip "remove" "this file system cannot punch holes"
else
	is "$status" 0 "holes are punched into a new shared file"
fi

# An old file: only read, or copied from.
dd if=/dev/urandom of="$work/old" bs=65536 count=16 2>/dev/null
printf 'tail' >>"$work/old"
chmod 644 "$work/old"
touch -d '2020-01-02 03:04:05' "$work/old"
left=$work/old
state() {
	cksum <"$work/old"
	stat -c '%s %Y %i %a %h' "$work/old"
}
before=$(state)
for access in write read populate-write populate-read; do
	run --verify -q --file "$work/old" --access "$access" 1M
	is "$status" 0 "old file, private, $access"
done
for access in read populate-read pread; do
	run --json --verify --file "$work/old" --shared --access "$access" --then pageout --then touch:read 1M
	is "$status" 0 "old file, shared, $access"
	is "$(field backing "$tmp/out")" file-shared "it is mapped shared"
done
run --verify -q --file "$work/old" -t 2 --then fork:write --then touch:write --passes 2 $((1048576 + page))
is "$status" 0 "old file, its last page too, written to by many"
is "$(state)" "$before" "it is as it was, to the byte"

# refused NAMES ARGS...: exit 2, two lines, nothing mapped.
refused() {
	names=$1
	shift
	run "$@"
	is "$status $(wc -l <"$tmp/err") $(wc -c <"$tmp/out")" "2 2 0" "refused: $*"
	has "$tmp/err" "$names" "it says why"
}
refused 'written to' --file "$work/old" --shared 1M
refused 'written to' --file "$work/old" --shared --access populate-write 64K
refused 'written to' --file "$work/old" --shared --access pwrite 64K
refused 'written to' --file "$work/old" --access pwrite 64K
refused 'written to' --file "$work/old" --shared --access read --then touch:write 64K
refused 'written to' --file "$work/old" --shared --access read --then fork:write 64K
refused 'written to' --file "$work/old" --shared --access read --then remove 64K
refused 'written to' --file "$work/old" --shared --access read --then protect:write 64K
refused 'only 1048580' --file "$work/old" --access read 2M
refused 'only 1048580' --file "$work/old" $((1048576 + page + 1))
refused 'no regular file' --file "$work" --access read 4K
refused 'no regular file' --file /dev/null --access read 4K
refused 'no regular file' --file /dev/zero --shared --access read 4K
mkfifo "$tmp/fifo"
refused 'no regular file' --file "$tmp/fifo" --access read 4K
ln -s nowhere "$tmp/link"
run --file "$tmp/link" 4K
is "$status" 125 "a link that leads nowhere"
is "$(find "$tmp" -name nowhere)" '' "and nothing is made there"
ln -s "$work/old" "$tmp/alias"
run --verify -q --file "$tmp/alias" --access read 1M
is "$status" 0 "a link to an old file is that file"
run --file "$work/no/such/directory" 4K
is "$status" 125 "no such directory"
is "$(wc -l <"$tmp/err")" 2 "two lines"
run --file "$(printf '%0300d' 0)" 4K
is "$status" 125 "a name that is too long"
run --file "$(printf '%05000d' 0)" 4K
is "$status" 125 "a path that is too long"
is "$(wc -l <"$tmp/err")" 2 "two lines still"
run --file "$(printf '/no\033[31m\nsuch/x')" 4K
hasnt "$tmp/err" "$(printf '\033')" "a hostile path does not reach the terminal"
is "$(wc -l <"$tmp/err")" 2 "and makes no more lines"
is "$(state)" "$before" "the old file is as it was after all that"

# A limit on the size of files.
# shellcheck disable=SC3045 # not every sh has it, then the file is made
(ulimit -f 100 && "$PAGETOUCH" --file "$work/f" 64M >"$tmp/out" 2>"$tmp/err"; echo $? >"$tmp/status")
is "$(cat "$tmp/status")" 125 "a file that may not be so large"
clean "leaves nothing"

# Whatever the end, no new file is left.
start() {
	: >"$tmp/out"
	"$PAGETOUCH" --json --file "$work/new" "$@" >"$tmp/out" 2>"$tmp/err" &
	observer=$!
	eventually 20 grep -q '"seq":1' "$tmp/out"
	subject=$(field pid "$tmp/out" | head -n 1)
}
for signal in TERM KILL; do
	start --rate 4M/s --shared 64M 64K
	kill -s $signal "$observer"
	wait "$observer" 2>/dev/null
	eventually 5 gone "$subject"
	clean "nothing is left when the observer gets SIG$signal"
done
start --rate 4M/s 64M 64K
grep -F "$work/" "/proc/$subject/maps" | grep -F " (deleted)" >/dev/null
ok $? "the mapping is of a file in its directory that has no name"
kill -9 "$subject"
wait "$observer" 2>/dev/null
clean "nothing is left when the subject is killed"
if [ -c /dev/full ]; then
	"$PAGETOUCH" --file "$work/new" 1M >/dev/full 2>"$tmp/err"
	is $? 125 "a full disk for the output"
	clean "leaves nothing"
fi

# A file that shrinks under the mapping.
# cut_short ACCESS: a run whose file is made empty while it is touched; its status in $status.
cut_short() {
	cp "$work/old" "$tmp/shrinks"
	: >"$tmp/out"
	"$PAGETOUCH" --json --file "$tmp/shrinks" --access "$1" --rate 256K/s 1M 4K >"$tmp/out" 2>"$tmp/err" &
	observer=$!
	eventually 20 grep -q '"seq":2' "$tmp/out"
	: >"$tmp/shrinks"
	status=0
	wait "$observer" 2>/dev/null || status=$?
}
cut_short read
is "$status" 135 "a file that is cut short under the mapping: SIGBUS"
cut_short pread
is "$status" 125 "a file that is cut short under pread: an error"
has "$tmp/err" 'access pread: .*Bad address' "which is said"
has "$tmp/err" 'shorter than the mapping' "and why"

# Without privilege.
if can_drop; then
	chmod 600 "$work/old"
	status=0
	as_nobody "$PAGETOUCH" --file "$work/old" --access read 4K >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status" 125 "an old file that may not be read"
	has "$tmp/err" 'Permission denied' "it says so"
	status=0
	as_nobody "$PAGETOUCH" --file "$work/new" 4K >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status" 125 "a directory in which no file may be made"
	mkdir -m 1777 "$tmp/sticky"
	status=0
	as_nobody "$PAGETOUCH" --verify -q --file "$tmp/sticky/new" --shared 1M 2>"$tmp/err" || status=$?
	is "$status" 0 "a new file of an ordinary user"
	is "$(find "$tmp/sticky" -mindepth 1)" '' "leaves nothing"
	status=0
	# shellcheck disable=SC3045 # dash has it
	(ulimit -l 64 && as_nobody "$PAGETOUCH" --lock 16M) >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status" 125 "an ordinary user may not lock so much"
	has "$tmp/err" 'RLIMIT_MEMLOCK.*ulimit -l unlimited' "it says which limit"
	is "$(wc -l <"$tmp/err")" 2 "in two lines"
	for args in '-t 2 --access populate-write --then dontneed' '--memfd --then fork:write' '--shared --then remove' \
		'--memfd --access pwrite -t 2'; do
		status=0
		# shellcheck disable=SC2086 # several words
		as_nobody "$PAGETOUCH" --verify -q $args 4M 2>"$tmp/err" || status=$?
		is "$status" 0 "an ordinary user: $args"
	done
else
	skip "without privilege" "cannot drop privileges here"
fi


run --file "$tmp/held" --hold 20ms --every 10ms --verify -q 1M
is "$status" 0 "--verify of a file that is held"
run --file "$tmp/held" --lock --touch 0 --verify -q 1M
is "$status" 0 "--verify of a file that is locked"
# shellcheck disable=SC3045 # dash has it
(ulimit -f 64 && "$PAGETOUCH" --memfd 64M) >"$tmp/out" 2>"$tmp/err"
is "$?" 125 "a memfd above the limit of files is refused"
has "$tmp/err" 'RLIMIT_FSIZE.*ulimit -f' "it says which limit"

done_testing
