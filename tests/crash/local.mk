# SPDX-License-Identifier: Apache-2.0
# What was acknowledged outlives a crash. `make check-crash` tries it for half an hour; ./check --full for a moment.

# Each a target of its own, with a word of progress now and then.
CRASH_TESTS = check-crash-kills check-crash-power check-crash-races

.PHONY: check-crash $(CRASH_TESTS)
check-crash: $(CRASH_TESTS)
check-crash-kills: all
	AUTHCODE_BUILD='$(abs_top_builddir)' PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 $(top_srcdir)/tests/crash/kills.py $(CRASH)
check-crash-power: tests/store/test_power_loss
	AUTHCODE_POWER_LOSSES=2000 tests/store/test_power_loss
check-crash-races: tests/store/test_races
	AUTHCODE_RACE_CODES=10000 tests/store/test_races

EXTRA_DIST += \
	tests/crash/client.py \
	tests/crash/conftest.py \
	tests/crash/judge.py \
	tests/crash/kills.py \
	tests/crash/ledger.py \
	tests/crash/test_judge.py \
	tests/crash/test_kills.py
