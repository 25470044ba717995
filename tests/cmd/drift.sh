#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# drift.sh - --help, the manual page and the bash completion speak of the same things
. "${srcdir:=.}/tests/lib.sh"

manual=$srcdir/man/pagetouch.1
completion=$srcdir/completions/pagetouch

# same FILE WANTED NAME: equal files.
same() {
	if diff -u "$2" "$1" >"$tmp/diff"; then
		ok 0 "$3"
	else
		ok 1 "$3"
		sed 's/^/# /' "$tmp/diff"
	fi
}

# "-o, --output LIST" of each option, with its heading as "[Output]".
options_of_help() {
	awk '/^[A-Z][a-z]*:$/ { sub(/:/, ""); print "[" $0 "]" }
		/^  (-.,|   ) --/ { sub(/^ +/, ""); sub(/  .*/, ""); print }' "$1"
}

# The lines of section $1 of the manual.
section() {
	awk -v name="$1" '/^\.SH / { inside = ($0 == ".SH " name); next } inside' "$manual"
}

# Takes the macros and the escapes from a line that labels a paragraph.
plain() {
	sed -e 's/^\.[A-Z]* //' -e 's/"//g' -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/  */ /g'
}

# The labels of the paragraphs on standard input.
labels() {
	awk 'label { print } { label = /^\.TP/ }' | plain
}

options_of_manual() {
	section OPTIONS | awk '/^\.SS / { print ".TP"; print "[" $2 "]"; next } { print }' |
		labels | grep -E '^[[]|^-'
}

# "RSS [status VmRSS]" of each column.
columns_of_help() {
	awk '/^Columns/ { inside = 1; next } /^$/ { inside = 0 }
		inside { source = $0; sub(/.*\[/, "[", source); print $1 " " source }' "$1"
}

# The words that the completion assigns to the variable $1, one per line.
words_of_completion() {
	awk -v start="$1='" 'index($0, start) { inside = 1; sub(/.*=\047/, "") }
		inside { print } inside && /\047/ { exit }' "$completion" |
		tr -d "'" | tr -s '[:space:]' '[\n*]' | grep .
}

run --help
cp "$tmp/out" "$tmp/help"
is "$status" 0 '--help exits 0'
empty "$tmp/err" '--help says nothing on standard error'
has "$tmp/help" '^Usage: pagetouch ' '--help goes to standard output'
run -h
same "$tmp/out" "$tmp/help" '-h is --help'
options_of_help "$tmp/help" >"$tmp/options"
columns_of_help "$tmp/help" >"$tmp/columns"
is "$(grep -c -e --help "$tmp/options") $(grep -c '^TOUCHED ' "$tmp/columns")" '1 1' \
	'options and columns are found in --help'

run --version
cp "$tmp/out" "$tmp/version"
is "$status" 0 '--version exits 0'
empty "$tmp/err" '--version says nothing on standard error'
has "$tmp/version" '^pagetouch \(pagetouch\) [0-9]+\.[0-9.]+' '--version names the program, package and version'
is "$(wc -l <"$tmp/version")" 1 '--version is one line'
run -V
same "$tmp/out" "$tmp/version" '-V is --version'

run --no-such-option
is "$status" 2 'an unknown option: exit 2'
empty "$tmp/out" 'an unknown option: nothing on standard output'
is "$(wc -l <"$tmp/err")" 2 'an unknown option: two lines on standard error'
has "$tmp/err" "^pagetouch: .*'--no-such-option'" 'an unknown option is named'
has "$tmp/err" "^pagetouch: Try 'pagetouch --help'" 'an unknown option: where help is'

run --vers
same "$tmp/out" "$tmp/version" 'a long option may be shortened'
run --noh --cs --outp=touched "$page" "$page"
is "$status $(tr '\n' ' ' <"$tmp/out")" "0 0 $page_kib " 'shortened options work together'
run --ver
is "$status" 2 'an ambiguous abbreviation is refused'

if [ -r "$manual" ]; then
	version=$(sed 's/^[^ ]* [^ ]* \([^ ,]*\).*/\1/' "$tmp/version")
	is "$(sed -n 's/^\.TH .*"pagetouch \([^"]*\)".*/\1/p' "$manual")" "$version" \
		'the manual is of this version'
	options_of_manual >"$tmp/got"
	same "$tmp/got" "$tmp/options" 'OPTIONS of the manual are those of --help'
	section COLUMNS | labels >"$tmp/got"
	same "$tmp/got" "$tmp/columns" 'COLUMNS of the manual are those of --help, with their sources'

	grep -Eo -e '--[a-z][a-z-]*' "$tmp/options" | sort >"$tmp/known"
	# The options of systemd-run are its own.
	sed 's/\\-/-/g' "$manual" | grep -v systemd-run | grep -Eo -e '--[a-z][a-z-]*' |
		sort -u >"$tmp/said"
	is "$(comm -13 "$tmp/known" "$tmp/said")" '' 'the manual speaks of no option that does not exist'

	sed '1,/^$/d; /^Exit status/,$!d; /^For more/d' "$tmp/help" | grep -Eo '[0-9]+[+N]*' >"$tmp/statuses"
	section 'EXIT STATUS' | labels | tr -d ' ' >"$tmp/got"
	same "$tmp/got" "$tmp/statuses" 'EXIT STATUS of the manual has the numbers of --help'
else
	skip 'the manual' "no $manual here"
fi

if [ ! -r "$completion" ]; then
	skip 'the completion' "no $completion here"
	done_testing
fi

words_of_completion longs >"$tmp/got"
grep -Eo -e '--[a-z-]+' "$tmp/options" >"$tmp/wanted"
same "$tmp/got" "$tmp/wanted" 'the long options of the completion are those of --help'
words_of_completion shorts >"$tmp/got"
grep -Eo -e '^-[A-Za-z]' "$tmp/options" >"$tmp/wanted"
same "$tmp/got" "$tmp/wanted" 'the short options of the completion are those of --help'
words_of_completion columns >"$tmp/got"
sed 's/ .*//' "$tmp/columns" >"$tmp/wanted"
same "$tmp/got" "$tmp/wanted" 'the columns of the completion are those of --help'

# completes WANTED NAME WORD...: what bash offers for the last word of a command line.
completes() {
	wanted=$1
	name=$2
	shift 2
	# shellcheck disable=SC2016 # the text is for bash
	bash --noprofile --norc -u -c '
		. "$0"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
		_pagetouch && printf "%s\n" ${COMPREPLY[@]+"${COMPREPLY[@]}"}
		' "$completion" pagetouch "$@" >"$tmp/out" 2>"$tmp/err"
	is "$(tr '\n' ' ' <"$tmp/out" | sed 's/ *$//')$(cat "$tmp/err")" "$wanted" "completion: $name"
}

# shellcheck disable=SC2016 # the text is for bash
if ! command -v bash >/dev/null; then
	skip 'the completion at work' 'bash is not installed'
	done_testing
elif ! bash -c '[[ ${BASH_VERSINFO[0]} -ge 4 ]]'; then
	skip 'the completion at work' 'bash is older than 4'
	done_testing
fi

bash --noprofile --norc -c '. "$0" && complete -p pagetouch' "$completion" >"$tmp/out" 2>&1
is "$(cat "$tmp/out")" 'complete -F _pagetouch pagetouch' 'completion: is registered'
completes '--verify --verbose --version' 'a prefix of three options' --ver
completes '--json' 'a single match' --js
completes "$(grep -Eo -e '--[a-z-]+' "$tmp/options" | tr '\n' ' ' | sed 's/ $//')" 'all long options' --
completes '' 'no option behind --' -- --js
completes '' 'nothing for a size' 1
completes 'never always system' 'the values of --thp' --thp ''
completes 'always' 'a value of --thp' --thp al
completes 'always' '--thp=al as bash splits it' --thp = al
completes 'never always system' '--thp= as bash splits it' --thp =
completes '--thp=always' '--thp=al as one word' --thp=al
completes 'infinity' '--hold infinity' --hold i
completes '--oom-score-adj=keep' 'the word that --oom-score-adj takes' --oom-score-adj=
completes 'ok oom oom-sandbox oom-ancestor oom-global oomd' 'the outcomes of --expect' --expect = o
completes 'sigterm sigbus sigsegv' 'outcomes by signals' --expect sig
completes '' 'nothing for --limit' --limit ''
completes '' 'nothing for --rate' --rate -
completes 'PSS PTE' 'a column' -o P
completes 'PSS PTE' 'a column in small letters' --output p
completes 'RSS,TIME,PSS RSS,TIME,PTE' 'a column after a comma' -o RSS,TIME,P
completes '+HUGE' 'a column after +' -o +H
completes '+HUGE,PSS +HUGE,PTE' 'a column after + and a comma' --output = +HUGE,P
completes '+TOUCHED,TIME' 'a column is offered once' -o +TOUCHED,T
completes '--output=TIME' '--output=TI as one word' --output=TI
completes '-oPSS -oPTE' 'the list in the same word as -o' -oP
completes 'MINFLT MAJFLT' 'a bundle that ends in o' -no M
completes '-H' 'a short option' -H
done_testing
