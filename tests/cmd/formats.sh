#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# formats.sh - table, JSON and CSV: rows, columns, units
. "${srcdir:=.}/tests/lib.sh"

run
is "$status" 0 "pagetouch alone"
is "$(wc -l <"$tmp/out")" $((65536 / page + 2)) "a header, the baseline, and a row per page of 64 KiB"
is "$(head -n 1 "$tmp/out" | tr -s ' ' | sed 's/^ //')" "TOUCHED VSZ RSS GREW MINFLT" "the default columns"
is "$(awk 'NR > 1 { printf "%s ", $1 }' "$tmp/out")" \
	"$(i=0; while [ $i -le 64 ]; do printf '%s ' $i; i=$((i + page_kib)); done)" "TOUCHED goes up a page a row"
is "$(tail -n 1 "$tmp/out" | awk '{ print $4 }')" 64 "RSS grew by 64 KiB"
has "$tmp/err" '^Mapping took VSZ from .* KiB to .* KiB, where it stayed\. Touching 64 KiB made RSS grow by 64 KiB: exactly' \
	"the summary is on standard error"

run -n 1G 64M --touch 64M
is "$(wc -l <"$tmp/out")" 2 "-n: no header"
run 16M
is "$(wc -l <"$tmp/out")" 18 "16 steps by default"
run 0x1000000 0x100000
is "$(wc -l <"$tmp/out")" 18 "hexadecimal SIZE and INTERVAL"
run -q 1M
empty "$tmp/out" "-q prints no rows"
empty "$tmp/err" "-q prints no summary"

run -n -b 64K 64K
is "$(awk '{ print $1 }' "$tmp/out" | tr '\n' ' ')" "0 65536 " "-b: bytes"
run -n -H 64K 64K
is "$(awk '{ print $1 }' "$tmp/out" | tr '\n' ' ')" "0 64.0K " "-H: human"
run -n -o rss,Touched 64K 64K
is "$(tail -n 1 "$tmp/out" | awk '{ print $2, NF }')" "64 2" "-o chooses and orders, in any case"
run -o +PSS,OOMSCORE 64K 64K
is "$(head -n 1 "$tmp/out" | tr -s ' ' | sed 's/^ //')" "TOUCHED VSZ RSS GREW MINFLT PSS OOMSCORE" "-o +LIST appends"
all=TIME,TOUCHED,VSZ,RSS,GREW,ANON,FILE,SHMEM,SWAP,PSS,USS,HUGE,PTE,MINFLT,MAJFLT,OOMSCORE
run --csv -o "$all" 1M 256K
is "$(head -n 1 "$tmp/out")" "$all" "--csv has a header"
is "$(awk -F, 'NF != 16' "$tmp/out" | wc -l)" 0 "--csv has all cells"
is "$(grep -c ',,' "$tmp/out")" 0 "--csv has no empty cell when all was read"
run --csv -n -b -o TOUCHED 64K 64K
is "$(cat "$tmp/out")" "0
65536" "--csv -n -b"

# The table keeps its shape whatever the figures.
run -o "$all" 64M
is "$(awk '{ print length }' "$tmp/out" | sort -u | wc -l)" 1 "all rows of the table are of one width"
run -o "$all" -b 1M 64K
is "$(awk '{ print length }' "$tmp/out" | sort -u | wc -l)" 1 "also in bytes"

run --json 64K 32K
is "$status" 0 "--json"
empty "$tmp/err" "--json: the verdict is a record, not a sentence"
is "$(sed 's/.*"record":"\([a-z]*\)".*/\1/' "$tmp/out" | tr '\n' ' ')" "plan sample sample sample verdict " \
	"the records"
for key in run version time host boot_id kernel page_size size interval touch backing limit pid machine job; do
	head -n 1 "$tmp/out" | grep -q "\"$key\":"
	ok $? "plan has $key"
done
for key in run seq elapsed_ns step touched vsz rss rss_source grew anon file shmem swap minflt majflt; do
	sed -n 2p "$tmp/out" | grep -q "\"$key\":"
	ok $? "sample has $key"
done
for key in run time host pid job oom_cgroup oom_limit remedy outcome exit_status signal touched vsz rss grew exact proof message; do
	tail -n 1 "$tmp/out" | grep -q "\"$key\":"
	ok $? "verdict has $key"
done
is "$(field run "$tmp/out" | sort -u | grep -cE '^[0-9a-f]{32}$')" 1 "all records have the name of the run"
is "$(field pid "$tmp/out" | sort -u | wc -l)" 1 "and the subject's pid"
run_before=$(field run "$tmp/out" | head -n 1)
run --json 64K 32K
[ "$(field run "$tmp/out" | head -n 1)" != "$run_before" ]
ok $? "the next run has another name"
is "$(field rss_source "$tmp/out" | tail -n 1)" smaps_rollup "the last row is of smaps_rollup"
has "$tmp/out" '"time":"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"' "time is RFC 3339"
has "$tmp/out" '"outcome":"completed","exit_status":0,"signal":null' "completed"
# shellcheck disable=SC1003
SLURM_JOB_ID='7"\' "$PAGETOUCH" --json >"$tmp/out" 2>&1
has "$tmp/out" '"job":\{"SLURM_JOB_ID":"7\\"\\\\"\}' "hostile job variables are escaped"
POD_NAME=$(printf 'a\377"b') "$PAGETOUCH" --json >"$tmp/out" 2>&1
has "$tmp/out" "\"POD_NAME\":\"a$(printf '\357\277\275')\\\\\"b\"" "what is not UTF-8 becomes U+FFFD"
if command -v jq >/dev/null; then
	jq -e . "$tmp/out" >/dev/null
	ok $? "every line is JSON"
	is "$(jq -r 'select(.record == "sample") | .pss' "$tmp/out" | sed -n 2p)" null "what was not read is null"
else
	skip "every line is JSON" "no jq"
fi
run --json -o +PSS,PTE 64K 32K
is "$(sed -n 3p "$tmp/out" | grep -c '"pss":null\|"pte":null')" 0 "-o fills what costs extra in JSON too"

done_testing
