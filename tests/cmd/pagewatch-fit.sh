#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagewatch-fit.sh - the smallest limit of programs whose need is known
. "${srcdir:=.}/tests/lib.sh"

[ -x "$(command -v "$PAGEWATCH")" ] || skip_all "no $PAGEWATCH here"

for wrong in '--fit-least 8M true' '--fit --expect oom true' '--fit --expect oom-sandbox true' \
	'--fit --limit 8M --fit-least 8M true' '--fit --fit-least 10% true' '--fit -p 1' '--fit --fit-step 0 true'; do
	# shellcheck disable=SC2086 # words
	watch $wrong
	is "$status $(cat "$tmp/out")" '2 ' "wrong: $wrong"
done
# That there is no sandbox is our failure, and none of the command.
if can_drop && [ -d /sys/fs/cgroup/memory ]; then
	status=0
	as_nobody "$PAGEWATCH" --fit true >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status" 125 '--fit without the privilege for a sandbox'
	status=0
	as_nobody "$PAGEWATCH" --limit 64M true >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status $(grep -c 'pagetouch\|no-guard' "$tmp/err")" '125 0' '--limit, with words that fit pagewatch'
else
	skip '--fit without privilege' 'no cgroup v1, or we have none to drop'
fi
watch -q --limit 64M true
if [ "$status" -eq 125 ]; then
	skip 'a sandbox' "$(head -n 1 "$tmp/err")"
	done_testing
fi
if sanitized; then
	skip 'the need of a program' 'a sanitizer makes it another one'
	done_testing
fi

# limit FILE: what was found, in MiB, as a record has it.
limit() {
	echo $(($(sed -n 's/.*"fit":{"limit":\([0-9]*\),.*/\1/p' "$1") / 1048576))
}
# What it touches, 41 MiB, and itself, some 2 MiB: between two steps of 4 MiB.
touches="$PAGETOUCH -q --no-guard --oom-score-adj=keep 41M"
for kind in '' --shared --memfd; do
	# shellcheck disable=SC2086 # words
	watch --fit --json --limit 96M $touches $kind
	cp "$tmp/err" "$tmp/fit"
	grep '"record":"fit"' "$tmp/fit" >"$tmp/record"
	is "$status $(limit "$tmp/record")" '0 44' "private, or $kind: 44 MiB"
	has "$tmp/record" '"killed_at":41943040,"slower_below":null,' 'and killed at a step less'
	# Tried by itself, without --fit.
	# shellcheck disable=SC2086 # words
	watch -q --limit 44M $touches $kind
	is "$status" 0 'it lives with that'
	# shellcheck disable=SC2086 # words
	watch -q --limit 40M $touches $kind
	is "$status" 137 'and not with less'
done
# shellcheck disable=SC2086 # words
watch --fit --json --limit 96M $touches
grep '"record":"fit"' "$tmp/err" >"$tmp/record"
is "$(limit "$tmp/record")" 44 'what was found once is found again'

# Page cache is given back at the limit: it is no need.
head -c 41M /dev/zero >"$tmp/file"
watch --fit --json --limit 96M "$PAGETOUCH" -q --no-guard --oom-score-adj=keep --file "$tmp/file" --access read 41M
grep '"record":"fit"' "$tmp/err" >"$tmp/record"
echo "# $(limit "$tmp/record") MiB"
[ "$(limit "$tmp/record")" -le 16 ]
ok $? 'a file that is read needs no such limit'

watch --fit --limit 64M /
is "$status" 126 'what cannot be executed'
watch --fit --limit 64M "$tmp/no-such-command"
is "$status" 127 'what is not there'
# Bounds.
# shellcheck disable=SC2086 # words
watch --fit --limit 96M --fit-least 64M $touches
is "$status $(grep -c 'lives with 65536 KiB; less was not tried' "$tmp/err")" '0 1' '--fit-least'
is "$(awk '/LIMIT/ { table = 1; next } /^pagewatch/ { table = 0 } table && $1 < 65536' "$tmp/err")" '' \
	'less is not tried'
# shellcheck disable=SC2086 # words
watch --fit --limit 96M --fit-least 30M $touches
has "$tmp/err" 'lives with 45056 KiB, and with 40960 KiB it is OOM-killed' 'a bound that is not in its way'
# shellcheck disable=SC2086 # words
watch --fit --limit 16M $touches
is "$status" 137 'more than --limit is not tried'
has "$tmp/err" 'does not live with 16384 KiB, the most that was tried' 'as is said'
has "$tmp/err" 'OOM-killed' 'and why'

# The end that is expected.
watch --fit --limit 64M --fit-step 8M --expect exited sh -c "$PAGETOUCH -q --no-guard --oom-score-adj=keep 20M; exit 3"
is "$status" 0 '--expect exited: a status is no failure'
has "$tmp/err" 'lives with 24576 KiB, and with 16384 KiB it is OOM-killed' 'but an OOM kill of a child is'
has "$tmp/err" '^pagewatch: With a tenth to spare: MemoryMax=27M, or a Kubernetes limit of 27Mi$' 'what to write'
watch --fit --limit 64M --expect exited true
is "$status" 1 'a command that does not end as expected lives with no limit'
has "$tmp/err" 'does not live with 65536 KiB, the most that was tried \(failed\)' 'as is said'
done_testing
