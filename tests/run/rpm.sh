#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the authcode authors
#
# rpm.sh TARBALL OUT: dist/rpm/authcode.spec builds its packages from the tarball, on a Debian
# whose rpmbuild knows neither Fedora's package names (--nodeps) nor the macros of its systemd,
# which stand here. A file that is installed and in no package fails the build.
set -euo pipefail
tarball=$1 out=$2
spec=$(dirname "$(readlink -f "$0")")/../../dist/rpm/authcode.spec

macros=(
	"_topdir $out" "debug_package %{nil}" "_unitdir /usr/lib/systemd/system" "_sysusersdir /usr/lib/sysusers.d"
	"_tmpfilesdir /usr/lib/tmpfiles.d" "systemd_requires Requires: systemd" "systemd_post() systemctl preset %{*}"
	"systemd_preun() systemctl --no-reload disable --now %{*}" "systemd_postun_with_restart() systemctl try-restart %{*}"
)
defines=()
for macro in "${macros[@]}"; do
	defines+=(--define "$macro")
done

rm -rf "$out"
mkdir -p "$out/SOURCES"
cp "$tarball" "$out/SOURCES"
rpmspec "${defines[@]}" -P "$spec" >"$out/parsed"
# what no macro stood for would stay as it is
if grep -n '^%[a-z]*systemd\|%{[a-z_]*}' "$out/parsed"; then
	echo "a macro is not known"
	exit 1
fi
rpmbuild "${defines[@]}" --nodeps --nocheck -bb "$spec"
find "$out/RPMS" -name '*.rpm' | sort | while read -r package; do
	echo "== $(basename "$package")"
	rpm -qlp "$package"
done >"$out/files"
[ "$(grep -c '^== authcode' "$out/files")" -eq 3 ]
for file in /usr/sbin/authcoded /etc/pam.d/authcode /usr/lib/systemd/system/authcoded.service; do
	grep -qx "$file" "$out/files"
done
grep -q system-auth "$(dirname "$spec")/../pam/fedora/authcode"
