#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagewatch-compare.sh - two recordings, and by how much the second needs more
. "${srcdir:=.}/tests/lib.sh"

[ -x "$(command -v "$PAGEWATCH")" ] || skip_all "no $PAGEWATCH here"

# spread KEY MIN MEDIAN MAX: as in a record of runs.
spread() {
	printf '"%s":{"min":%s,"median":%s,"max":%s},' "$@"
}
# runs COUNT FAILED RSS-MIN RSS RSS-MAX TIME-MIN TIME TIME-MAX: such a record.
runs() {
	printf '{"record":"runs","run":"0","count":%s,"failed":%s,' "$1" "$2"
	spread peak_rss "$3" "$4" "$5"
	spread elapsed_ns "$6" "$7" "$8"
	spread minflt 0 0 0
	printf '"peak_pss":null,"runs":[]}\n'
}
# one RSS STATUS: the verdict of a single run.
one() {
	printf '{"record":"verdict","outcome":"completed","exit_status":%s,"pid":7,"peak_rss":%s,' "$2" "$1"
	printf '"peak_pss":null,"peak_ns":1,"minflt":10,"elapsed_ns":1000000,"victims":[]}\n'
}
mib=1048576
runs 10 0 $((90 * mib)) $((100 * mib)) $((104 * mib)) 1000000000 2000000000 2100000000 >"$tmp/A"
runs 5 1 $((105 * mib)) $((110 * mib)) $((120 * mib)) 1500000000 1000000000000 2000000000000 >"$tmp/B"
{ one $((50 * mib)) 0; one $((100 * mib)) 0; } >"$tmp/single"

watch -H --compare "$tmp/A" "$tmp/B"
is "$status" 0 'without --tolerance nothing is demanded'
is "$(tr -s ' ' <"$tmp/out" | sed 's/ $//')" "FIGURE A B CHANGE
RSS 100M 110M +10.0%
TIME 2.000 1000.000 +49900.0%
MINFLT 0 0 +0.0%" 'a table of the medians that are known'
is "$(cat "$tmp/err")" "pagewatch: By the peak of RSS, '$tmp/B' (110 MiB, the median of 5 runs, of which 1 failed) needs 10.0 % more than '$tmp/A' (100 MiB, the median of 10 runs)" \
	'which figure decides, in words'
for row in '10% 0' '9.9% 1' '10 0' '0 1' '1000% 0'; do
	watch -q --tolerance "${row% *}" --compare "$tmp/A" "$tmp/B"
	is "$status" "${row#* }" "10 % more, where ${row% *} are allowed"
done
watch -q --tolerance 0% --compare "$tmp/B" "$tmp/A"
is "$status $(cat "$tmp/err")" '0 ' 'less is always allowed'
watch --tolerance 5% --compare "$tmp/A" "$tmp/B"
has "$tmp/err" 'needs 10.0 % more than .*, which --tolerance 5% does not allow$' 'as is said'
watch --by time --compare "$tmp/A" "$tmp/B"
has "$tmp/err" 'By the time, .* needs 49900.0 % more than .*; but the ranges of the runs overlap$' '--by'
watch --by pss --tolerance 5% --compare "$tmp/A" "$tmp/B"
is "$status" 1 'what is not known meets no demand'
has "$tmp/err" "By the peak of PSS they cannot be compared: it is not known of '.*/A'" 'as is said'
watch --by pss --compare "$tmp/A" "$tmp/B"
is "$status" 0 'and nothing is demanded otherwise'
watch --compare "$tmp/single" "$tmp/B"
has "$tmp/err" "note: of 2 in '.*/single' the last is compared" 'a single run: the last in its file'
has "$tmp/err" 'needs 10.0 % more than .* \(102400 KiB, one run\); one run does not show what is chance$' 'what that is worth'
watch --json --tolerance 5% --compare "$tmp/A" "$tmp/B"
is "$status $(wc -l <"$tmp/out") $(cat "$tmp/err")" '1 1 ' '--json is one record'
has "$tmp/out" '^\{"record":"compare",.*"change":\{"peak_rss":10.0,"peak_pss":null,.*"by":"peak_rss","tolerance":5.0,"exceeded":true\}$' \
	'with the change'

# What pagewatch has written itself, compared with itself.
watch --json --log-file "$tmp/own" --runs 3 true
watch --json --log-file "$tmp/alone" sh -c 'exit 3'
watch --tolerance 0 --by minflt --compare "$tmp/own" "$tmp/own"
is "$status" 0 'it is as it is'
has "$tmp/err" 'needs as much as' 'as is said'
watch --by minflt --compare "$tmp/alone" "$tmp/own"
is "$status" 0 'a run and several'

"$PAGETOUCH" --json 64K >"$tmp/touched"
watch --compare "$tmp/touched" "$tmp/A"
is "$status" 125 'a run of pagetouch is none of ours'
has "$tmp/err" "there is no end of a run in '.*/touched'" 'as is said'
cat "$tmp/touched" "$tmp/A" >"$tmp/mixed"
watch --compare "$tmp/mixed" "$tmp/B"
is "$status" 0 'but may be in the file'
watch --compare "$tmp/A" "$tmp/nosuch"
is "$status" 125 'a file that is not there: 125'
for odd in 's/"median":[0-9]*/"median":0/' 's/"count":10,//' 's/"peak_rss":{/"peak_rss":[{/; s/},"elapsed/}],"elapsed/' 's/}$//'; do
	sed "$odd" "$tmp/A" >"$tmp/odd"
	watch --compare "$tmp/odd" "$tmp/B"
	is "$status" 125 "what is none: $odd"
	has "$tmp/err" "line 1 of '.*/odd': " 'is named'
done
for wrong in "--compare $tmp/A" "--compare $tmp/A $tmp/B --json" "--compare $tmp/A $tmp/B x" '--tolerance 5% true' '--by rss true' \
	"--tolerance x --compare $tmp/A $tmp/B" "--tolerance -1 --compare $tmp/A $tmp/B" "--by nosuch --compare $tmp/A $tmp/B" \
	"--limit 1M --compare $tmp/A $tmp/B" "--csv --compare $tmp/A $tmp/B" "--compare= $tmp/B" "--replay $tmp/A --compare $tmp/A $tmp/B"; do
	# shellcheck disable=SC2086 # words
	watch $wrong
	is "$status $(cat "$tmp/out")" '2 ' "wrong: $(without_paths "$wrong")"
done
done_testing
