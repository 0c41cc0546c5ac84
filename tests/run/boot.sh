#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the authcode authors
#
# boot.sh ROOT CGROUP: becomes the systemd of ROOT, in the cgroup. To be started
# as the first process of new pid, mount, ipc and uts namespaces; clean-host.sh
# does.
set -euo pipefail

root=$1 cgroup=$2
if [ "$cgroup" != / ]; then
	echo 0 >"$cgroup/cgroup.procs"
	# what it sees of cgroups begins here
	exec unshare --cgroup "$0" "$root" /
fi
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=0755 tmpfs run
mkdir -p old
pivot_root . old
umount --lazy /old
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	/lib/systemd/systemd --system --unit=sockets.target --log-target=journal --show-status=no
