#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagewatch-where.sh - what grew, by kind of mapping: known sizes of known kinds, and exact sums
. "${srcdir:=.}/tests/lib.sh"

[ -x "$(command -v "$PAGEWATCH")" ] || skip_all "no $PAGEWATCH here"
sanitized && skip_all 'a sanitizer makes the figures meaningless'

# held ARGS...: starts pagetouch, whose pid is then in $observer, and waits until it has touched all.
held() {
	: >"$tmp/rows"
	"$PAGETOUCH" --json "$@" --hold 60s >"$tmp/rows" 2>/dev/null &
	observer=$!
	eventually 60 grep -q '"step":"hold"' "$tmp/rows"
}

release() {
	kill "$observer"
	wait "$observer" 2>/dev/null
}

# look ARGS...: follows what ARGS say until it has been read; its record in $tmp/where.
look() {
	rm -f "$tmp/records"
	"$PAGEWATCH" --json --where --log-file "$tmp/records" "$@" 2>"$tmp/err" &
	watcher=$!
	eventually 60 grep -q '"record":"sample"' "$tmp/records" 2>/dev/null
	kill -s TERM "$watcher"
	status=0
	wait "$watcher" || status=$?
	grep '^{"record":"where"' "$tmp/records" >"$tmp/where"
}

# whole MOMENT FIELD: of all mappings.
whole() {
	grep -o '"'"$1"'":{"elapsed_ns"[^}]*' "$tmp/where" | grep -o '"'"$2"'":[0-9]*' | sed 's/.*://'
}

# share KIND NAME MOMENT FIELD: added up over the mappings of a kind whose JSON name matches.
share() {
	grep -o '{"kind":"'"$1"'","name":'"$2"',"first":{[^}]*},"peak":{[^}]*},"last":{[^}]*}' "$tmp/where" |
		grep -o '"'"$3"'":{[^}]*' | sed 's/"'"$3"'":{//; s/.*"'"$4"'":\([0-9]*\).*/\1/' |
		awk '{ sum += $1 } END { print sum + 0 }'
}

# between GOT LEAST MOST NAME
between() {
	[ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
	ok $? "$4"
	echo "# $1 of $2 to $3"
}

size=16384
any='[^,]*'
# What pagetouch itself needs beside the size that it touches.
slack=2048

# kib KIND NAME: what was held when it was first read.
kib() {
	echo $(($(share "$1" "$2" first rss) / 1024))
}

# Known kinds, in a process and its observer that do nothing any more.
held 16M
look -p "$observer" --tree
is "$status $(wc -l <"$tmp/where")" '0 1' 'one record'
between "$(kib anon "$any")" $size $((size + slack)) 'private anonymous memory'
between "$(kib heap null)" 0 $slack 'is no heap'
is "$(kib shmem '"/memfd[^"]*"')" 0 'nor a memfd'
release
held --heap=16K 16M
look -p "$observer" --tree
between "$(kib heap null)" $size $((size + slack)) 'small pieces of malloc are the heap'
between "$(kib anon "$any")" 0 $slack 'and no other memory'
release
held --memfd 16M
look -p "$observer" --tree
is "$(kib shmem '"/memfd[^"]*"')" $size 'a memfd, to the page'
release
held --shared 16M
look -p "$observer" --tree
between "$(kib shmem "$any")" $size $((size + slack)) 'shared anonymous memory'
release
held --shared --file "$tmp/file" 16M
look -p "$observer" --tree
is "$(kib file '"'"$tmp"'[^"]*"')" $size 'a file, by its name'
release
held --stack 4M
look -p "$observer" --tree
between "$(kib stack null)" 4096 $((4096 + slack)) 'the stack'
release
held --threads 4 16M
look -p "$observer" --tree
is "$(share stack null first mappings)" 5 'a stack for each of two processes, and for three threads'
release

# Exact sums: of a process that does nothing, against an independent reading.
held 16M
child=$(tr -d ' ' <"/proc/$observer/task/$observer/children")
look -p "$child"
for field in Rss:rss Anonymous:anon Swap:swap; do
	is "$(whole first "${field#*:}")" \
		"$(awk -v key="${field%:*}:" '$1 == key { print $2 * 1024 }' "/proc/$child/smaps_rollup")" \
		"the sum of ${field%:*} is that of smaps_rollup"
done
sum=0
for kind in heap arena stack anon shmem file kernel; do
	sum=$((sum + $(share $kind "$any" first rss)))
done
is "$sum" "$(whole first rss)" 'which is the sum of the kinds'
look -p "$observer" --tree
is "$(whole first rss)" \
	"$(cat "/proc/$child/smaps_rollup" "/proc/$observer/smaps_rollup" |
		awk '$1 == "Rss:" { sum += $2 * 1024 } END { print sum }')" 'also of two processes'
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	chmod 777 "$tmp"
	# Where it may be executed: the directory of the build may be closed to others.
	cp "$(command -v "$PAGEWATCH")" "$tmp/pagewatch"
	printf '#!/bin/sh\nexec setpriv --reuid 65534 --regid 65534 --clear-groups "%s" "$@"\n' \
		"$tmp/pagewatch" >"$tmp/as-nobody"
	chmod 755 "$tmp/as-nobody"
	ours=$PAGEWATCH
	PAGEWATCH=$tmp/as-nobody
	look -p "$child"
	(
		trap - INT
		exec timeout -s TERM 1 "$tmp/as-nobody" --where --peak --every 100ms -p "$child"
	) >"$tmp/out" 2>"$tmp/notes"
	hasnt "$tmp/notes" '^KIND|^all ' 'a table of nothing is not shown'
	has "$tmp/notes" "note: the peak of process $child could not be reset, and PEAK is not known" 'nor is a peak'
	(
		trap - INT
		exec timeout -s TERM 1 "$ours" --where --peak --every 100ms -p "$child"
	) >"$tmp/out" 2>"$tmp/notes"
	has "$tmp/notes" '^all ' 'root sees a table'
	hasnt "$tmp/notes" 'note: ' 'and the peak'
	PAGEWATCH=$ours
	is "$(whole first unreadable) $(whole first rss)" '1 0' 'what may not be read is counted'
	has "$tmp/err" 'the mappings of 1 process could not be read' 'and said'
else
	skip 'somebody else'\''s process' 'that takes root and setpriv'
fi
release

# From the beginning on. Much that has grown is read at once.
# shellcheck disable=SC2016 # the inner shell's
until_seen='rows() {
		grep -c "^{\"record\":\"sample\"\|^ *[0-9]" "$0/records"
	}
	more() {
		seen=$(rows)
		until [ "$(rows)" -gt $((seen + 1)) ]; do sleep 0.05; done
	}
	rm -f "$0/rows"
	more
	"$PAGETOUCH" --json 16M --hold 60s >"$0/rows" &
	until grep -q "\"step\":\"hold\"" "$0/rows"; do sleep 0.05; done
	more
	kill $!
	wait'
PAGETOUCH=$PAGETOUCH "$PAGEWATCH" --json --where --every 50ms --log-file "$tmp/records" -- \
	sh -c "$until_seen" "$tmp" 2>/dev/null
grep '^{"record":"where"' "$tmp/records" >"$tmp/where"
between $((($(share anon "$any" peak rss) - $(share anon "$any" first rss)) / 1024)) \
	$((size * 2 / 3)) $((size + slack)) 'what grew, but for the last quarter of all'

# For people.
rm -f "$tmp/records"
PAGETOUCH=$PAGETOUCH "$PAGEWATCH" -v --where --every 50ms --log-file "$tmp/records" -- \
	sh -c "$until_seen" "$tmp" >"$tmp/out" 2>"$tmp/err"
has "$tmp/records" '^KIND +MAPS +FIRST +PEAK +GREW +PSS +HUGE NAME' 'a table'
has "$tmp/records" '^anon +[0-9]+ +[0-9]+ +1[0-9]{4} +1[0-9]{4} ' 'with what grew'
is "$(grep -c '^all ' "$tmp/records")" 1 'and the sum'
has "$tmp/err" 'smaps was read [0-9]+ times, which took [0-9.]+ ms, [0-9.]+ % of the time' \
	'-v says what it took'
"$PAGEWATCH" -v --where -- sleep 0.2 2>"$tmp/err"
has "$tmp/err" 'smaps was read (once|[2-9] times|[1-9][0-9]+ times), ' 'nor does it say 1 times'
"$PAGEWATCH" -- true 2>"$tmp/err"
hasnt "$tmp/err" 'KIND|mappings' 'not unless it is asked for'
for other in --quiet --csv --fit; do
	"$PAGEWATCH" --where $other true 2>"$tmp/err"
	is $? 2 "nor with $other"
done

# What it held when it died.
"$PAGEWATCH" -q --limit 64M true 2>"$tmp/err"
if [ $? -eq 125 ]; then
	skip 'a sandbox' "$(head -n 1 "$tmp/err")"
	done_testing
fi
"$PAGEWATCH" --where --limit 32M -- awk 'BEGIN { for (i = 0; ; i++) a[i] = i }' 2>"$tmp/err"
is $? 137 'a command that is OOM-killed'
tr '\n' ' ' <"$tmp/err" >"$tmp/line"
has "$tmp/line" 'When they were last read, after [0-9.]+ m?s, the mappings held [0-9]+ KiB: [0-9]+ KiB (heap|other anonymous memory|files \()' \
	'what it held then is said'
"$PAGEWATCH" --where --limit 32M -- sh -c 'exit 3' 2>"$tmp/err"
hasnt "$tmp/err" 'When they were last read' 'not of one that was not'
done_testing
