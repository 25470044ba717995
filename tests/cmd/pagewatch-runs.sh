#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagewatch-runs.sh - a command that is run several times
. "${srcdir:=.}/tests/lib.sh"

[ -x "$(command -v "$PAGEWATCH")" ] || skip_all "no $PAGEWATCH here"

# A command that writes which run this is, and fails in those whose numbers FAILS has.
# shellcheck disable=SC2016 # the inner shell's
counts='echo x >>"$0"; n=$(wc -l <"$0"); echo "run $n"; case " $FAILS " in *" $n "*) exit 9 ;; esac'
# counted OPTION...: runs it so, from the beginning.
counted() {
	rm -f "$tmp/count"
	watch "$@" -- sh -c "$counts" "$tmp/count"
}
FAILS=
export FAILS

counted --runs 3 --warmup 2
is "$status $(wc -l <"$tmp/out") $(tail -n 1 "$tmp/out")" '0 5 run 5' 'it is run so often, and its output is its own'
has "$tmp/err" '^pagewatch: 3 runs of sh, after 2 that were not counted$' 'as is said'
is "$(sed -n 's/^\([A-Z]*\) .*/\1/p' "$tmp/err" | tr '\n' ' ')" 'FIGURE RSS PSS TIME MINFLT MAJFLT ' \
	'the figures that are known'
counted -q --runs 2
is "$status $(cat "$tmp/err")" '0 ' '-q: nothing'
counted --runs 2 --warmup 0
is "$status $(wc -l <"$tmp/out")" '0 2' '--warmup 0: none'
counted -v --runs 2 --warmup 1
is "$(grep -c 'who sends a SIGKILL' "$tmp/err")" 1 '-v: what holds for all runs is said once'
is "$(grep -c '^pagewatch: run [12] of 2: status 0, ' "$tmp/err")" 2 '-v: a line for each run that counts'

FAILS=2
counted --runs 4
is "$status $(wc -l <"$tmp/out")" '9 2' 'a failure ends it, with its status'
has "$tmp/err" '^pagewatch: run 2 of 4 failed with status 9, which ends it; --ignore-failure ' 'as is said'
has "$tmp/err" '^pagewatch: 2 runs of sh; 1 of them failed$' 'with what was measured before'
counted --runs 4 -i
is "$status $(wc -l <"$tmp/out")" '0 4' '--ignore-failure goes on'
has "$tmp/err" '^pagewatch: 4 runs of sh; 1 of them failed$' 'and counts it'
counted --runs 2 --warmup 2
is "$status" 9 'a warm-up that fails ends it, too'
has "$tmp/err" '^pagewatch: warm-up 2 of 2 failed with status 9' 'as is said'
FAILS=
counted --runs 3 --expect exited
is "$status $(wc -l <"$tmp/out")" '1 1' '--expect is what a run has to meet'
FAILS='1 2 3'
counted --runs 3 --expect exited
is "$status $(wc -l <"$tmp/out")" '0 3' 'which a failure may'
is "$(grep -c 'which ends it' "$tmp/err")" 0 'and nothing ends it'
# What is not met is no failure, and is said as what it is.
FAILS=2
counted -i --runs 3 --expect exited
is "$status $(wc -l <"$tmp/out")" '1 3' '-i goes on after an end that was not expected'
has "$tmp/err" '^pagewatch: 3 runs of sh; 2 did not meet what was demanded$' 'which is counted as that'
FAILS=1
counted --runs 3 --expect exited --max-rss 1
is "$status $(wc -l <"$tmp/out")" '1 1' 'a demand that is not met ends it'
has "$tmp/err" '^pagewatch: run 1 of 3 did not meet what was demanded, which ends it' 'as is said'
hasnt "$tmp/err" 'failed' 'and is not called a failure'
has "$tmp/err" '^pagewatch: 1 run of sh, which did not meet what was demanded$' 'also at the end'
counted --runs 3
has "$tmp/err" '^pagewatch: 1 run of sh, which failed$' 'as a failure is'

# Of some runs a figure may not be known. Each says so by itself.
rm -f "$tmp/count"
# shellcheck disable=SC2016 # the inner shell's
watch -v --runs 10 -- sh -c 'echo x >>"$0"; [ $(($(wc -l <"$0") % 2)) -eq 0 ] || sleep 0.2' "$tmp/count"
unknown=$(grep -c '^pagewatch: run .* peak of RSS not measured' "$tmp/err")
said=$(sed -n 's/^pagewatch: note: of these 10 runs RSS is known of \([0-9]*\).*/\1/p' "$tmp/err")
is "${said:-10}" "$((10 - unknown))" "of how many runs RSS is known"
watch --runs 3 "$tmp/no-such-command"
is "$status $(wc -l <"$tmp/err")" '127 1' 'a command that is not there is looked for once'
echo input >"$tmp/input"
"$PAGEWATCH" -q --runs 3 cat <"$tmp/input" >"$tmp/out" 2>"$tmp/err"
is "$? $(cat "$tmp/out" "$tmp/err" | sort | uniq -c | tr -s ' ')" '0  3 input' 'each has the whole input'
echo input | "$PAGEWATCH" --runs 3 cat >"$tmp/out" 2>"$tmp/err"
is "$? $(cat "$tmp/out")" '2 ' 'which a pipe cannot give'
for wrong in '--warmup 2 true' '--warmup 0 true' '--runs 2 --warmup x true' '--runs 2 --warmup -1 true' '-i true' '--runs 0 true' '--runs x true' '--runs 2 --fit true' '--runs 2 -p 1' \
	'--runs 2 --csv true' '--runs 2 --plot a.svg true' '--runs 2'; do
	# shellcheck disable=SC2086 # words
	watch $wrong
	is "$status $(cat "$tmp/out")" '2 ' "wrong: $wrong"
done

# An interrupted one tells what it has, and how it ended.
FAILS=
# shellcheck disable=SC2016 # the inner shell's
"$PAGEWATCH" --runs 50 -i sh -c 'echo x >>"$0"; until [ -s "$1" ]; do sleep 0.02; done' "$tmp/begun" "$tmp/go" \
	>"$tmp/out" 2>"$tmp/err" &
watcher=$!
eventually 20 test -s "$tmp/begun"
kill "$watcher"
status=0
wait "$watcher" || status=$?
is "$status $(wc -l <"$tmp/begun")" '143 1' 'a signal ends all runs'
has "$tmp/err" '^pagewatch: interrupted' 'as is said'

# The record.
rm -f "$tmp/count"
watch --json --runs 3 --warmup 1 --log-file "$tmp/log" -- sh -c "$counts" "$tmp/count"
is "$status $(cat "$tmp/err")" '0 ' '--json --log-file'
is "$(wc -l <"$tmp/log") $(grep -c '^{"record":"runs","run":"[0-9a-f]*",' "$tmp/log")" '1 1' 'is one record'
is "$(grep -o '"exit_status":0' "$tmp/log" | wc -l) $(grep -Eo '"(count|failed|warmup)":[0-9]+' "$tmp/log" | tr '\n' ' ')" \
	'3 "warmup":1 "count":3 "failed":0 ' 'with each run'
# Least and most of what stands beside them. A peak may not have been seen in so short a run.
for key in minflt elapsed_ns; do
	grep -Eo "\"$key\":[0-9]+" "$tmp/log" | sed 's/.*://' | sort -n >"$tmp/values"
	is "$(sed -n "s/.*\"$key\":{\"min\":\([0-9]*\),\"median\":\([0-9]*\),\"max\":\([0-9]*\)}.*/\1 \2 \3/p" "$tmp/log")" \
		"$(tr '\n' ' ' <"$tmp/values" | sed 's/ $//')" "$key: least, median and most of three"
done
if sanitized; then
	skip 'figures' 'a sanitizer makes them meaningless'
	done_testing
fi

# What is known beforehand: what it touches. How much of a short peak is seen is not.
watch --json --runs 3 --log-file "$tmp/known" -- "$PAGETOUCH" -q 24M --hold 100ms
rss=$(sed -n 's/.*"peak_rss":{.*"max":\([0-9]*\)},"peak_pss".*/\1/p' "$tmp/known")
faults=$(sed -n 's/.*"minflt":{"min":\([0-9]*\),.*/\1/p' "$tmp/known")
echo "# $rss bytes, $faults faults"
[ "$rss" -le $((40 * 1024 * 1024)) ]
ok $? 'no peak is higher than what it holds'
[ "$faults" -ge $((24 * 1024 / page_kib)) ] && [ "$faults" -le $((28 * 1024 / page_kib + 4096)) ]
ok $? 'each page is a fault'
watch --runs 2 --max-rss 4K -- sleep 0.1
is "$status" 1 'a demand that a run does not meet'
watch --runs 2 -i --max-rss 4K -- sleep 0.1
is "$status $(grep -c -- --max-rss "$tmp/err")" '1 2' 'is no failure of the command: it is not ignored'

watch -q --limit 64M true
if [ "$status" -eq 125 ]; then
	skip 'a sandbox' "$(head -n 1 "$tmp/err")"
	done_testing
fi
rm "$tmp/known"
watch --json --runs 2 --limit 64M --log-file "$tmp/known" -- "$PAGETOUCH" -q --no-guard 24M
charged=$(sed -n 's/.*"peak_cgroup":{"min":\([0-9]*\),.*/\1/p' "$tmp/known")
if [ -z "$charged" ]; then
	skip 'what a sandbox is charged for' 'this kernel does not count its peak'
else
	[ "$charged" -ge $((24 * 1024 * 1024)) ] && [ "$charged" -le $((40 * 1024 * 1024)) ]
	ok $? 'each run has a sandbox of its own'
fi
watch --runs 2 -i --limit 32M -- "$PAGETOUCH" -q --no-guard --oom-score-adj=keep 48M
has "$tmp/err" '^pagewatch: 2 runs of pagetouch; 2 of them failed$' 'OOM kills are failures'
done_testing
