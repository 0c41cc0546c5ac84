# SPDX-License-Identifier: Apache-2.0
# Copyright the authcode authors
#
# For clean-host.sh --packages: the Debian packages are built where nothing but their
# Build-Depends is, lintian looks at them, and they live on $host under its systemd
# as package_life.sh has it.
# shellcheck shell=bash

builder=$top/builder
in_builder=(chroot "$builder" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root
	DEBIAN_FRONTEND=noninteractive)

build_packages() {
	mmdebstrap --quiet --variant=minbase --include=build-essential,debhelper,lintian "$release" "$builder" \
		${mirror:+"$mirror"}
	cp /etc/resolv.conf "$builder/etc/resolv.conf"
	copy_tree "$builder/srv/authcode"
	mount --rbind /proc "$builder/proc"
	"${in_builder[@]}" apt-get update -q -q
	"${in_builder[@]}" apt-get build-dep -q -q -y --no-install-recommends -P nocheck /srv/authcode
	# its tests are those of ./check
	"${in_builder[@]}" env DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" DEB_BUILD_PROFILES=nocheck \
		/srv/authcode/dist/make-deb.sh /srv/authcode /srv/debs
	"${in_builder[@]}" bash -c 'lintian --allow-root --display-level ">=warning" /srv/debs/*.changes' >"$top/lintian"
	cat "$top/lintian"
	[ ! -s "$top/lintian" ] || { echo "BAD: lintian is not content"; return 1; }
	echo "good: lintian has nothing to say"
	"${in_builder[@]}" bash -c 'apt-get install -q -q -y /srv/debs/libauthcode{0,-dev}_*.deb'
	"${in_builder[@]}" bash -c 'cd /srv/authcode && AUTOPKGTEST_TMP=$(mktemp -d) debian/tests/library'
	echo "good: a program is compiled and linked through pkg-config"
	umount --recursive --lazy "$builder/proc"
}

prove_packages() {
	local init
	echo "== $release: the packages"
	# in the background, where a command that fails ends it
	build_packages >"$top/build.log" 2>&1 &
	if ! wait $!; then
		tail -n 40 "$top/build.log"
		return 1
	fi
	grep '^good: ' "$top/build.log"
	mkdir "$host/srv/packages"
	cp "$builder"/srv/debs/*.deb debian/tests/code-flow tests/run/package_life.sh "$host/srv/packages"
	echo "== $release: installed, used, upgraded, removed"
	boot /run/systemd/private || return
	enter bash /srv/packages/package_life.sh && return
	enter journalctl --no-pager --lines=60
	return 1
}
