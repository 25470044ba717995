#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# oomwhy-golden.sh - every fact of the recorded reports, by kernel, scenario and style
#
# shellcheck disable=SC2086,SC2119 # names without blanks; no filter
#
# What is expected lies beside each log in tests/fixtures/oom; tools/renew-oom-golden renews it.
. "${srcdir:=.}/tests/lib.sh"
# shellcheck source=tests/lib-oom.sh
. "$srcdir/tests/lib-oom.sh"
command -v jq >/dev/null || skip_all "no jq"

files=$(cd "$fixtures" && printf '%s\n' *.txt styles/*.txt)
bare='' prefixed=''
for file in $files; do
	base=$(base_of "$file")
	if [ -z "$base" ]; then
		bare="$bare $file"
		expect_alike "$file" "$file" "$(golden_of "$file")"
	else
		prefixed="$prefixed $file"
		expect_alike "$file: when and where" "$file" "$(golden_of "$file")"
	fi
done
{
	{ golden $bare && golden_prefixes $prefixed; } | jq -r -c -S '.source, .'
	(cd "$fixtures" && jq -r -c -S 'input_filename, .' ./*.json styles/*.json) | sed 's,^\./,,'
} >"$tmp/told"
check_alike <"$tmp/told"

for file in $prefixed; do
	base=$(base_of "$file")
	expect_alike "$file: the facts are those of $base" "$fixtures/$file" "$fixtures/$base"
done
check_facts

# The list and the text speak of the same reports as the records.
(cd "$fixtures" && printf '%s\0' $files | xargs -0 "$OOMWHY" --json) >"$tmp/json"
jq -r .scope "$tmp/json" >"$tmp/wanted"
scopes=$(sort -u "$tmp/wanted" | tr '\n' '|')
(cd "$fixtures" && "$OOMWHY" --list --noheadings $files) |
	sed -E "s/^.{12,24} (${scopes%|}) .*/\\1/" >"$tmp/got"
same_file "$tmp/wanted" "$tmp/got" "the lines of --list have the scopes of the records"
jq -r '"Report \(.number)"' "$tmp/json" >"$tmp/wanted"
(cd "$fixtures" && "$OOMWHY" $files) | grep -Eo '^Report [0-9]+' >"$tmp/got"
same_file "$tmp/wanted" "$tmp/got" "as many reports are explained as there are records"
done_testing
