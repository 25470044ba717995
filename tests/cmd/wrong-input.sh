#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# wrong-input.sh - bad input is refused before anything is mapped, in two lines, with exit 2
. "${srcdir:=.}/tests/lib.sh"

# refused NAMES ARGS...: exit 2, nothing on stdout, NAMES on the first line, a second line.
refused() {
	names=$1
	shift
	run "$@"
	bad=0
	[ "$status" -eq 2 ] || bad=1
	[ -s "$tmp/out" ] && bad=1
	[ "$(wc -l <"$tmp/err")" -eq 2 ] || bad=1
	head -n 1 "$tmp/err" | grep -qF -e "$names" || bad=1
	grep -qv '^pagetouch: ' "$tmp/err" && bad=1
	ok "$bad" "refused: pagetouch $(printf '%s ' "$@" | tr '\n' ' ')"
	[ "$bad" -eq 0 ] || sed 's/^/# /' "$tmp/err"
}

refused "'12q'" 12q
refused "'-5'" -5
refused "'-5'" -- -5
refused "'-5K'" -5K
refused "''" ''
refused "'1e3'" 1e3
refused "'0x'" 0x
refused "'0xg'" 0xg
refused "'0x10K'" 0x10K
refused "'99999999999G'" 99999999999G
refused "'18446744073709551616'" 18446744073709551616
refused "'16E'" 16E
refused "'200%'" 200%
refused "'100.01%'" 100.01%
refused "'0%'" 0%
refused "'%'" %
refused "'nan'" nan
refused "'inf'" inf
refused "'1.5'" 1.5
refused "'1.G'" 1.G
refused "'1,5G'" 1,5G
refused "'1..5G'" 1..5G
refused "' 5'" ' 5'
refused "'5 '" '5 '
refused "'+5'" +5
refused "'5KK'" 5KK
refused "'5KiBs'" 5KiBs
refused "'K'" K
refused "'0'" 0
refused "'0x0'" 0x0
refused "INTERVAL '0'" 64K 0
refused "INTERVAL 'x'" 64K x
refused "INTERVAL '-1'" -- 64K -1
refused "'4K'" 64K 4K 4K
refused 'nosuch' --nosuch
refused '-z' -z
refused 'ho' --ho
refused '--hold' --hold
refused '--hold' --hold 5q
refused '--hold' --hold -1
refused '--hold' --hold ''
refused '--hold' --hold 0
refused '--hold' --hold nan
refused '--every' --hold 1 --every 0
refused '--every' --every 1s
refused '--rate' --rate 0
refused '--rate' --rate 1M/h
refused '--rate' --rate /s
refused '--touch' --touch 5q
refused '--touch' --touch 1M 64K
refused '--thp' --thp=sometimes
refused '--thp' --thp=
refused "'NOSUCH'" -o NOSUCH
refused "''" -o ''
refused "''" -o RSS,,VSZ
refused "''" -o +
refused '--private and --shared' --private --shared
refused '--private and --shared' --shared --private
refused '--bytes and --human' -b -H
refused '--json and --csv' --json --csv
refused '--json and --human' --json -H
refused '--csv and --human' --csv -H
refused '--quiet and --json' -q --json
refused 'takes no argument' --json=1
refused '--limit' --limit
refused '--limit' --limit ''
refused "--limit 'x'" --limit x
refused "--limit '0'" --limit 0
refused "--limit '-64M'" --limit -64M
refused "--limit '16E'" --limit 16E
refused "--limit '200%'" --limit 200%
refused '--limit of 65536 bytes' --limit 64K
refused '--limit of 2097151 bytes' --limit 2097151
refused '--high' --high 0
refused '--high of 65536 bytes' --high 64K
refused '--high of 65536 bytes' --limit 64M --high 64K
refused '--swap without --limit' --swap 1M
refused '--swap without --limit' --swap 0
refused "--swap 'x'" --limit 64M --swap x
refused '--expect' --expect
refused "--expect 'nosuch'" --expect nosuch
refused "--expect ''" --expect ''
refused "--expect 'OOM'" --expect OOM
refused "--oom-score-adj '1001'" --oom-score-adj 1001
refused "--oom-score-adj '-1001'" --oom-score-adj -1001
refused "--oom-score-adj ''" --oom-score-adj ''
refused "--oom-score-adj ' 5'" --oom-score-adj ' 5'
refused "--oom-score-adj '1x'" --oom-score-adj 1x
refused "--oom-score-adj 'Keep'" --oom-score-adj Keep
refused '--quiet and --verbose' -q -v
refused '--quiet and --verbose' --verbose --quiet
refused 'takes no argument' --verbose=2
refused "--access 'x'" --access x
refused "--order 'x'" --order x
refused "--order 'random:x'" --order random:x
refused "--stride '0'" --stride 0
refused "--passes '0'" --passes 0
refused "--threads '-1'" -t -1
refused "--threads '257'" --threads 257
refused "'-t'" -t
refused "--lock 'x'" --lock=x
refused "--hugetlb '3M'" --hugetlb=3M
refused "--file: PATH ''" --file ''
refused "--heap '8'" --heap=8
refused "--heap '1%'" --heap=1%
refused "4194304" --heap=16 1G
refused '--heap and --stack' --heap --stack
refused '--heap and --shared' --heap --shared
refused '--heap and --lock' --heap --lock
refused '--stack and --threads' --stack -t 2
refused '--stack and --order' --stack --order random
refused '--then dontneed' --heap --then dontneed
refused '--then unmap' --stack --then unmap
refused '--then trim' --then trim
refused "--then 'trim:4K'" --heap --then trim:4K
refused "--then 'x'" --then x
refused "--then 'dontneed:0'" --then dontneed:0
refused "--then 'hold'" --then hold
refused '--then dontneed:2M' --then dontneed:2M 1M
refused '--then remove' --then remove
refused "--then 'limit'" --limit 64M --then limit
refused "--then 'limit:0'" --limit 64M --then limit:0
refused "'max'" --limit 64M --then limit:max
refused '--then limit:32M: the sandbox has no limit' --then limit:32M
refused '--then limit of 65536 bytes' --limit 64M --then limit:64K
refused '--then high:32M: the sandbox has no memory.high' --limit 64M --then high:32M
refused '--then dontneed:4096/5000 ' --then dontneed:4096/5000 1M
refused '--then free:64K/64K ' --then free:64K/64K 1M
refused '--then free:64K/2M ' --then free:64K/2M 1M
refused "--then 'dontneed:50%/64K'" --then dontneed:50%/64K 1M
refused "--then 'dontneed:64K/0'" --then dontneed:64K/0 1M
refused "--then 'dontneed:0/64K'" --then dontneed:0/64K 1M
refused "'64K/1M'" --then dontneed:64K/64K/1M 1M
refused "--then dontneed: EVERY ''" --then dontneed:64K/ 1M
refused "--then dontneed: SIZE ''" --then dontneed: 1M
refused "--then hold: TIME ''" --then hold: 1M
refused "--then 'unmap:4K/64K'" --then unmap:4K/64K 1M
refused "--then 'touch:read:4K/64K'" --then touch:read:4K/64K 1M
refused '--then free' --shared --then free
refused '--then pageout' --lock --then pageout
refused '--then cold' --then unmap --then cold
refused '--hugetlb and --thp' --hugetlb --thp=always
refused '--file and --memfd' --memfd --file x
refused 'CGUSE' -o CGUSE
refused '--reserve' --memfd --reserve

run --then nosuch
has "$tmp/err" 'the steps are dontneed, free, .*hold:TIME, .*unmap, trim' "an unknown step lists the known ones"

run -o NOSUCH
has "$tmp/err" 'STEP, PID, TIME, TOUCHED, VSZ, RSS, GREW' "an unknown column lists the known ones"

run --expect nosuch
has "$tmp/err" 'ok.*oom.*enomem.*oom-sandbox.*interrupted' "an unknown outcome lists the known ones"

# Hostile text does not reach the terminal as it is.
run "$(printf '1\033[31m\nx')"
is "$status" 2 "an argument with escapes and newlines is refused"
is "$(wc -l <"$tmp/err")" 2 "and still makes two lines"
hasnt "$tmp/err" "$(printf '\033')" "and no escape"
run "$(printf '%05000d' 0)x"
is "$status" 2 "a very long argument is refused"

# A note, not an error.
run 64K 1M
is "$status" 0 "INTERVAL above SIZE is no error"
has "$tmp/err" '^pagetouch: note: INTERVAL is larger' "it is a note"
is "$(wc -l <"$tmp/out")" 3 "and makes one step"

# Names and suffixes are ASCII: in Turkish 'I' is no capital 'i'.
if ! localedef -i tr_TR -f ISO-8859-9 "$tmp/tr_TR.ISO-8859-9" >"$tmp/localedef" 2>&1; then
	skip "columns and suffixes in a Turkish locale" "localedef makes no tr_TR here"
else
	status=0
	LOCPATH=$tmp LC_ALL=tr_TR.ISO-8859-9 "$PAGETOUCH" -n -o file,MINFLT,pid 64KIB 32kib \
		>"$tmp/out" 2>"$tmp/err" || status=$?
	is "$status $(wc -l <"$tmp/out")" "0 3" "columns and suffixes in a Turkish locale"
fi

# A leading 0 is not octal, and an odd size is rounded up to pages.
run --json 010
is "$(field size "$tmp/out")" "$page" "010 is ten bytes, a page"
run --json "0x$(printf '%x' $((3 * page - 1)))"
is "$(field size "$tmp/out")" "$((3 * page))" "a size is rounded up to pages"

done_testing
