#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# replay.sh - runs that are over, shown again from their records, whole and damaged
. "${srcdir:=.}/tests/lib.sh"

runs=$srcdir/tests/fixtures/runs

# As it was printed when it was run.
run --json -o +PSS 1M 256K
cp "$tmp/out" "$tmp/run.json"
run --replay "$tmp/run.json" --csv -b -n -o TOUCHED,VSZ,RSS,GREW,MINFLT,PSS,OOMSCORE
is "$status" 0 "--replay --csv"
is "$(cat "$tmp/out")" "$(rows "$tmp/run.json" 'touched vsz rss grew minflt pss oom_score')" "all figures of all rows"
run --replay "$tmp/run.json"
is "$(head -n 1 "$tmp/out" | tr -s ' ' | sed 's/^ //')" "TOUCHED VSZ RSS GREW MINFLT" "a table, with its usual columns"
is "$(wc -l <"$tmp/out")" 6 "and all its rows"
has "$tmp/err" '^Mapping took VSZ from .* exactly what was touched' "and the summary"
for backing in --heap=64K --stack; do
	if sanitized; then
		skip "a run with $backing" "a sanitizer has an allocator and a stack of its own"
		continue
	fi
	run --json $backing 1M
	mv "$tmp/out" "$tmp/grown.json"
	run --replay "$tmp/grown.json"
	is "$status" 0 "a run with $backing"
	has "$tmp/err" 'took VSZ from .*, while pages were touched' "and its summary"
done
run -q --replay "$tmp/run.json"
is "$status $(cat "$tmp/out" "$tmp/err")" "0 " "-q checks that it can be read"
run --replay "$runs/steps.json"
is "$(awk '{ print $1 }' "$tmp/out" | uniq | tr '\n' ' ')" \
	"STEP touch dontneed touch:write fork fork:write:8M hold:200ms " "with STEP where there are steps"
is "$(awk 'NR == 1 { print $2 }' "$tmp/out")" PID "and PID where there are children"
is "$(awk '{ print length }' "$tmp/out" | sort -u | wc -l)" 1 "all rows of the table are of one width"
run --replay "$runs/killed.json"
is "$status" 0 "a killed run was replayed well"
has "$tmp/err" '^pagetouch: the subject \(pid [0-9]+\) was OOM-killed at the limit of its sandbox \(32.0 MiB\)' \
	"it is said how it ended"
has "$tmp/err" '^pagetouch: evidence: .*oom_kill went from 0 to 1' "with the evidence"
run --replay "$runs/guard.json"
has "$tmp/err" '^pagetouch: stopped by the guard' "a run that the guard stopped"

# From a pipe; one of several.
status=0
cat "$runs/killed.json" "$tmp/run.json" | "$PAGETOUCH" --replay - --csv -n -o RSS >"$tmp/out" 2>"$tmp/err" || status=$?
is "$status $(wc -l <"$tmp/out")" "0 5" "of two runs the last"
has "$tmp/err" 'note: of 2 runs this is the last; --run 1 is the first' "which is said"
cat "$runs/killed.json" "$tmp/run.json" >"$tmp/two.json"
run --replay "$tmp/two.json" --run 1 --csv -n -o RSS
is "$(wc -l <"$tmp/out")" "$(grep -c '"sample"' "$runs/killed.json")" "--run 1: the first"
hasnt "$tmp/err" note "which needs no note"
run --replay "$tmp/two.json" --run 3
is "$status" 125 "--run 3 of two"
has "$tmp/err" '^pagetouch: --run 3: there are 2 runs in ' "is said"

# What is damaged is shown as far as it goes, or not at all.
head -c $(($(wc -c <"$tmp/run.json") * 2 / 3)) "$tmp/run.json" >"$tmp/cut.json"
run --replay "$tmp/cut.json" --csv -n -o TOUCHED
is "$status" 0 "a file that breaks off"
[ "$(wc -l <"$tmp/out")" -ge 2 ]
ok $? "is shown as far as it goes"
has "$tmp/err" '^pagetouch: note: the file breaks off within a record' "which is said"
head -n 3 "$tmp/run.json" >"$tmp/cut.json"
run --replay "$tmp/cut.json"
has "$tmp/err" "^pagetouch: note: the run's end is missing" "a run whose observer died"
# damaged NAME PATTERN: what is in $tmp/bad.json is refused.
damaged() {
	run --replay "$tmp/bad.json"
	is "$status" 125 "$1: exit 125"
	has "$tmp/err" "$2" "$1: it is said"
	is "$(wc -l <"$tmp/err")" 2 "$1: in two lines"
}
: >"$tmp/bad.json"
damaged "an empty file" 'there is no run in '
echo 'Mem: 1 2 3' >"$tmp/bad.json"
damaged "something else" "line 1 of '.*': it is no JSON"
sed '3s/"rss":[0-9]*/"rss":-1/' "$tmp/run.json" >"$tmp/bad.json"
damaged "a negative figure" "line 3 of '.*/bad.json': rss is negative"
sed '3s/"rss":/"rss"/' "$tmp/run.json" >"$tmp/bad.json"
damaged "a broken line" "line 3 of '.*/bad.json': it is no JSON"
sed '4p' "$tmp/run.json" >"$tmp/bad.json"
damaged "a line twice" "line 5 of '.*': seq is 2 behind 2: are two runs mixed here"
{ head -c 5000000 /dev/zero | tr '\0' x; } >"$tmp/bad.json"
damaged "an endless line" "line 1 of '.*': it is longer than any record"
run --replay "$tmp/nosuch"
is "$status" 125 "a file that is not there"
has "$tmp/err" "cannot read '.*/nosuch': No such file" "is said"
run --replay "$tmp"
has "$tmp/err" 'Is a directory' "so is a directory"
sed 's/"message":"[^"]*"/"message":"\\u001b[2J"/' "$runs/killed.json" >"$tmp/hostile.json"
run --replay "$tmp/hostile.json"
hasnt "$tmp/err" "$(printf '\033')" "nothing in a file steers the terminal"

# What has been done cannot be done otherwise.
for wrong in '64M' '--json' '--limit 64M' '--then dontneed' '--verify' '--hold 1' '-v' '--shared'; do
	# shellcheck disable=SC2086
	run --replay "$tmp/run.json" $wrong
	is "$status" 2 "--replay $wrong: exit 2"
	empty "$tmp/out" "and no row"
done
for wrong in '--run 1' "--replay $tmp/run.json --run 0" "--replay $tmp/run.json --run x" '--replay'; do
	# shellcheck disable=SC2086
	run $wrong
	is "$status" 2 "$wrong: exit 2"
done

# Output that cannot be written.
if [ -c /dev/full ]; then
	status=0
	"$PAGETOUCH" --replay "$tmp/run.json" >/dev/full 2>"$tmp/err" || status=$?
	is "$status" 125 "a full disk: exit 125"
	has "$tmp/err" 'cannot write to standard output: No space left' "and why"
else
	skip "a full disk" "no /dev/full"
fi
run --json 8M "$page"
cp "$tmp/out" "$tmp/long.json"
{ "$PAGETOUCH" --replay "$tmp/long.json" 2>"$tmp/err"; echo $? >"$tmp/status"; } | head -n 2 >"$tmp/out"
is "$(cat "$tmp/status")" 141 "a closed pipe: SIGPIPE"
empty "$tmp/err" "and silence"

# With --plot it is drawn, and printed only in a format that was asked for.
mkdir "$tmp/bin"
printf '#!/bin/sh\ncat >/dev/null; echo a picture\n' >"$tmp/bin/gnuplot"
chmod 755 "$tmp/bin/gnuplot"
PATH=$tmp/bin:$PATH
run --replay "$runs/killed.json" --plot "$tmp/run.svg"
is "$status $(cat "$tmp/run.svg" "$tmp/out" "$tmp/err")" "0 a picture" "a picture alone"
run --replay "$runs/killed.json" --plot "$tmp/run.svg" --csv
is "$(wc -l <"$tmp/out")" $(($(grep -c '"sample"' "$runs/killed.json") + 1)) "or with --csv"
run --replay "$runs/killed.json" --plot -
is "$(cat "$tmp/out")" "a picture" "as text"
head -n 1 "$tmp/run.json" >"$tmp/cut.json"
run --replay "$tmp/cut.json" --plot "$tmp/none.svg"
is "$status" 125 "a run without rows is not drawn"
has "$tmp/err" 'nothing was drawn: no row was taken' "which is said"

done_testing
