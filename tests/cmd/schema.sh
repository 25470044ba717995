#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# schema.sh - the records of all three commands, as schema/records.schema.json promises them
. "${srcdir:=.}/tests/lib.sh"

schema=$srcdir/schema/records.schema.json
python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null ||
	skip_all "python3 has no jsonschema of 2020-12"

# holds FILE WHAT: each record in FILE is as promised, and has no field that is not.
holds() {
	python3 "$srcdir/tests/check-schema.py" "$schema" <"$1" >"$tmp/wrong"
	is $? 0 "$2"
	sed 's/^/# /' "$tmp/wrong"
}

run --json -o +PTE,OOMSCORE,KSM,CGUSE,COMMITTED 64K 32K
mv "$tmp/out" "$tmp/records"
run --json --step protect=none,0 --no-guard 64K
cat "$tmp/out" >>"$tmp/records"
run --json --heap=4K 64K
cat "$tmp/out" >>"$tmp/records"
holds "$tmp/records" "pagetouch"

"$PAGEWATCH" --json --log-file "$tmp/watched" --each -o +CPU%,KSM,CGUSE,PSISOME%,SWPIN -- sh -c 'true; exit 3'
is $? 3 "pagewatch"
"$PAGEWATCH" --json --log-file "$tmp/watched" --every 10ms --max-rss 1K -- sleep 0.1
is $? 1 "pagewatch with a demand"
"$PAGEWATCH" --json --log-file "$tmp/watched" --where -- true
is $? 0 "pagewatch --where"
"$PAGEWATCH" --json --log-file "$tmp/watched" --runs 2 --warmup 1 -- true
is $? 0 "pagewatch --runs"
"$PAGEWATCH" --json --tolerance 1000% --by time --compare "$tmp/watched" "$tmp/watched" >"$tmp/compared"
is $? 0 "pagewatch --compare"
cat "$tmp/compared" >>"$tmp/watched"
holds "$tmp/watched" "its records"

if "$PAGEWATCH" -q --limit 64M true 2>/dev/null; then
	"$PAGEWATCH" --json --log-file "$tmp/killed" --limit 16M "$PAGETOUCH" -q --no-guard 32M 2>/dev/null
	is $? 137 "a command that is OOM-killed"
	"$PAGEWATCH" --json --fit --limit 32M --fit-step 8M true 2>>"$tmp/killed"
	holds "$tmp/killed" "its records, and those of --fit"
else
	skip "a sandbox" "none can be made here"
fi

run_oomwhy --json "$srcdir"/tests/fixtures/oom/*.txt
holds "$tmp/out" "oomwhy"
run_oomwhy --summary=comm --json "$srcdir"/tests/fixtures/oom/*.txt
holds "$tmp/out" "oomwhy --summary"

# What the check itself is worth.
head -n 1 "$tmp/records" | sed 's/"host":/"hostname":/' >"$tmp/renamed"
head -n 1 "$tmp/records" | sed 's/"page_size":[0-9]*/"page_size":"4K"/' >"$tmp/retyped"
sed -n 's/"record":"sample",/&"surprise":1,/p' "$tmp/records" | head -n 1 >"$tmp/added"
for wrong in renamed retyped added; do
	python3 "$srcdir/tests/check-schema.py" "$schema" <"$tmp/$wrong" >/dev/null
	is $? 1 "a field that is $wrong is found"
done
done_testing
