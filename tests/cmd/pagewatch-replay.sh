#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagewatch-replay.sh - what pagewatch has recorded, shown again and drawn
. "${srcdir:=.}/tests/lib.sh"

[ -x "$(command -v "$PAGEWATCH")" ] || skip_all "no $PAGEWATCH here"

# Until there are three rows.
# shellcheck disable=SC2016 # the inner shell's
until_three='until [ "$(grep -c sample "$0")" -ge 3 ]; do sleep 0.02; done; echo out; exit 5'
watch --json -o +MAJFLT --every 20ms --log-file "$tmp/run.json" -- sh -c "$until_three" "$tmp/run.json"
is "$status" 5 'a run is recorded'
grep -e 'sh ended' -e '^pagewatch: Its peak' "$tmp/err" >"$tmp/words"
watch --replay "$tmp/run.json" --csv -b --noheadings -o PROCS,VSZ,RSS,PSS,PEAK,MAJFLT
is "$status" 0 '--replay --csv'
is "$(cat "$tmp/out")" "$(rows "$tmp/run.json" 'procs vsz rss pss peak majflt')" 'all figures of all rows'
watch --replay "$tmp/run.json" --csv --noheadings -o CPU%
is "$(cat "$tmp/out")" "$(rows "$tmp/run.json" 'cpu')" 'shares, too'
is "$(cat "$tmp/err")" "$(cat "$tmp/words")" 'and the words of its end'
watch --replay "$tmp/run.json"
is "$(head -n 1 "$tmp/out" | tr -s ' ' | sed 's/^ //')" 'TIME PROCS VSZ RSS PSS PEAK CPU%' \
	'a table, with its usual columns'
is "$(wc -l <"$tmp/out")" $(($(rows "$tmp/run.json" 'procs' | wc -l) + 1)) 'and all its rows'
watch -q --replay "$tmp/run.json"
is "$status $(cat "$tmp/out" "$tmp/err")" '0 ' '-q checks that it can be read'

# Several runs, also of the other program.
cp "$tmp/run.json" "$tmp/many.json"
"$PAGETOUCH" --json 64K >>"$tmp/many.json"
watch --json --log-file "$tmp/many.json" -- sh -c "$until_three" "$tmp/run.json"
watch --replay "$tmp/many.json" --csv --noheadings
has "$tmp/err" 'note: of 2 runs this is the last; --run 1 is the first' 'of two runs the last'
status=0
"$PAGEWATCH" --replay - --run 1 --csv -b --noheadings -o RSS <"$tmp/many.json" >"$tmp/out" 2>"$tmp/err" || status=$?
is "$status $(cat "$tmp/out")" "0 $(rows "$tmp/run.json" 'rss')" 'from standard input, the first'
run --replay "$tmp/many.json"
is "$status $(grep -c 'of 2 runs' "$tmp/err")" '0 0' 'pagetouch finds its own there'
run --replay "$tmp/run.json"
is "$status" 125 'where there is none of its own it has nothing to show'
has "$tmp/err" 'no record is a plan of pagetouch' 'as it says'
head -n 3 "$tmp/run.json" >"$tmp/cut.json"
watch --replay "$tmp/cut.json"
is "$status $(wc -l <"$tmp/out")" '0 3' 'a run whose end is missing is shown as far as it goes'
has "$tmp/err" "note: the run's end is missing" 'as is said'
sed '2s/"rss":[0-9]*/"rss":-1/' "$tmp/run.json" >"$tmp/bad.json"
watch --replay "$tmp/bad.json"
is "$status" 125 'a record that cannot be'
has "$tmp/err" "line 2 of '.*/bad.json': rss is negative" 'is named'
watch --replay "$tmp/nosuch"
is "$status" 125 'a file that is not there: 125'

for wrong in "--replay $tmp/run.json true" "--replay $tmp/run.json --json" "--replay $tmp/run.json --limit 1M" \
	'--run 1 true' "--replay $tmp/run.json --run 0" '--replay='; do
	# shellcheck disable=SC2086 # words
	watch $wrong
	is "$status $(cat "$tmp/out")" '2 ' "wrong: $(without_paths "$wrong")"
done

# Drawn, with a gnuplot that is made up.
mkdir "$tmp/bin"
printf '#!/bin/sh\ncat >"%s"; echo a picture\n' "$tmp/script" >"$tmp/bin/gnuplot"
chmod 755 "$tmp/bin/gnuplot"
PATH=$tmp/bin:$PATH
sed 's/"victims":\[\]/"victims":[{"pid":7,"comm":"cc1","anon":1,"oom_cgroup":"\/a"}]/' "$tmp/run.json" >"$tmp/victim.json"
watch --replay "$tmp/victim.json" --plot -
is "$status $(cat "$tmp/out" "$tmp/err")" '0 a picture' 'a picture alone, on standard output'
has "$tmp/script" '^title = "pagewatch: sh"$' 'its title'
has "$tmp/script" 'OOM kill of cc1' 'whom the OOM killer took'
has "$tmp/script" '^end = "exited"$' 'its end'
watch --replay "$tmp/run.json" --plot "$tmp/a.svg" --csv
is "$(wc -l <"$tmp/out") $(cat "$tmp/a.svg")" "$(($(rows "$tmp/run.json" 'procs' | wc -l) + 1)) a picture" 'or with --csv'
done_testing
