#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagewatch-plot.sh - pictures of what was followed, with a gnuplot that is made up and the real one
. "${srcdir:=.}/tests/lib.sh"

[ -x "$(command -v "$PAGEWATCH")" ] || skip_all "no $PAGEWATCH here"
program=$(command -v "$PAGEWATCH")
mkdir "$tmp/bin" "$tmp/pictures"
picture=$tmp/pictures/run.svg

# gnuplot_that COMMANDS: what is made up; it keeps what it is told in $tmp/script.
gnuplot_that() {
	printf '#!/bin/sh\n%s\n' "$1" >"$tmp/bin/gnuplot"
	chmod 755 "$tmp/bin/gnuplot"
	rm -rf "$tmp/pictures" "$tmp/script"
	mkdir "$tmp/pictures"
}
# watch ARGS...: runs pagewatch with it.
watch() {
	status=0
	PATH="$tmp/bin:$PATH" "$program" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}
draws="cat >'$tmp/script'; echo a picture"
# What a command does to live until a row of it has been taken; watch_row ARGS... writes that.
lives="until [ -s '$tmp/log' ]; do sleep 0.02; done"
watch_row() {
	rm -f "$tmp/log"
	watch --log-file "$tmp/log" "$@"
}

gnuplot_that "$draws"
for wrong in '--plot picture true' '--plot picture.jpg true' '--plot' '--fit --plot a.svg true' '--log-file a.svg --plot a.svg true'; do
	# shellcheck disable=SC2086 # words
	watch $wrong
	is "$status $(cat "$tmp/out")" '2 ' "wrong: $wrong"
done
watch --plot "$tmp/nosuch/run.svg" touch "$tmp/done"
is "$status" 125 'a directory that is not there: 125'
[ ! -e "$tmp/done" ]
ok $? 'and nothing was run'

watch_row --plot "$picture" sh -c "$lives; echo out; exit 3"
is "$status $(cat "$tmp/out")" '3 out' 'a picture leaves status and output alone'
is "$(cat "$picture")" 'a picture' 'it is there'
has "$tmp/log" '^ +TIME +PROCS' 'and so are the rows'
has "$tmp/script" '^title = "pagewatch: sh"$' 'its title'
has "$tmp/script" "^along = 'time'$" 'it is over time'
name="m$(printf '\033')[31m'"
printf '#!/bin/sh\n%s\n' "$lives" >"$tmp/$name"
chmod 755 "$tmp/$name"
watch_row --plot "$picture" "$tmp/$name"
has "$tmp/script" "^title = \"pagewatch: m\\\\134x1b\\[31m'\"\$" 'a name that is escaped once'
watch_row --plot "$picture" sh -c "$lives; echo out; exit 3"
has "$tmp/script" '^end = "exited"$' 'and shows how the run ended'
watch_row --plot - sh -c "$lives; echo out"
is "$status $(cat "$tmp/out") $(tail -n 1 "$tmp/err")" '0 out a picture' 'with letters on standard error'
has "$tmp/script" '^set terminal dumb ' 'for a terminal'

gnuplot_that 'cat >/dev/null; exit 1'
watch_row --plot "$picture" sh -c "$lives"
is "$status $(ls -A "$tmp/pictures")" '125 ' 'a failing gnuplot: 125'
has "$tmp/err" '^pagewatch: --plot: gnuplot failed with exit status 1' 'and why'
watch_row --plot "$picture" sh -c "$lives; exit 4"
is "$status" 4 'a failure of the command comes first'

gnuplot_that "echo \$\$ >'$tmp/pid'; exec sleep 60"
rm "$tmp/log"
PATH="$tmp/bin:$PATH" "$program" --log-file "$tmp/log" --plot "$picture" sh -c "$lives" 2>"$tmp/err" &
watcher=$!
eventually 20 [ -s "$tmp/pid" ]
kill "$watcher"
status=0
wait "$watcher" || status=$?
is "$status $(ls -A "$tmp/pictures")" '125 ' 'a signal ends gnuplot'
has "$tmp/err" 'interrupted before the picture was drawn' 'as is said'

gnuplot_that "$draws"
PATH="$tmp/bin:$PATH" "$program" --plot "$picture" --every 20ms sleep 60 >"$tmp/out" 2>"$tmp/err" &
watcher=$!
eventually 20 sh -c "[ \$(wc -l <'$tmp/err') -ge 3 ]"
kill "$watcher"
status=0
wait "$watcher" || status=$?
is "$status $(cat "$picture")" '143 a picture' 'a signal that ends the command does not take the picture away'

watch -q --limit 64M true
if [ "$status" -eq 125 ]; then
	skip 'a kill' "$(head -n 1 "$tmp/err")"
else
	watch --every 10ms --plot "$picture" --limit 32M awk 'BEGIN { for (i = 0; ; i++) a[i] = i }'
	is "$status" 137 'an OOM kill'
	has "$tmp/script" '^killed = 1$' 'is marked'
	has "$tmp/script" "title \(limited \? 'limit 32.0 MiB' : ''\)" 'so is the limit'
fi

if command -v gnuplot >/dev/null; then
	rm "$tmp/bin/gnuplot"
	for ending in svg png pdf; do
		watch_row --plot "$tmp/pictures/real.$ending" sh -c "$lives"
		is "$status $(grep -e --plot "$tmp/err")" '0 ' "the real gnuplot: .$ending"
	done
	has "$tmp/pictures/real.svg" '>PSS<' 'its curves'
	has "$tmp/pictures/real.svg" '>pagewatch: sh<' 'its title'
else
	skip 'the real gnuplot' 'gnuplot is not installed'
fi
done_testing
