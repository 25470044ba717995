# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# lib-manual.sh - the examples of a manual page, for tests that run them; sourced after lib.sh

# plain_manual MANUAL: its text, without the escapes of roff.
plain_manual() {
	sed -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\(ha/^/g' -e 's/\\(ti/~/g' -e 's/\\&//g' \
		-e 's/\\e/\\/g' "$1"
}

# extract_examples MANUAL DIRECTORY: makes the directory and writes each example of EXAMPLES into two
# files there, NN.command and NN.shown. An example is a line that begins with "$ " between .EX and .EE,
# and the lines below it. There have to be as many of them as the whole manual has such lines.
extract_examples() {
	mkdir "$2"
	plain_manual "$1" | awk '/^\.SH / { inside = ($0 == ".SH EXAMPLES") }
		/^\.EX/ { block = inside; base = ""; next }
		/^\.EE/ { block = 0 }
		block && /^\$ / { base = sprintf("%s/%02d", directory, ++count)
			printf "" >(base ".shown")
			print substr($0, 3) >(base ".command")
			next }
		block && base { print >(base ".shown") }' directory="$2"
	is "$(find "$2" -name '*.command' | grep -c .)" "$(plain_manual "$1" | grep -c '^\$ ')" \
		'every command line of the manual is an example'
}
