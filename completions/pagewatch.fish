# SPDX-License-Identifier: GPL-2.0-or-later
# pagewatch.fish - fish completion of the pagewatch command

set -l columns PID COMMAND TIME PROCS VSZ RSS GREW PEAK ANON FILE SHMEM SWAP PSS \
    USS HUGE HUGETLB LAZYFREE LOCKED KSM PTE MINFLT MAJFLT CPU% PSISOME% PSIFULL% SWPIN SWPOUT CGUSE CGANON CGFILE \
    CGSHMEM CGPTE CGPEAK CGSWPIN CGSWPOUT
set -l outcomes ok oom completed exited interrupted oom-sandbox oom-ancestor oom-global oomd \
    sigterm sigbus sigsegv killed

complete -c pagewatch -f -n 'not string match -q -- "-*" (commandline -ct)' \
    -a '(__fish_complete_subcommand)'
complete -c pagewatch -s p -l pid -x -d 'follow process PID instead of running a command'
complete -c pagewatch -l tree -d 'and all that descends from it'
complete -c pagewatch -l cgroup -r -F -d 'follow all that lives in a cgroup and below it'
complete -c pagewatch -l unit -x -d 'follow all processes of a systemd unit'
complete -c pagewatch -l every -x -d 'a row every TIME (default 1s)'
complete -c pagewatch -l step -x -d 'a row, too, when RSS grew or shrank by SIZE'
complete -c pagewatch -l each -d 'a row per process instead of their sum'
complete -c pagewatch -s n -l number -x -d 'with --each: only the N largest'
complete -c pagewatch -l peak -d 'reset the peak of processes that are not ours'
complete -c pagewatch -l where -d 'say what grew, by kind of mapping'
complete -c pagewatch -l limit -x -d 'run the command in a memory cgroup of SIZE'
complete -c pagewatch -l swap -x -d 'let it swap up to SIZE (default 0)'
complete -c pagewatch -l high -x -d 'throttle it above SIZE (cgroup v2)'
complete -c pagewatch -l oom-score-adj -x -d 'the command\'s: -1000 to 1000, or keep (default)' -a 'keep'
complete -c pagewatch -l expect -x -d 'exit 0 if it ends so, else 1: ok, oom, ...' -a "$outcomes"
complete -c pagewatch -l max-rss -x -d 'exit 1 if the peak of RSS was higher'
complete -c pagewatch -l max-pss -x -d 'exit 1 if the peak of PSS was higher'
complete -c pagewatch -l runs -x -d 'run it N times: least, median and most of what it needs'
complete -c pagewatch -l warmup -x -d 'before that N times, which are not counted'
complete -c pagewatch -s i -l ignore-failure -d 'count a run that fails, and go on'
complete -c pagewatch -l compare -r -F -d 'compare recording A with recording B, the operand'
complete -c pagewatch -l by -x -d 'what decides: rss (default), pss, cgroup, time, ...' -a 'rss pss cgroup time minflt majflt'
complete -c pagewatch -l tolerance -x -d 'exit 1 if B needs more than N% more'
complete -c pagewatch -l fit -d 'find the smallest limit that the command lives with'
complete -c pagewatch -l fit-step -x -d 'to within SIZE (default 4M); --limit is the most'
complete -c pagewatch -l fit-least -x -d 'do not try less than SIZE'
complete -c pagewatch -s o -l output -x -d 'columns to show; +LIST appends' -a "$columns"
complete -c pagewatch -s b -l bytes -d 'sizes in bytes instead of KiB'
complete -c pagewatch -s H -l human -d 'sizes as 1.5M, 2.0G'
complete -c pagewatch -l noheadings -d 'no header line'
complete -c pagewatch -s q -l quiet -d 'no rows and no summary, errors only'
complete -c pagewatch -s v -l verbose -d 'name the sandbox and its like; all evidence'
complete -c pagewatch -l json -d 'one JSON object per line, sizes in bytes'
complete -c pagewatch -l csv -d 'comma-separated values'
complete -c pagewatch -l plot -r -F -d 'draw the run: FILE.svg, FILE.png, FILE.pdf, or - here'
complete -c pagewatch -l replay -r -F -d 'show a run that --json has written, or draw it'
complete -c pagewatch -l run -x -d 'of several runs in FILE, number N (default the last)'
complete -c pagewatch -l log-file -r -F -d 'write rows or records to FILE, not to standard error'
complete -c pagewatch -l live -d 'on a terminal, one line that changes instead of rows'
complete -c pagewatch -s h -l help -d 'show this help and exit'
complete -c pagewatch -s V -l version -d 'show the version and exit'
