#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright the authcode authors
#
# make-deb.sh TREE OUT: the Debian packages of TREE, built in a copy of it; they go to OUT.
# DEB_BUILD_OPTIONS is dpkg-buildpackage's: nocheck leaves the tests out.
set -eu
tree=$(realpath "$1") out=$(realpath -m "$2")

(cd "$tree" && dpkg-checkbuilddeps) || { echo "install what is missing: apt-get build-dep $tree" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/authcode"
cd "$tree"
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
	git ls-files -z | xargs -0 tar -cf -
else
	tar -cf - --exclude=./build .
fi | tar -xf - -C "$work/authcode" --no-same-owner
cd "$work/authcode"
[ ! -e Makefile ] || make -s distclean
dpkg-buildpackage -b -uc -us
mkdir -p "$out"
mv "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo "$out"
ls "$out"
