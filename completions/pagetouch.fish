# SPDX-License-Identifier: GPL-2.0-or-later
# pagetouch.fish - fish completion of the pagetouch command

set -l columns STEP PID TIME TOUCHED VSZ RSS GREW ANON FILE SHMEM SWAP PSS USS HUGE HUGETLB \
    LAZYFREE LOCKED KSM PTE MINFLT MAJFLT OOMSCORE CGUSE CGANON CGFILE CGSHMEM CGPTE COMMITTED
set -l steps dontneed free cold pageout remove collapse merge random guard hold: touch:read \
    touch:write fork fork:read fork:write protect:none protect:write unmap trim limit: high:
set -l outcomes ok oom enomem completed guard interrupted oom-sandbox oom-ancestor oom-global \
    oomd sigterm sigbus sigsegv killed map-refused

complete -c pagetouch -f
complete -c pagetouch -l private -d 'map private anonymous memory (default)'
complete -c pagetouch -l shared -d 'map shared anonymous memory, or the file shared'
complete -c pagetouch -l memfd -d 'map a memfd, a file without a name'
complete -c pagetouch -l file -r -F -d 'map a file; a new one is gone after the run'
complete -c pagetouch -l hugetlb -d 'map reserved huge pages' -a '2M 1G'
complete -c pagetouch -l heap -d 'allocate it with malloc, in pieces of PIECE'
complete -c pagetouch -l stack -d 'let the main thread\'s stack grow by it'
complete -c pagetouch -l reserve -d 'let overcommit accounting see the mapping'
complete -c pagetouch -l thp -x -d 'huge pages: never (default), always, system' \
    -a 'never always system'
complete -c pagetouch -l lock -d 'lock it with mlock, at once or page by page' -a 'onfault'
complete -c pagetouch -l access -x -d 'write (default), read, populate-*, pread, pwrite' \
    -a 'write read populate-write populate-read pread pwrite'
complete -c pagetouch -l order -x -d 'forward (default), backward, random[:SEED]' \
    -a 'forward backward random'
complete -c pagetouch -l stride -x -d 'touch one page in every SIZE'
complete -c pagetouch -l touch -x -d 'touch only the first SIZE of the region'
complete -c pagetouch -l passes -x -d 'touch all of it N times'
complete -c pagetouch -s t -l threads -x -d 'touch with N threads at once'
complete -c pagetouch -l limit -x -d 'give the subject a memory cgroup of SIZE to die in'
complete -c pagetouch -l swap -x -d 'let it swap up to SIZE (default 0)'
complete -c pagetouch -l high -x -d 'throttle it above SIZE (cgroup v2)'
complete -c pagetouch -l oom-score-adj -x -d 'the subject\'s: -1000 to 1000 (default), or keep' \
    -a 'keep'
complete -c pagetouch -l rate -x -d 'touch evenly, SIZE per second'
complete -c pagetouch -l hold -x -d 'keep the memory for TIME, or \'infinity\'' -a 'infinity'
complete -c pagetouch -l every -x -d 'while holding, a sample every TIME (default 1s)'
complete -c pagetouch -l then -x -d 'then do STEP, see below; may be given again' -a "$steps"
complete -c pagetouch -l no-guard -d 'go on when memory runs out'
complete -c pagetouch -l verify -d 'exit 1 unless RSS grew by just what was touched'
complete -c pagetouch -l expect -x -d 'exit 0 if the run ends so, else 1: ok, oom, ...' \
    -a "$outcomes"
complete -c pagetouch -l exact -d 'read RSS from smaps_rollup in every row'
complete -c pagetouch -s o -l output -x -d 'columns to show; +LIST appends' \
    -a "(__fish_append , $columns)"
complete -c pagetouch -s b -l bytes -d 'sizes in bytes instead of KiB'
complete -c pagetouch -s H -l human -d 'sizes as 1.5M, 2.0G'
complete -c pagetouch -s n -l noheadings -d 'no header line'
complete -c pagetouch -s q -l quiet -d 'no rows and no summary, errors only'
complete -c pagetouch -s v -l verbose -d 'name subject and sandbox; all evidence'
complete -c pagetouch -l json -d 'one JSON object per line, sizes in bytes'
complete -c pagetouch -l csv -d 'comma-separated values'
complete -c pagetouch -l plot -r -F -d 'draw the run: FILE.svg, FILE.png, FILE.pdf, or - here'
complete -c pagetouch -l plot-x -x -d 'draw it over touched, time or row' -a 'touched time row'
complete -c pagetouch -l replay -r -F -d 'show a run that --json has written, or draw it'
complete -c pagetouch -l run -x -d 'of several runs in FILE, number N (default the last)'
complete -c pagetouch -s h -l help -d 'show this help and exit'
complete -c pagetouch -s V -l version -d 'show the version and exit'
