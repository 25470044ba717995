#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# oomwhy-golden.sh - every fact of the recorded reports, by kernel, scenario and style
#
# What is expected lies beside each log in tests/fixtures/oom; tools/renew-oom-golden renews it.
. "${srcdir:=.}/tests/lib.sh"
# shellcheck source=tests/lib-oom.sh
. "$srcdir/tests/lib-oom.sh"
command -v jq >/dev/null || skip_all "no jq"

files=$(cd "$fixtures" && printf '%s\n' *.txt styles/*.txt)
for file in $files; do
	base=$(base_of "$file")
	jq -S --tab . "$fixtures/$(golden_of "$file")" >"$tmp/wanted"
	if [ -z "$base" ]; then
		golden "$file" >"$tmp/got"
		same_file "$tmp/wanted" "$tmp/got" "$file"
	else
		golden_clothes "$file" >"$tmp/got"
		same_file "$tmp/wanted" "$tmp/got" "$file: when and where"
		facts "$fixtures/$base" >"$tmp/wanted"
		facts "$fixtures/$file" >"$tmp/got"
		same_file "$tmp/wanted" "$tmp/got" "$file: the facts are those of $base"
	fi
done

# The list and the text speak of the same reports as the records.
for file in $files; do
	run_oomwhy --list --noheadings "$fixtures/$file"
	list=$(wc -l <"$tmp/out")
	run_oomwhy "$fixtures/$file"
	text=$(grep -c '^Report [0-9]*:' "$tmp/out")
	run_oomwhy --json "$fixtures/$file"
	is "$list $text" "$(wc -l <"$tmp/out") $(wc -l <"$tmp/out")" "$file: as many lines of --list and texts"
done
done_testing
