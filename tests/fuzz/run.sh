#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzzes every target, or the ones named, for SECONDS each:
#   tests/fuzz/run.sh BUILD-DIRECTORY [SECONDS [TARGET...]]
# What is found is kept in BUILD-DIRECTORY/found; the corpus that grows, in
# BUILD-DIRECTORY/corpus. Needs clang with libFuzzer.
set -eu

source=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -ge 1 ] || { echo "usage: $0 BUILD-DIRECTORY [SECONDS [TARGET...]]" >&2; exit 2; }
build=$1
seconds=${2:-30}
shift $(($# < 2 ? $# : 2))
mkdir -p "$build/found"
build=$(cd "$build" && pwd)

[ -x "$source/configure" ] || "$source/autogen.sh"
cd "$build"
[ -f Makefile ] || "$source/configure" --quiet --enable-fuzzing --enable-sanitizers \
	CC="${CC:-clang}" CFLAGS="-g -O1 -fsanitize=fuzzer-no-link"
make -j2 fuzz-programs >make.log 2>&1 || { tail -n 20 make.log >&2; exit 1; }

[ $# -gt 0 ] || set -- $(cd "$source/tests/fuzz" && ls fuzz_*.c | sed 's/^fuzz_\(.*\)\.c$/\1/')
status=0
for target; do
	mkdir -p "corpus/$target"
	if "tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
		-max_len=4096 -print_final_stats=1 -artifact_prefix="found/$target-" \
		"corpus/$target" "$source/tests/fuzz/corpus/$target" >"$target.log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$target.log")
		echo "ok $target: $runs runs in $seconds s"
	else
		status=1
		echo "not ok $target: see $build/$target.log"
	fi
done
exit $status
