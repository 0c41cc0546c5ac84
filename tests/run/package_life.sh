#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the authcode authors
#
# package_life.sh: the Debian packages beside it are installed on this host, which has never
# seen them, used, upgraded, removed and purged. Root, under systemd; each line says what is
# shown, the first thing that is not so ends it.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
export DEBIAN_FRONTEND=noninteractive AUTOPKGTEST_TMP=/root/flow
mkdir "$AUTOPKGTEST_TMP"

show() { echo "good: $1"; }
fail() { echo "BAD: $1"; exit 1; }
quietly() { "$@" >/root/log 2>&1 || { cat /root/log; fail "$*"; }; }
readonly drop_in=/etc/systemd/system/authcoded.socket.d/setup.conf
sum() { sha256sum /var/lib/authcode/master.key | cut -d ' ' -f 1; }

# refresh: is what was issued before still good?
refresh() {
	local answer
	answer=$(curl -sS --cacert /etc/authcode/certificate.pem -K "$AUTOPKGTEST_TMP/client" -d grant_type=refresh_token \
		--data-urlencode "refresh_token=$(sed -n 's/.*"refresh_token": *"\([^"]*\)".*/\1/p' "$AUTOPKGTEST_TMP/tokens")" \
		https://localhost:8483/token)
	[[ $answer == *'"access_token"'* ]] || fail "$1: $answer"
	show "$1"
}

# what is in /tmp at the start of a host goes away
systemctl is-system-running --wait >/dev/null || true
quietly apt-get update
quietly apt-get install -y ./authcode-server_*.deb ./libauthcode0_*.deb
[ -z "$(find /var/lib/authcode -mindepth 1 2>/dev/null)" ] || fail "installing made state"
for socket in login check passwd fetch; do
	[ -S "/run/authcode/$socket.sock" ] || fail "nobody listens at $socket.sock"
done
show "installed, and the helpers wait"
sh ./code-flow

key=$(sum)
quietly apt-get install -y --reinstall ./authcode-server_*.deb ./libauthcode0_*.deb
systemctl is-active --quiet authcoded || fail "it does not run after an upgrade"
[ "$(sum)" = "$key" ] || fail "an upgrade made another key"
refresh "an upgrade keeps tokens, keys and the configuration"

quietly apt-get remove -y authcode-server
! systemctl is-active --quiet authcoded || fail "removed, and it runs on"
[ ! -e /usr/sbin/authcoded ] || fail "removed, and still there"
[ -e /var/lib/authcode/authcode.db ] && [ "$(sum)" = "$key" ] && [ -e /etc/authcode/authcode.conf ] && [ -e $drop_in ] ||
	fail "removing took the state away"
quietly apt-get install -y ./authcode-server_*.deb ./libauthcode0_*.deb
systemctl is-active --quiet authcoded || fail "installed again, it does not run"
refresh "removing keeps the state, and installing again finds it"

quietly apt-get purge -y authcode-server
for place in /var/lib/authcode /etc/authcode /etc/pam.d/authcode /etc/pam.d/authcode-check /run/authcode ${drop_in%/*}; do
	[ ! -e $place ] || fail "$place survived a purge"
done
getent passwd _authcode >/dev/null || fail "the user is gone, and its number could become somebody else's"
[ -z "$(systemctl --no-legend --plain --all list-unit-files 'authcode*')" ] || fail "units survived a purge"
show "a purge leaves nothing but the user and its groups"
