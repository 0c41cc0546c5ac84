#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the authcode authors
#
# clean-host.sh [--check | --units | --packages] RELEASE [MIRROR]: what a newcomer does on a fresh
# Debian, in a chroot that holds nothing but the base system: ./run as root and
# as an ordinary user, a sign-in with a system account, the printed curl line.
# With --check it is ./check instead, as root, with all that it installs; its
# logs are copied to build/host-RELEASE. With --units what AUTHCODE_BUILD has is
# installed, and a systemd of its own runs the units; RELEASE is then this host's,
# or a later one. With --packages the Debian packages are built on one RELEASE and
# live on another, see packages.sh.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

[ "$(id -u)" -eq 0 ] || { echo "a chroot needs root"; exit 1; }
# Mounts of our own, which are gone when this ends.
[ -n "${AUTHCODE_OWN_MOUNTS:-}" ] || exec env AUTHCODE_OWN_MOUNTS=1 unshare --mount "$0" "$@"

what=run
[[ "${1:-}" != @(--check|--units|--packages) ]] || { what=${1#--}; shift; }
release=$1
mirror=${2:-} # else mmdebstrap's own choice
top=$(mktemp -d /var/tmp/authcode-host.XXXXXX)
host=$top/root

clean_up() {
	trap '' TERM INT
	if [ -n "${runner:-}" ]; then
		# unshare(1) minds no other signal than the last
		kill "-$([[ $what = @(units|packages) ]] && echo KILL || echo TERM)" "$runner" 2>/dev/null || true
		wait "$runner" 2>/dev/null || true
	fi
	for place in sys dev/shm dev/pts proc; do
		umount --recursive --lazy "$host/$place" 2>/dev/null || true
	done
	umount --recursive --lazy "$top/builder/proc" 2>/dev/null || true
	rm -rf --one-file-system "$top"
	for ((tries = 0; tries < 50; tries++)); do
		[ -d "${cgroup:-}" ] || break
		find "$cgroup" -depth -type d -exec rmdir {} \; 2>/dev/null || sleep 0.1
	done
}
trap clean_up EXIT
trap 'exit 1' TERM INT

# Words in front of a command, not functions: a program in the background must
# be the very process that gets the signal.
as_root=(chroot "$host" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root)
as_alice=("${as_root[@]}" setpriv --reuid=alice --regid=alice --init-groups env HOME=/home/alice)
inside() { "${as_root[@]}" "$@"; }

# The packages of the libraries that the programs of AUTHCODE_BUILD load.
libraries() {
	local place=${AUTHCODE_BUILD:-build/check} name real=()
	for name in authcoded authcodectl authcode-fetch libauthcode.so.0; do
		# libtool's script of that name is none
		[ ! -e "$place/.libs/$name" ] || name=.libs/$name
		real+=("$place/$name")
	done
	ldd "${real[@]}" |
		sed -n 's|.* => /.*/\([^ ]*\) .*|*/\1|p' | sort -u | xargs dpkg-query --search | cut -d : -f 1 | sort -u | paste -s -d ,
}

echo "== $release: the base system"
more=()
[ $what != units ] || more=("--include=systemd,python3-requests,ca-certificates,$(libraries)")
[ $what != packages ] || more=(--include=systemd,ca-certificates,curl,openssl)
mmdebstrap --quiet --variant=minbase "${more[@]}" "$release" "$host" ${mirror:+"$mirror"}
cp /etc/resolv.conf "$host/etc/resolv.conf"
# what the installer of a machine writes, and a bare base system lacks
printf '127.0.0.1\tlocalhost\n::1\tlocalhost\n' >>"$host/etc/hosts"
mount --rbind /proc "$host/proc"
inside useradd --create-home --shell /bin/bash alice
inside chpasswd <<<"alice:a long passphrase"

copy_tree() {
	mkdir -p "$1"
	if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git ls-files -z | xargs -0 tar -cf -
	else
		tar -cf - --exclude=./build --exclude=node_modules .
	fi | tar -xf - -C "$1" --no-same-owner
}

# prove TREE PORT WORDS...: ./run there, behind those words, one whole sign-in, the end
prove() {
	local tree=$1 port=$2
	shift 2
	"$@" "$tree/run" --port "$port" >"$top/ready" 2>"$top/told" </dev/null &
	runner=$!
	for ((tries = 0; tries < 600; tries++)); do
		! grep -q '^ready ' "$top/ready" || break
		kill -0 "$runner" 2>/dev/null || break
		sleep 1
	done
	cat "$top/told"
	grep -q '^ready ' "$top/ready" || { echo "$release: not ready"; tail -n 30 "$host$tree/build/run.log" || true; return 1; }
	/usr/bin/python3 tests/run/sign_in.py "$top/ready" "$top/told" alice "a long passphrase" >"$top/curl" || true
	[ -s "$top/curl" ] || { tail -n 20 "$host"/tmp/authcode-run.*/*.log; return 1; }
	echo "== the curl line"
	inside bash <"$top/curl" 2>/dev/null | tee "$top/answer"
	echo
	grep -q '"access_token"' "$top/answer"
	# the signal goes to the script inside, as Ctrl-C would
	kill -TERM "$runner"
	wait "$runner" || { echo "$release: ./run ended with $?"; return 1; }
	runner=''
	[ -z "$(ls "$host"/tmp)" ] || { echo "$release: left behind:" "$host"/tmp/*; return 1; }
}

# What a browser and its tests expect of a machine, none of it the outer one's.
mount_devices() {
	mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$host/dev/pts"
	ln -sf pts/ptmx "$host/dev/ptmx"
	mkdir -p "$host/dev/shm"
	mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$host/dev/shm"
	mount --rbind --make-rslave /sys "$host/sys"
}

# The way to npm's registry is this machine's matter: its settings and the
# authorities it trusts are what npm inside gets.
copy_npm_settings() {
	local own=${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc} authorities=${NODE_EXTRA_CA_CERTS:-} registry=''
	if command -v npm >/dev/null; then
		[ -f "$authorities" ] || authorities=$(cd / && npm config get cafile)
		registry=$(cd / && npm config get registry)
	fi
	[ ! -f "$own" ] || install -m 0600 "$own" "$host/root/.npmrc"
	if [ -f "$authorities" ]; then
		install -m 0644 "$authorities" "$host/root/authorities.pem"
		as_root+=(NODE_EXTRA_CA_CERTS=/root/authorities.pem npm_config_cafile=/root/authorities.pem)
	fi
	[ -z "$registry" ] || as_root+=("npm_config_registry=$registry")
}

prove_check() {
	local began=$SECONDS status=0
	copy_tree "$host/srv/authcode"
	mount_devices
	copy_npm_settings
	inside /srv/authcode/check </dev/null | tee "$top/said" || status=1
	mkdir -p "build/host-$release"
	cp "$host"/srv/authcode/build/*.{log,xml,tap} "build/host-$release/" 2>/dev/null || true
	# what make check keeps of each test program
	(cd "$host/srv/authcode/build/check" && find tests -name '*.log' | xargs -r tar -cf "$top/logs.tar") || true
	[ ! -f "$top/logs.tar" ] || cp "$top/logs.tar" "build/host-$release/check-logs.tar"
	echo "== $release: $(tail -n 1 "$top/said"), $((SECONDS - began)) seconds"
	[ $status -eq 0 ]
}

# boot PLACE: systemd, in namespaces and a cgroup of its own, until PLACE is there; its pid is $init.
boot() {
	local group tries
	group=$(findmnt --first-only --noheadings --output TARGET --types cgroup2) ||
		{ echo "no cgroup2 is mounted"; return 1; }
	cgroup=$group/authcode-host.$$
	mkdir "$cgroup"
	unshare --pid --mount --ipc --uts --fork --kill-child tests/run/boot.sh "$host" "$cgroup" >"$top/boot.log" 2>&1 &
	runner=$!
	for ((tries = 0; tries < 600; tries++)); do
		init=$(pgrep --parent "$runner") && [ "$(cat "/proc/$init/comm")" = systemd ] &&
			nsenter --target "$init" --mount --pid test -S "$1" && return
		kill -0 "$runner" || break
		sleep 0.1
	done
	cat "$top/boot.log"
	return 1
}

# Under that systemd.
enter() {
	nsenter --target "$init" --mount --pid --ipc --uts --cgroup \
		env -i -C / PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root "$@"
}

prove_units() {
	local init
	make -C "${AUTHCODE_BUILD:-build/check}" install DESTDIR="$(realpath "$host")" >"$top/install.log" 2>&1 ||
		{ tail "$top/install.log"; return 1; }
	install -D -m 0644 dist/login.conf "$host/usr/local/etc/authcode/login.conf"
	install -D -m 0644 -t "$host/srv" tests/run/unit_client.py tests/run/unit_server.py tests/run/person.py
	install -m 0644 -t "$host/etc/pam.d" dist/pam/authcode dist/pam/authcode-check
	inside systemd-sysusers
	inside ldconfig
	inside passwd --quiet --expire alice
	inside systemctl --quiet enable authcode-{login,check,passwd,fetch}.socket
	boot /run/authcode/passwd.sock || return
	enter python3 /srv/unit_client.py alice "a long passphrase" "another passphrase 2" &&
		enter python3 /srv/unit_server.py alice "a long passphrase" && return
	nsenter --target "$init" --mount --pid --wd=/ journalctl --no-pager --lines=40
	return 1
}

if [ $what = units ]; then
	echo "== $release: the units, under systemd"
	prove_units
	exit
fi
if [ $what = packages ]; then
	. tests/run/packages.sh
	prove_packages
	exit
fi
if [ $what = check ]; then
	echo "== $release: ./check as root"
	prove_check
	exit
fi
echo "== $release: ./run as root"
copy_tree "$host/srv/authcode"
prove /srv/authcode 8480 "${as_root[@]}"
echo "== $release: ./run as an ordinary user"
copy_tree "$host/home/alice/authcode"
inside chown -R alice:alice /home/alice/authcode
prove /home/alice/authcode 8481 "${as_alice[@]}"
echo "== $release: good"
