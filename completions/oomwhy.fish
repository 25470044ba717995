# SPDX-License-Identifier: GPL-2.0-or-later
# oomwhy.fish - fish completion of the oomwhy command

set -l columns RANK PID TGID UID NAME ADJ ADDS BADNESS SCORE SHARE HELD VSZ RSS ANON FILE SHMEM \
    SWAP PTE

complete -c oomwhy -s j -l journal -d 'read the systemd journal'
complete -c oomwhy -s b -l boot -x -d 'of this boot: 0 (default), -1, ..., an ID, or all' \
    -a '0 -1 all'
complete -c oomwhy -s f -l follow -d 'wait for more reports, until interrupted'
complete -c oomwhy -s n -l last -x -d 'only the last N reports'
complete -c oomwhy -l since -x -d 'only reports at or after TIME' -a 'now today yesterday'
complete -c oomwhy -l until -x -d 'only reports at or before TIME' -a 'now today yesterday'
complete -c oomwhy -l pid -x -d 'only where PID was killed or asked for memory'
complete -c oomwhy -l comm -x -d 'only where NAME was killed or asked for memory'
complete -c oomwhy -l cgroup -x -d 'only in the cgroup PATH or below it'
complete -c oomwhy -s u -l unit -x -d 'only of this systemd unit, or below it'
complete -c oomwhy -l pod -x -d 'only of this Kubernetes pod: its UID, or its name on its node'
complete -c oomwhy -l container -x -d 'only of this container: the beginning of its id, or its name'
complete -c oomwhy -l job -x -d 'only of this job of Slurm'
complete -c oomwhy -l user -x -d 'only of this user: a UID, or a name that is known here'
complete -c oomwhy -l host -x -d 'only on this host, with or without its domain'
complete -c oomwhy -s v -l verbose -d 'all of the explanation, ten tasks'
complete -c oomwhy -s l -l list -d 'a line per report'
complete -c oomwhy -l tasks -d 'the task table, or its N worst, ranked'
complete -c oomwhy -l summary -d 'add up the kills by unit (default), host, pod, comm, cause or day' \
    -a 'unit host pod comm cause day'
complete -c oomwhy -s o -l output -x -d 'columns of --tasks or --summary; +LIST appends' \
    -a "(__fish_append , $columns)"
complete -c oomwhy -l json -d 'one JSON object per line, sizes in bytes'
complete -c oomwhy -s q -l quiet -d 'the exit status alone, errors only'
complete -c oomwhy -s B -l bytes -d 'sizes of the tables in bytes'
complete -c oomwhy -l noheadings -d 'no header line'
complete -c oomwhy -l color -d 'auto (default), always or never' -a 'auto always never'
complete -c oomwhy -s h -l help -d 'show this help and exit'
complete -c oomwhy -s V -l version -d 'show the version and exit'
