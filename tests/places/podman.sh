# SPDX-License-Identifier: GPL-2.0-or-later
# podman.sh - containers with a limit of 64 MiB: podman with runc, all its files in $places_dir
# shellcheck shell=sh disable=SC2154,SC2034 # names shared with check.sh

# crun refuses a machine with both versions of cgroups; conmon leaves a file where it is started.
podman_run() {
	env -C "$places_dir" CONTAINERS_STORAGE_CONF="$places_dir/storage.conf" podman --runtime runc \
		--cgroup-manager cgroupfs --events-backend file "$@"
}

# in_container OPTION... -- COMMAND...: below a cgroup of ours, so that its processes are found.
in_container() {
	podman_run run --rm --network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
		--cgroup-parent "${places_top#"$places_root"}" --memory 64m "$@"
}

image_tree() {
	tree=$places_dir/image
	mkdir -p "$tree/bin" "$tree/proc" "$tree/sys" "$tree/dev" "$tree/tmp" "$tree/etc"
	chmod 1777 "$tree/tmp"
	cp "$(command -v busybox)" "$tree/bin/busybox"
	ln -s busybox "$tree/bin/sh"
	cp "$PAGETOUCH" "$tree/bin/pagetouch"
	echo 'root:x:0:0::/:/bin/sh' >"$tree/etc/passwd"
	ldd "$PAGETOUCH" "$(command -v busybox)" 2>/dev/null | grep -o '/[^ :]*' | sort -u |
		while read -r library; do
			case $library in *.so*) ;; *) continue ;; esac
			mkdir -p "$tree$(dirname "$library")"
			cp -L "$library" "$tree$library"
		done
}

start_podman() {
	for program in podman runc busybox; do
		command -v "$program" >/dev/null || { reason="no $program"; return 1; }
	done
	printf '[storage]\ndriver = "vfs"\ngraphroot = "%s"\nrunroot = "%s"\n' \
		"$places_dir/graph" "$places_dir/run" >"$places_dir/storage.conf"
	image_tree
	tar -C "$places_dir/image" -c . |
		podman_run import - localhost/pagetouch:places >"$places_dir/podman.log" 2>&1 &&
		in_container localhost/pagetouch:places sh -c : >>"$places_dir/podman.log" 2>&1 && return
	reason="podman cannot run a container here: $(tail -n 1 "$places_dir/podman.log" | tr '#' ' ')"
	return 1
}

stop_podman() {
	[ -e "$places_dir/storage.conf" ] || return 0
	podman_run rm --all --force --time 0 >/dev/null 2>&1
	podman_run rmi --all --force >/dev/null 2>&1
	grep -o " $places_dir/[^ ]*" /proc/mounts | sort -r | xargs -r umount 2>/dev/null
}

image=localhost/pagetouch:places
as_pid_1() { in_container --cgroupns "$podman_cgroupns" "$image" "$@"; }
podman_below_sh() {
	# shellcheck disable=SC2016 # the inner shell's
	in_container --cgroupns "$podman_cgroupns" "$image" sh -c '"$@"; exit $?' sh "$@"
}
as_user_1000() { in_container --cgroupns private --user 1000 "$image" "$@"; }
read_only() { in_container --cgroupns private --read-only "$image" "$@"; }
privileged() { in_container --cgroupns "$podman_cgroupns" --privileged "$image" "$@"; }
privileged_sh() {
	# shellcheck disable=SC2016 # the inner shell's
	in_container --cgroupns "$podman_cgroupns" --privileged "$image" sh -c '"$@"; exit $?' sh "$@"
}

prove_podman() {
	if ! start_podman; then
		place_skipped podman "$reason"
		return
	fi
	limited_group=$place_group
	place_group=$places_top
	every="oom heels killed guard term completed"
	# shellcheck disable=SC2086 # a list
	for podman_cgroupns in host private; do
		place_cgroup=/
		[ "$podman_cgroupns" = private ] || place_cgroup="${places_top#"$places_root"}/libpod-*"
		prove_all as_pid_1 "podman, pid 1, cgroupns $podman_cgroupns" $every
		prove_all podman_below_sh "podman, below sh, cgroupns $podman_cgroupns" $every
		prove_all privileged "podman --privileged, pid 1, cgroupns $podman_cgroupns" $every
		prove_all privileged_sh "podman --privileged, below sh, cgroupns $podman_cgroupns" oom killed
	done
	# shellcheck disable=SC2086 # a list
	prove_all as_user_1000 "podman, user 1000" $every
	# shellcheck disable=SC2086 # a list
	prove_all read_only "podman, read-only" $every
	place_group=$limited_group
	place_cgroup=$limited_cgroup
}
