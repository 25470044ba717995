# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# lib-drift.sh - what --help, the manual page and the completions of a command say
#
# Sourced by tests/cmd/drift.sh after tests/lib.sh. Everything here is about the command that was
# named last with `about`: its program is $program, its manual $manual, its completion for bash
# $completion.

# about NAME PROGRAM: what follows is about the command NAME, which is run as PROGRAM.
about() {
	command=$1
	program=$2
	manual=$srcdir/man/$command.1
	completion=$srcdir/completions/$command
}

# ask ARGS...: runs the command into $tmp/out and $tmp/err; its status in $status.
ask() {
	status=0
	"$program" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

# same FILE WANTED NAME: equal files.
same() {
	if diff -u "$2" "$1" >"$tmp/diff"; then
		ok 0 "$command: $3"
	else
		ok 1 "$command: $3"
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
	sed -e 's/^\.[A-Z]* //' -e 's/"//g' -e 's/\\f[BIPR]//g' -e 's/\\-/-/g' \
		-e "s/\\\\(aq/'/g" -e 's/  */ /g'
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
		inside { source = $0; sub(/^[^[]*/, "", source); print $1 " " source }' "$1"
}

# The exit statuses of --help, one per line.
statuses_of_help() {
	sed '1,/^$/d; /^Exit status/,$!d; /^For more/d' "$1" | grep -Eo '[0-9]+[+N]*'
}

# The words that the completion assigns to the variable $1, one per line.
words_of_completion() {
	awk -v start="$1='" 'index($0, start) { inside = 1; sub(/.*=\047/, "") }
		inside { print } inside && /\047/ { exit }' "$completion" |
		tr -d "'" | tr -s '[:space:]' '[\n*]' | grep .
}

# "t threads touch with N threads at once" of each option of --help; the short one may be missing.
described_in_help() {
	sed -nE 's/^  (-(.), |    )--([a-z-]+)[^ ]*( [^ ]+)?  +(.*)/\2 \3 \5/p' "$tmp/help"
}

# The same from the completion for fish, and for zsh.
described_in_fish() {
	sed -nE "s/ (-a .*|[\\])\$//; s/\\\\'/'/g
		s/^complete -c $command( -s (.))? -l ([a-z-]+).* -d '(.*)'\$/\\2 \\3 \\4/p" "$1"
}
described_in_zsh() {
	sed -nE "s/'\\\\''/'/g; s/\\\\[[]/</g; s/\\\\]/>/g
		s/^	.*[{']([*]?|-(.)[+]?,)--([a-z-]+)[=-]*[}']*[[](.*)].*/\\2 \\3 \\4/p" "$1" | tr '<>' '[]'
}

# words_of FILE LIST: the words of a list in a completion for zsh, LIST=(...), or fish, set -l LIST ...
words_of() {
	awk -v list="$2" '
		index($0, "set -l " list " ") == 1 { fish = inside = 1; sub(/^set -l [a-z]+ /, "") }
		index($0, list "=(") == 1 { inside = 1; sub(/.*[(]/, "") }
		inside { print }
		inside && (fish ? !/[\\]$/ : /[)]/) { exit }' "$1" | tr -d '\\)' | tr -s '[:space:]' '[\n*]' |
		grep .
}

# check_help COLUMN: --help and --version. COLUMN is a column that must be found.
# Leaves $tmp/help, $tmp/options, $tmp/columns and $tmp/version for the checks below.
check_help() {
	ask --help
	cp "$tmp/out" "$tmp/help"
	is "$status" 0 "$command: --help exits 0"
	empty "$tmp/err" "$command: --help says nothing on standard error"
	has "$tmp/help" "^Usage: $command " "$command: --help goes to standard output"
	ask -h
	same "$tmp/out" "$tmp/help" '-h is --help'
	options_of_help "$tmp/help" >"$tmp/options"
	columns_of_help "$tmp/help" >"$tmp/columns"
	is "$(grep -c -e --help "$tmp/options") $(grep -c "^$1 " "$tmp/columns")" '1 1' \
		"$command: options and columns are found in --help"

	ask --version
	cp "$tmp/out" "$tmp/version"
	is "$status" 0 "$command: --version exits 0"
	empty "$tmp/err" "$command: --version says nothing on standard error"
	has "$tmp/version" "^$command \\(pagetouch\\) [0-9]+\\.[0-9.]+" \
		"$command: --version names the program, package and version"
	is "$(wc -l <"$tmp/version")" 1 "$command: --version is one line"
	ask -V
	same "$tmp/out" "$tmp/version" '-V is --version'
}

# check_abbreviations SHORTENED AMBIGUOUS: SHORTENED is --version, AMBIGUOUS is more than one.
check_abbreviations() {
	ask "$1"
	same "$tmp/out" "$tmp/version" 'a long option may be shortened'
	ask "$2"
	is "$status" 2 "$command: an ambiguous abbreviation is refused"
}

check_unknown_option() {
	ask --no-such-option
	is "$status" 2 "$command: an unknown option: exit 2"
	empty "$tmp/out" "$command: an unknown option: nothing on standard output"
	is "$(wc -l <"$tmp/err")" 2 "$command: an unknown option: two lines on standard error"
	has "$tmp/err" "^$command: .*'--no-such-option'" "$command: an unknown option is named"
	has "$tmp/err" "^$command: Try '$command --help'" "$command: an unknown option: where help is"
}

# check_manual OTHERS: against --help. OTHERS is an extended regular expression for the lines in
# which options of other commands are mentioned.
check_manual() {
	if [ ! -r "$manual" ]; then
		skip "$command: the manual" "no $manual here"
		return
	fi
	version=$(sed 's/^[^ ]* [^ ]* \([^ ,]*\).*/\1/' "$tmp/version")
	is "$(sed -n 's/^\.TH .*"pagetouch \([^"]*\)".*/\1/p' "$manual")" "$version" \
		"$command: the manual is of this version"
	options_of_manual >"$tmp/got"
	same "$tmp/got" "$tmp/options" 'OPTIONS of the manual are those of --help'
	section COLUMNS | labels >"$tmp/got"
	same "$tmp/got" "$tmp/columns" 'COLUMNS of the manual are those of --help, with their sources'

	grep -Eo -e '--[a-z][a-z-]*' "$tmp/options" | sort >"$tmp/known"
	sed 's/\\-/-/g' "$manual" | grep -Ev -e "$1" | grep -Eo -e '--[a-z][a-z-]*' |
		sort -u >"$tmp/said"
	is "$(comm -13 "$tmp/known" "$tmp/said")" '' \
		"$command: the manual speaks of no option that does not exist"

	statuses_of_help "$tmp/help" >"$tmp/statuses"
	section 'EXIT STATUS' | labels | tr -d ' ' >"$tmp/got"
	same "$tmp/got" "$tmp/statuses" 'EXIT STATUS of the manual has the numbers of --help'
}

# check_data SHELL FILE: what the completion for zsh or fish says against --help and that for bash.
check_data() {
	described_in_help >"$tmp/wanted"
	"described_in_$1" "$2" >"$tmp/got"
	same "$tmp/got" "$tmp/wanted" "the options in $1, and what is said of them, are those of --help"
	for list in columns steps outcomes; do
		words_of_completion "$list" >"$tmp/wanted"
		words_of "$2" "$list" >"$tmp/got"
		same "$tmp/got" "$tmp/wanted" "the $list in $1 are those in bash"
	done
}

# offers WANTED LINE: what fish offers for a command line with this end, without descriptions.
# shellcheck disable=SC2016 # the text is for fish
offers() {
	HOME=$tmp fish -c 'source $argv[1]; complete -C "$argv[2]"' "$completion.fish" "$command $2" \
		>"$tmp/said" 2>"$tmp/err"
	sed 's/	.*//; /=$/d' "$tmp/said" | sort >"$tmp/out"
	is "$(tr '\n' ' ' <"$tmp/out" | sed 's/ *$//')$(cat "$tmp/err")" "$1" "$command: fish has for '$2': $1"
}

# check_other_shells: the completions for zsh and fish, in these shells where they are installed.
# shellcheck disable=SC2016 # the text is for zsh
check_other_shells() {
	zsh_completion=$srcdir/completions/_$command
	if [ ! -r "$zsh_completion" ]; then
		skip "$command: zsh and fish" "no $zsh_completion here"
		return 1
	fi
	check_data zsh "$zsh_completion"
	check_data fish "$completion.fish"
	longs=$(grep -Eo -e '--[a-z-]+' "$tmp/options" | sort)
	if command -v zsh >/dev/null; then
		zsh -f -c '_arguments() { print -rl -- "$@" }; source $1' - "$zsh_completion" >"$tmp/out" 2>&1
		is "$(sed 's/[[].*//; s/^([^)]*)//' "$tmp/out" | grep -Eo -e '--[a-z-]*[a-z]' | sort)" "$longs" \
			"$command: zsh reads the options"
	else
		skip "$command: the completion in zsh" 'zsh is not installed'
	fi
	if ! command -v fish >/dev/null; then
		skip "$command: the completion in fish" 'fish is not installed'
		return 1
	fi
	offers "$(echo "$longs" | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')" --
}

# check_words: the words of the completion against --help; fails if there is no completion here.
check_words() {
	if [ ! -r "$completion" ]; then
		skip "$command: the completion" "no $completion here"
		return 1
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
	words_of_completion steps >"$tmp/got"
	sed -nE '/^Steps/,/^$/s/^  ([a-z]+:?[a-z]*).*/\1/p' "$tmp/help" >"$tmp/wanted"
	same "$tmp/got" "$tmp/wanted" 'the steps of the completion are those of --help'
}

# can_complete: whether there is a bash that can; says why not.
# shellcheck disable=SC2016 # the text is for bash
can_complete() {
	if ! command -v bash >/dev/null; then
		skip "$command: the completion at work" 'bash is not installed'
		return 1
	elif ! bash -c '[[ ${BASH_VERSINFO[0]} -ge 4 ]]'; then
		skip "$command: the completion at work" 'bash is older than 4'
		return 1
	fi
}

# completes WANTED NAME WORD...: what bash offers for the last word of a command line. "FILES"
# stands for file names, which are left to readline.
completes() {
	wanted=$1
	name=$2
	shift 2
	# shellcheck disable=SC2016 # the text is for bash
	bash --noprofile --norc -u -c '
		compopt() { [[ $* != "-o default" ]] || echo FILES; }
		. "$0"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
		"_$1" && printf "%s\n" ${COMPREPLY[@]+"${COMPREPLY[@]}"}
		' "$completion" "$command" "$@" >"$tmp/out" 2>"$tmp/err"
	is "$(tr '\n' ' ' <"$tmp/out" | sed 's/ *$//')$(cat "$tmp/err")" "$wanted" \
		"$command: completion: $name"
}

# What holds for the completion of every command.
check_completion() {
	# shellcheck disable=SC2016 # the text is for bash
	bash --noprofile --norc -c '. "$0" && complete -p "$1"' "$completion" "$command" \
		>"$tmp/out" 2>&1
	is "$(cat "$tmp/out")" "complete -F _$command $command" "$command: completion: is registered"
	completes "$(grep -Eo -e '--[a-z-]+' "$tmp/options" | tr '\n' ' ' | sed 's/ $//')" \
		'all long options' --
}
