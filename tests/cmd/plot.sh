#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# plot.sh - pictures: with a gnuplot that is made up, and with the real one where there is one
# shellcheck disable=SC3045 # the options of ulimit, which dash has
. "${srcdir:=.}/tests/lib.sh"

program=$(command -v "$PAGETOUCH")
mkdir "$tmp/bin" "$tmp/pictures" "$tmp/nothing"
picture=$tmp/pictures/run.svg

# gnuplot_that COMMANDS: what is made up; it keeps what it is told in $tmp/script.
gnuplot_that() {
	printf '#!/bin/sh\n%s\n' "$1" >"$tmp/bin/gnuplot"
	chmod 755 "$tmp/bin/gnuplot"
	rm -rf "$tmp/pictures" "$tmp/script"
	mkdir "$tmp/pictures"
}
draws="cat >'$tmp/script'; echo \"\$*\" >'$tmp/arguments'; echo a picture"
# with_it ARGS...: runs pagetouch with the made-up gnuplot.
with_it() {
	status=0
	PATH="$tmp/bin:$PATH" GNUTERM=bogus "$program" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}
# left: the files that are in the directory of the pictures.
left() {
	ls -A "$tmp/pictures"
}

# No row, no picture: that is no error of its own.
gnuplot_that "$draws"
if ! sanitized; then
	status=0
	(ulimit -v 200000 && PATH="$tmp/bin:$PATH" exec "$program" --expect enomem --plot "$picture" 1G) >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status" 0 "a refused mapping that was expected, with --plot"
	is "$(left)" '' "draws nothing"
fi
ln -s target.svg "$tmp/pictures/link.svg"
with_it -q --plot "$tmp/pictures/link.svg" 1M
is "$status" 125 "a link that leads nowhere"
is "$(readlink "$tmp/pictures/link.svg")" target.svg "is left alone"

# What cannot be is refused before anything is mapped.
gnuplot_that "$draws"
for name in picture picture.jpg .png pictures.svg/ ''; do
	with_it --plot "$name" 64K
	is "$status" 2 "--plot '$name': exit 2"
	empty "$tmp/out" "and no row"
	has "$tmp/err" 'end it in .svg, .png or .pdf' "and which names there are"
done
with_it --plot "$tmp/nosuch/run.svg" 64K
is "$status" 125 "a directory that is not there: exit 125"
empty "$tmp/out" "and no row"
has "$tmp/err" "^pagetouch: --plot: cannot write '.*/nosuch/run.svg': No such file" "and why"
mkdir "$tmp/pictures/a.png"
with_it --plot "$tmp/pictures/a.png" 64K
is "$status" 125 "a directory is no picture"
rmdir "$tmp/pictures/a.png"
if can_drop; then
	chmod 755 "$tmp" "$tmp/bin" "$tmp/pictures"
	status=0
	PATH="$tmp/bin:$PATH" as_nobody "$program" --plot "$picture" 64K >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status" 125 "a directory of somebody else: exit 125"
	empty "$tmp/out" "and no row"
	has "$tmp/err" 'Permission denied' "and why"
else
	skip "a directory of somebody else" "cannot drop privileges here"
fi
status=0
PATH=$tmp/nothing "$program" --plot "$picture" 64K >"$tmp/out" 2>"$tmp/err" || status=$?
is "$status" 125 "without gnuplot: exit 125"
empty "$tmp/out" "and no row"
is "$(cat "$tmp/err")" "pagetouch: --plot: gnuplot is not installed
pagetouch: apt install gnuplot-nox" "in two lines"
is "$(left)" "" "nothing of this leaves a file"

for wrong in '--plot-x time' '--plot-x far --plot a.svg' '--plot - --json' '--plot - --csv' '--plot'; do
	# shellcheck disable=SC2086
	with_it $wrong 64K
	is "$status" 2 "$wrong: exit 2"
	empty "$tmp/out" "and no row"
done

# A run is printed as always, and drawn.
with_it --plot "$picture" 64K
is "$status" 0 "a picture"
is "$(wc -l <"$tmp/out")" $((65536 / page + 2)) "all rows are printed"
has "$tmp/err" '^Mapping took' "and the summary"
is "$(cat "$picture")" "a picture" "the file is what gnuplot has drawn"
is "$(left)" run.svg "and nothing else is there"
is "$(cat "$tmp/arguments")" "--default-settings -" "gnuplot reads no settings of the user's"
has "$tmp/script" '^title = "pagetouch: 64.0 KiB private"$' "the script has a title"
has "$tmp/script" "^along = 'touched'$" "over touched bytes"
has "$tmp/script" "title 'RSS'" "with RSS"
has "$tmp/script" "title 'VSZ'" "and VSZ"
for ending in png PDF; do
	with_it -q --plot "$tmp/pictures/a.$ending" 64K
	is "$status" 0 "a .$ending"
	empty "$tmp/out" "with -q there is nothing but the picture"
done
has "$tmp/script" '^set terminal pdfcairo' "the ending decides on the terminal"
with_it --json -o +PSS --plot "$picture" 64K
is "$(tail -n 1 "$tmp/out" | field outcome /dev/stdin)" completed "beside --json"
has "$tmp/script" "title 'PSS'" "with a column that was asked for"
with_it -q --plot "$picture" --hold 60ms --every 20ms --then dontneed 64K
has "$tmp/script" "^along = 'time'$" "steps: over time"
for step in touch hold dontneed; do
	has "$tmp/script" "^set label \"$step\" at first" "$step is marked"
done
with_it -q --plot "$picture" --plot-x row --then dontneed 64K
has "$tmp/script" "^along = 'row'$" "--plot-x decides"

# On standard output.
with_it --plot - 64K
is "$status" 0 "--plot -"
is "$(tail -n 1 "$tmp/out")" "a picture" "is text below the rows"
has "$tmp/script" '^set terminal dumb .*size 80,24$' "of the usual size where there is no terminal"
if [ -c /dev/full ]; then
	status=0
	PATH="$tmp/bin:$PATH" "$program" -q --plot - 64K >/dev/full 2>"$tmp/err" || status=$?
	is "$status" 125 "to a full disk: exit 125"
	has "$tmp/err" 'cannot write to standard output: No space left' "and why"
else
	skip "to a full disk" "no /dev/full"
fi
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1; then
	PATH="$tmp/bin:$PATH" TERM=xterm script -qec "stty cols 101 rows 33; '$program' -q --plot - 64K" \
		/dev/null </dev/null >/dev/null
	has "$tmp/script" '^set terminal dumb .*size 101,32$' "of the terminal's size"
else
	skip "of the terminal's size" "script(1) is missing or has no terminal to give"
fi

# When gnuplot fails nothing that was measured is lost, and nothing is left half drawn.
# fails NAME PATTERN: the made-up gnuplot does not do what it should.
fails() {
	echo "as it was" >"$picture"
	with_it --plot "$picture" 64K
	is "$status" 125 "$1: exit 125"
	is "$(wc -l <"$tmp/out")" $((65536 / page + 2)) "$1: all rows are printed"
	has "$tmp/err" "$2" "$1: it is said"
	is "$(cat "$picture") $(left)" "as it was run.svg" "$1: the file is what it was"
	rm "$picture"
	with_it -q --plot "$picture" 64K
	is "$status $(left)" "125 " "$1: or is not there"
}
gnuplot_that 'cat >/dev/null; echo half a
printf "\ngnuplot> plot\n        ^\n         line 7: all is\033[2J lost\n" >&2
exit 1'
fails "a failing gnuplot" \
	'^pagetouch: --plot: gnuplot failed with exit status 1: line 7: all is\\x1b\[2J lost$'
gnuplot_that 'exit 0'
fails "a gnuplot that does nothing" 'gnuplot drew nothing'
gnuplot_that "echo half; kill -9 \$\$"
fails "a gnuplot that is killed" 'gnuplot was killed by signal 9'
gnuplot_that 'exec 0<&-; echo without reading'
with_it --plot "$picture" -q 8M "$page"
is "$status $(cat "$picture")" "0 without reading" "a gnuplot that does not read"
gnuplot_that "$draws"
status=0
(ulimit -f 0 && PATH="$tmp/bin:$PATH" "$program" -q --plot "$picture" 64K 2>&1; echo $?) | cat >"$tmp/err"
is "$(tail -n 1 "$tmp/err")" 125 "a file that cannot be as long: exit 125"
is "$(left)" "" "and none is left"

# A signal ends gnuplot too; one that has ended the run does not take the picture away.
gnuplot_that "echo \$\$ >'$tmp/pid'; exec sleep 60"
PATH="$tmp/bin:$PATH" "$program" -q --plot "$picture" 64K 2>"$tmp/err" &
observer=$!
eventually 20 [ -s "$tmp/pid" ]
kill "$observer"
status=0
wait "$observer" || status=$?
is "$status" 143 "SIGTERM while gnuplot is at work"
eventually 10 gone "$(cat "$tmp/pid")"
ok $? "ends it"
is "$(left)" "" "and leaves no file"
gnuplot_that "$draws"
PATH="$tmp/bin:$PATH" "$program" --plot "$picture" --hold infinity 64K >"$tmp/out" 2>"$tmp/err" &
observer=$!
eventually 20 sh -c "[ \$(wc -l <'$tmp/out') -ge 18 ]"
kill "$observer"
status=0
wait "$observer" || status=$?
is "$status" 143 "a run that SIGTERM has ended"
is "$(cat "$picture")" "a picture" "has its picture"
has "$tmp/script" '^end = "interrupted"$' "and its end there"
has "$tmp/script" '^set label end\." in hold" at' "with what was cut short"

# A kill, where there can be one.
run -q --limit 32M 1M
if [ "$status" -eq 125 ]; then
	skip "a kill" "$(head -n 1 "$tmp/err")"
else
	with_it --plot "$picture" --limit 16M 32M
	is "$status" 137 "a kill is still one when it is drawn"
	has "$tmp/script" '^set label end\." at 1[0-9.]* MiB" at first' "it is marked"
	has "$tmp/script" '^end = "oom-sandbox"$' "by its name"
	has "$tmp/script" "title \(limited \? 'limit 16.0 MiB' : ''\)" "so is the limit"
	with_it --plot "$picture" --limit 16M --then limit:12M --then hold:10ms 4M
	is "$status" 0 "a limit that is changed"
	tr '\n' ' ' <"$tmp/script" >"$tmp/line"
	has "$tmp/line" '[$]limit << EOD -[^ ]+ 16777216 ([^ ]+) 16777216 \1 12582912 [^ ]+ 12582912 EOD' "is drawn with a corner"
fi

# The real one.
if ! command -v gnuplot >/dev/null; then
	skip "the real gnuplot" "gnuplot is not installed"
	done_testing
fi
# magic FILE: its first bytes.
magic() {
	dd if="$1" bs=1 count=4 2>/dev/null | od -An -c | tr -d ' \n'
}
for name in killed guard steps; do
	for ending in svg png pdf; do
		run --replay "$srcdir/tests/fixtures/runs/$name.json" --plot "$tmp/pictures/$name.$ending"
		is "$status $(cat "$tmp/err")" "0 " "$name.$ending"
	done
done
is "$(magic "$tmp/pictures/killed.png")" '211PNG' "a .png is one"
is "$(magic "$tmp/pictures/killed.pdf")" '%PDF' "a .pdf is one"
has "$tmp/pictures/killed.svg" '<svg' "a .svg is one"
for tic in 0 8 56 64; do
	has "$tmp/pictures/killed.svg" "> ?$tic</text>" "a tic at $tic"
done
has "$tmp/pictures/killed.svg" '>touched \(MiB\)<' "an axis of touched memory, with its unit"
has "$tmp/pictures/killed.svg" '>memory \(MiB\)<' "and one of memory"
has "$tmp/pictures/steps.svg" '>time \(ms\)<' "or of time"
has "$tmp/pictures/killed.svg" '>killed \(oom-sandbox\) at 3[0-9.]* MiB<' "the kill is labelled"
has "$tmp/pictures/guard.svg" '>stopped by the guard at ' "the guard is"
for step in touch dontneed touch:write fork fork:write:8M hold:200ms; do
	has "$tmp/pictures/steps.svg" ">$step<" "$step is"
done
run --replay "$srcdir/tests/fixtures/runs/killed.json" --plot -
is "$status" 0 "as text"
has "$tmp/out" 'killed \(oom-sandbox\) at 3' "the kill is labelled"
has "$tmp/out" 'RSS \*+ ' "there is a legend"
hasnt "$tmp/out" ' $' "no line ends in blanks"
is "$(awk 'length > 80' "$tmp/out" | wc -l)" 0 "and none is wider than a terminal"
hack="touch $(echo "$tmp/hacked" | sed 's/\//\\\//g')"
# shellcheck disable=SC2016 # no name is to expand
for name in "'host'" "''" "'" "a'b" '%s{/Bold x}_2@a' '<b>&amp;' '@title' '$(id)' '`id`'; do
	sed 's#"host":"[^"]*"#"host":"'"$(printf %s "$name" | sed 's/[&#\\]/\\&/g')"'"#' \
		"$srcdir/tests/fixtures/runs/killed.json" >"$tmp/hostile.json"
	run --replay "$tmp/hostile.json" --plot -
	is "$(grep -Fc -- " $name, Linux" "$tmp/out")" 1 "the host is $name"
done
sed 's/"host":"[^"]*"/"host":"'"$(printf '%0100d' 7)"'"/; s/"vsz":/&1000/' \
	"$srcdir/tests/fixtures/runs/killed.json" >"$tmp/long.json"
run --replay "$tmp/long.json" --plot -
has "$tmp/out" ' 0{60}0*\.\.\.$' "a title that is too long is cut"
has "$tmp/out" ' [0-9.]+ GiB \|#' "VSZ that is far above has a tic of its own"
for tic in 0 8 16 24; do
	has "$tmp/out" "^ +$tic [|+]" "and $tic is where it was"
done
run --replay "$tmp/long.json" --plot "$tmp/pictures/broken.svg"
has "$tmp/pictures/broken.svg" '>the axis is broken here<' "the break is labelled"
for odd in 's/"subject"/"child"/' 's/"vsz":[0-9]*/"vsz":0/; s/"rss":[0-9]*/"rss":0/' 's/"touched":[0-9]*/"touched":0/' \
	's/"rss":[0-9]*/"rss":18446744073709551614/' 's/"grew":[0-9]*/"grew":-99999999/'; do
	sed "$odd" "$srcdir/tests/fixtures/runs/killed.json" >"$tmp/odd.json"
	run --replay "$tmp/odd.json" --plot - -o +GREW
	is "$status $(cat "$tmp/err")" "0 " "what no run is like is drawn, too: $odd"
done
sed 's/"host":"[^"]*"/"host":"a'\''`'"$hack"'`\\n!'"$hack"'"/' \
	"$srcdir/tests/fixtures/runs/killed.json" >"$tmp/hostile.json"
run --replay "$tmp/hostile.json" --plot "$tmp/pictures/hostile.svg"
is "$status" 0 "a hostile name is drawn"
has "$tmp/pictures/hostile.svg" 'hacked' "as it is"
[ ! -e "$tmp/hacked" ]
ok $? "and not carried out"
run -q --plot "$tmp/pictures/live.svg" -o +PSS,MINFLT,TIME 1M
is "$status $(cat "$tmp/err")" "0 " "a run of now"
has "$tmp/pictures/live.svg" '>MINFLT \(right\)<' "with columns of its own"

done_testing
