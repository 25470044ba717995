# SPDX-License-Identifier: GPL-2.0-or-later
# fetch.sh - Debian kernels and a systemd root, from the machine's own archive, into the cache
#
# Sourced by check.sh, which sets $cache and $tmp. A function that cannot do its work returns 1
# and has the reason in $reason.
# shellcheck shell=sh disable=SC2034,SC2154 # names shared with the script that sources it

# own_archive: "URI SUITE" of the first main archive in the machine's apt sources.
own_archive() {
	# shellcheck disable=SC2016 # apt's format, not the shell's
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 2>/dev/null |
		awk '$3 == "main" && $2 !~ "[-/]" { print $1, $2; exit }'
}

# apt_config SUITE: writes a private apt configuration for SUITE and prints its file name.
# It keeps the machine's settings for downloads (proxies and the like), and no others.
apt_config() {
	apt_dir=$tmp/apt-$1
	apt_uri=$(own_archive)
	apt_uri=${apt_uri% *}
	[ -n "$apt_uri" ] || return 1
	mkdir -p "$apt_dir/lists/partial" "$apt_dir/archives/partial"
	: >"$apt_dir/status"
	apt_key=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -r "$apt_key" ] && apt_key="[signed-by=$apt_key] " || apt_key=
	echo "deb $apt_key$apt_uri $1 main" >"$apt_dir/sources.list"
	{
		apt-config dump | grep '^Acquire::'
		cat <<-END
			Dir::State "$apt_dir";
			Dir::State::lists "$apt_dir/lists";
			Dir::State::status "$apt_dir/status";
			Dir::Cache "$apt_dir";
			Dir::Cache::archives "$apt_dir/archives";
			Dir::Etc::sourcelist "$apt_dir/sources.list";
			Dir::Etc::sourceparts "-";
			Dir::Etc::parts "-";
			Dir::Etc::main "-";
			APT::Sandbox::User "root";
			Acquire::Languages "none";
		END
	} >"$apt_dir/apt.conf"
	echo "$apt_dir/apt.conf"
}

# kernel_package: the package that the kernel metapackage stands for; needs APT_CONFIG.
kernel_package() {
	for meta in linux-image-cloud-amd64 linux-image-amd64; do
		package=$(apt-cache depends --important "$meta" 2>/dev/null |
			sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
		[ -n "$package" ] && echo "$package" && return
	done
	return 1
}

# Modules for swap on zram; what is built in or unknown to a kernel is not found.
swap_modules="lzo_compress lzo_decompress lzo lzo-rle lz4_compress lz4hc_compress lz4 lz4hc
	842_compress 842_decompress zstd_compress zlib_deflate deflate zstd zsmalloc zram"

# keep_kernel TREE DIRECTORY: the image and the modules that the guests load.
keep_kernel() {
	mkdir -p "$2/modules"
	cp "$1"/boot/vmlinuz-* "$2/vmlinuz" || return 1
	for module in $swap_modules; do
		find "$1" -name "$module.ko*" | while read -r file; do
			case $file in
			*.ko) cp "$file" "$2/modules/" ;;
			*.xz) xz -dc "$file" >"$2/modules/$module.ko" ;;
			*.zst) zstd -qdc "$file" >"$2/modules/$module.ko" ;;
			esac
		done
	done
}

# download_kernel SUITE DIRECTORY
download_kernel() (
	APT_CONFIG=$(apt_config "$1") || exit 1
	export APT_CONFIG
	work=$tmp/kernel-$1
	mkdir -p "$work/tree" && cd "$work" || exit 1
	apt-get update -qq && package=$(kernel_package) && apt-get download -qq "$package" &&
		dpkg-deb -x "$package"_*.deb tree && keep_kernel tree "$2" &&
		echo "$package" >"$2/package"
) >"$tmp/fetch-$1.log" 2>&1

# fetch_kernel SUITE: leaves the kernel in $cache/kernel-SUITE.
fetch_kernel() {
	[ -r "$cache/kernel-$1/package" ] && return
	rm -rf "$cache/kernel-$1" "$cache/new-$$-$1"
	if download_kernel "$1" "$cache/new-$$-$1" && mv "$cache/new-$$-$1" "$cache/kernel-$1"; then
		rm -rf "$tmp/kernel-$1"
		return
	fi
	rm -rf "$cache/new-$$-$1"
	reason="the kernel of $1 could not be downloaded"
	return 1
}

# The guest needs no documents, translations or package lists.
root_without="--dpkgopt=path-exclude=/usr/share/doc/* --dpkgopt=path-exclude=/usr/share/man/*
	--dpkgopt=path-exclude=/usr/share/locale/* --dpkgopt=path-exclude=/usr/share/zoneinfo/*"

root_packages=systemd,systemd-sysv,systemd-oomd,dbus,dbus-user-session,libpam-systemd,libgcrypt20,login,passwd

# build_root SUITE FILE: a root file system with systemd, as a cpio archive.
build_root() {
	APT_CONFIG=$(apt_config "$1") || return 1
	set -f
	# shellcheck disable=SC2086 # a list of options
	mmdebstrap --quiet --variant=essential --format=null $root_without \
		--include="$root_packages" \
		--customize-hook="cd \"\$1\" && rm -rf var/lib/apt/lists/* var/cache/apt/* &&
			find . -xdev ! -path './dev/*' | cpio --quiet -o -H newc >'$2'" \
		"$1" - "$(dirname "$APT_CONFIG")/sources.list"
	status=$?
	set +f
	unset APT_CONFIG
	return "$status"
}

# fetch_root SUITE: leaves a root with systemd in $cache/root-SUITE.cpio, and what is in it beside it.
fetch_root() {
	[ "$(cat "$cache/root-$1.packages" 2>/dev/null)" = "$root_packages" ] && return
	if build_root "$1" "$tmp/root.cpio" >"$tmp/root.log" 2>&1 && [ -s "$tmp/root.cpio" ]; then
		mv "$tmp/root.cpio" "$cache/root-$1.cpio"
		echo "$root_packages" >"$cache/root-$1.packages"
		return
	fi
	reason="mmdebstrap could not build a root with systemd"
	return 1
}
