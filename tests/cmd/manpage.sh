#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# manpage.sh - each manual page passes mandoc, groff and man without a word
. "${srcdir:=.}/tests/lib.sh"

[ -r "$srcdir/man/pagetouch.1" ] || skip_all "no $srcdir/man/pagetouch.1 here"

# lints NAME COMMAND...: the command succeeds and prints no message.
lints() {
	name=$1
	shift
	if ! command -v "$1" >/dev/null; then
		skip "$name" "$1 is not installed"
		return
	fi
	status=0
	"$@" >"$tmp/messages" 2>&1 || status=$?
	is "$status" 0 "$name: exit 0"
	empty "$tmp/messages" "$name: no complaint"
}

# shellcheck disable=SC2317 # called by name
# As lintian does it: only what goes to standard error is a complaint.
man_page() {
	LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 \
		man --warnings -E UTF-8 -l -Tutf8 -Z "$page_file" >/dev/null
}

for page_name in pagetouch.1 pagewatch.1 oomwhy.1 pagetouch-experiments.7; do
	page_file=$srcdir/man/$page_name
	lints "$page_name: mandoc" mandoc -Tlint -W style "$page_file"
	# groff without its man macros (groff-base has them) cannot judge.
	if command -v groff >/dev/null && ! echo .TH | groff -man -ww -z >/dev/null 2>&1; then
		skip "$page_name: groff" 'groff has no man macros here'
	else
		lints "$page_name: groff" groff -man -ww -z "$page_file"
	fi
	if ! command -v man >/dev/null; then
		skip "$page_name: man" 'man is not installed'
	elif ! man --help 2>/dev/null | grep -q -e --warnings; then
		skip "$page_name: man" 'man is not man-db, or a stub'
	else
		lints "$page_name: man" man_page
	fi

	is "$(grep -v '^\$ ' "$page_file" | awk 'length > 75')" '' \
		"$page_name: no line is longer than 75 characters"
	hasnt "$page_file" '[[:space:]]$' "$page_name: no line ends in white space"
	hasnt "$page_file" '[^ -~]' "$page_name: only ASCII characters"
done
done_testing
