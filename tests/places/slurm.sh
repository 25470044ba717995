# SPDX-License-Identifier: GPL-2.0-or-later
# slurm.sh - steps of a batch job with --mem=64M: three slurmd on this machine, on 127.0.0.1 only
# shellcheck shell=sh disable=SC2154,SC2034 # names shared with check.sh

# as_daemon COMMAND...: in the background, and remembered.
as_daemon() {
	"$@" >>"$places_dir/slurm.log" 2>&1 &
	echo $! >>"$places_dir/slurm.pids"
}

slurm_config() {
	mkdir -p "$slurm/state" "$slurm/n1" "$slurm/n2" "$slurm/n3"
	cat >"$slurm/slurm.conf" <<-END
		ClusterName=places
		SlurmctldHost=$(hostname)(127.0.0.1)
		AuthType=auth/munge
		AuthInfo=socket=$slurm/munge/socket
		SlurmUser=root
		SlurmctldPort=16817
		SlurmctldPidFile=$slurm/slurmctld.pid
		SlurmdPidFile=$slurm/slurmd-%n.pid
		SlurmdSpoolDir=$slurm/%n
		StateSaveLocation=$slurm/state
		SlurmctldLogFile=$slurm/slurmctld.log
		SlurmdLogFile=$slurm/slurmd-%n.log
		ProctrackType=proctrack/cgroup
		TaskPlugin=task/cgroup
		MpiDefault=none
		ReturnToService=2
		SchedulerType=sched/backfill
		SelectType=select/cons_tres
		SelectTypeParameters=CR_Core_Memory
		DefMemPerNode=256
		NodeName=n[1-3] NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=[17001-17003] CPUs=1 RealMemory=512 State=UNKNOWN
		PartitionName=places Nodes=ALL Default=YES MaxTime=10:00 State=UP
		CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
	END
	cat >"$slurm/cgroup.conf" <<-END
		CgroupPlugin=cgroup/v1
		CgroupMountpoint=/sys/fs/cgroup
		ConstrainRAMSpace=yes
		ConstrainSwapSpace=yes
		AllowedSwapSpace=0
	END
}

# A key, a socket and files of its own: the machine's munged, if there is one, is left alone.
start_munge() {
	mkdir "$slurm/munge"
	head -c 1024 /dev/urandom >"$slurm/munge/key"
	chmod 700 "$slurm/munge"
	chmod 600 "$slurm/munge/key"
	chown -R munge:munge "$slurm/munge"
	chmod 711 "$slurm/munge"
	as_daemon setpriv --reuid=munge --regid=munge --clear-groups munged --foreground --force \
		--key-file="$slurm/munge/key" --socket="$slurm/munge/socket" \
		--pid-file="$slurm/munge/pid" --log-file="$slurm/munge/log" \
		--seed-file="$slurm/munge/seed"
	patient 20 test -S "$slurm/munge/socket"
}

slurm_works() {
	timeout 5 srun -N3 true 2>>"$places_dir/slurm.log"
}

start_slurm() {
	for program in slurmctld slurmd srun munged setpriv; do
		command -v "$program" >/dev/null || { reason="no $program"; return 1; }
	done
	slurm=$places_dir/slurm
	mkdir -p "$slurm"
	slurm_config
	SLURM_CONF=$slurm/slurm.conf
	export SLURM_CONF
	slurm_groups >"$places_dir/slurm.groups"
	start_munge || { reason="munged did not start"; return 1; }
	as_daemon slurmctld -D
	for node in n1 n2 n3; do
		as_daemon slurmd -D -N "$node"
	done
	patient 40 slurm_works || { reason="no job ran within its time"; return 1; }
}

slurm_groups() {
	find /sys/fs/cgroup -maxdepth 2 -type d -name 'slurm*'
}

stop_slurm() {
	[ -r "$places_dir/slurm.pids" ] || return 0
	xargs kill <"$places_dir/slurm.pids" 2>/dev/null
	patient 10 slurm_is_gone
	slurm_groups | grep -vxFf "$places_dir/slurm.groups" | while read -r group; do
		find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
	done
	rm -f "$places_dir/slurm.pids"
}

slurm_is_gone() {
	while read -r pid; do
		! kill -0 "$pid" 2>/dev/null || return 1
	done <"$places_dir/slurm.pids"
}

# What a step prints may be lost when srun ends it: it writes its records itself.
in_step() {
	# shellcheck disable=SC2016 # the inner shell's
	srun -w n1 -N1 -n1 --mem=64M sh -c 'exec "$@" >>"$0"' "$places_out" "$@"
}
in_step_below_sh() {
	# shellcheck disable=SC2016 # the inner shell's
	srun -w n2 -N1 -n1 --mem=64M sh -c '"$@" >>"$0"; exit $?' "$places_out" "$@"
}

prove_slurm() {
	if ! start_slurm; then
		place_skipped Slurm "$reason"
		stop_slurm
		return
	fi
	outer_group=$place_group
	# The job, its step and its task have the same limit.
	place_cgroup='/slurm_n[12]/uid_0/job_*'
	# srun has statuses of its own for what was killed.
	place_statuses=any
	place_group=$places_root/slurm_n1
	prove_all in_step "Slurm, a step" oom heels killed guard term completed
	place_group=$places_root/slurm_n2
	prove_all in_step_below_sh "Slurm, a step, below sh" oom killed guard completed
	place_statuses=
	place_group=$outer_group
	place_cgroup=$limited_cgroup
	stop_slurm
}
