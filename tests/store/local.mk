# SPDX-License-Identifier: Apache-2.0
store_tests = \
	tests/store/contract \
	tests/store/test_audit_chain \
	tests/store/test_audit_rounds \
	tests/store/test_audit_shortened \
	tests/store/test_audit_writers \
	tests/store/test_database \
	tests/store/test_database_faults \
	tests/store/test_history \
	tests/store/test_power_loss \
	tests/store/test_power_upgrade \
	tests/store/test_races \
	tests/store/test_sqlite_faults \
	tests/store/test_sqlite_files \
	tests/store/test_sqlite_full \
	tests/store/test_sqlite_migration \
	tests/store/test_sqlite_process \
	tests/store/test_sqlite_purge \
	tests/store/test_sqlite_snapshots

check_PROGRAMS += $(store_tests)
TESTS += $(store_tests)

store_fixture = tests/store/dice.h tests/store/fixture.c tests/store/fixture.h \
	tests/store/fixture_device.c tests/store/fixture_device.h \
	tests/store/fixture_ops.c tests/store/fixture_ops.h \
	tests/store/same_rows.c tests/store/same_rows.h
raw_sql = tests/store/raw_sql.c tests/store/raw_sql.h
store_cppflags = $(unit_cppflags)
store_ldadd = $(unit_ldadd) $(SQLITE_LIBS) -lpthread

tests_store_contract_SOURCES = $(store_fixture) \
	tests/store/contract.c tests/store/contract.h \
	tests/store/contract_audit.c \
	tests/store/contract_audit_chain.c \
	tests/store/contract_client.c \
	tests/store/contract_codes.c \
	tests/store/contract_devices.c \
	tests/store/contract_keys.c \
	tests/store/contract_lists.c \
	tests/store/contract_logout.c \
	tests/store/contract_misuse.c \
	tests/store/contract_password.c \
	tests/store/contract_people.c tests/store/fixture_people.c tests/store/fixture_people.h \
	tests/store/contract_purge.c \
	tests/store/contract_refresh.c \
	tests/store/contract_registration.c \
	tests/store/contract_renewal.c \
	tests/store/contract_retry.c \
	tests/store/contract_replay.c \
	tests/store/contract_revocation.c \
	tests/store/contract_sessions.c \
	tests/store/contract_sealed.c \
	tests/store/contract_signing_keys.c \
	tests/store/contract_subjects.c \
	tests/store/contract_threads.c \
	tests/store/contract_withdrawal.c
tests_store_contract_CPPFLAGS = $(store_cppflags)
tests_store_contract_LDADD = $(store_ldadd)

audit_file = $(store_fixture) $(raw_sql) tests/store/audit_file.c tests/store/audit_file.h

tests_store_test_audit_chain_SOURCES = $(audit_file) tests/store/test_audit_chain.c
tests_store_test_audit_chain_CPPFLAGS = $(store_cppflags)
tests_store_test_audit_chain_LDADD = $(store_ldadd)

tests_store_test_audit_rounds_SOURCES = $(audit_file) \
	tests/store/faulty_vfs.c tests/store/faulty_vfs.h \
	tests/store/shim_vfs.c tests/store/shim_vfs.h \
	tests/store/test_audit_rounds.c
tests_store_test_audit_rounds_CPPFLAGS = $(store_cppflags)
tests_store_test_audit_rounds_LDADD = $(store_ldadd)

tests_store_test_audit_shortened_SOURCES = $(audit_file) tests/store/test_audit_shortened.c
tests_store_test_audit_shortened_CPPFLAGS = $(store_cppflags)
tests_store_test_audit_shortened_LDADD = $(store_ldadd)

tests_store_test_audit_writers_SOURCES = $(audit_file) tests/store/test_audit_writers.c
tests_store_test_audit_writers_CPPFLAGS = $(store_cppflags)
tests_store_test_audit_writers_LDADD = $(store_ldadd)

tests_store_test_history_SOURCES = $(store_fixture) tests/store/test_history.c
tests_store_test_history_CPPFLAGS = $(store_cppflags)
tests_store_test_history_LDADD = $(store_ldadd)

tests_store_test_sqlite_files_SOURCES = $(store_fixture) $(raw_sql) \
	tests/store/test_sqlite_files.c
tests_store_test_sqlite_files_CPPFLAGS = $(store_cppflags)
tests_store_test_sqlite_files_LDADD = $(store_ldadd)

tests_store_test_sqlite_migration_SOURCES = $(store_fixture) $(raw_sql) \
	tests/store/golden.c tests/store/golden.h \
	tests/store/test_sqlite_migration.c
tests_store_test_sqlite_migration_CPPFLAGS = $(store_cppflags)
tests_store_test_sqlite_migration_LDADD = $(store_ldadd)
EXTRA_DIST += tests/store/golden/001.sql

tests_store_test_sqlite_faults_SOURCES = $(store_fixture) $(raw_sql) \
	tests/store/faulty_vfs.c tests/store/faulty_vfs.h \
	tests/store/shim_vfs.c tests/store/shim_vfs.h \
	tests/store/test_sqlite_faults.c
tests_store_test_sqlite_faults_CPPFLAGS = $(store_cppflags)
tests_store_test_sqlite_faults_LDADD = $(store_ldadd)

tests_store_test_sqlite_purge_SOURCES = $(store_fixture) tests/store/test_sqlite_purge.c
tests_store_test_sqlite_purge_CPPFLAGS = $(store_cppflags)
tests_store_test_sqlite_purge_LDADD = $(store_ldadd)

tests_store_test_sqlite_full_SOURCES = $(store_fixture) \
	tests/store/faulty_vfs.c tests/store/faulty_vfs.h \
	tests/store/look.c tests/store/look.h \
	tests/store/shim_vfs.c tests/store/shim_vfs.h \
	tests/store/test_sqlite_full.c
tests_store_test_sqlite_full_CPPFLAGS = $(store_cppflags)
tests_store_test_sqlite_full_LDADD = $(store_ldadd)

tests_store_test_sqlite_process_SOURCES = $(store_fixture) tests/store/test_sqlite_process.c
tests_store_test_sqlite_process_CPPFLAGS = $(store_cppflags)
tests_store_test_sqlite_process_LDADD = $(store_ldadd)

tests_store_test_sqlite_snapshots_SOURCES = $(store_fixture) tests/store/test_sqlite_snapshots.c
tests_store_test_sqlite_snapshots_CPPFLAGS = $(store_cppflags)
tests_store_test_sqlite_snapshots_LDADD = $(store_ldadd)

database_fixture = $(store_fixture) $(raw_sql) \
	tests/store/database_world.c tests/store/database_world.h

tests_store_test_database_SOURCES = $(database_fixture) tests/store/test_database.c
tests_store_test_database_CPPFLAGS = $(store_cppflags)
tests_store_test_database_LDADD = $(store_ldadd)

tests_store_test_database_faults_SOURCES = $(database_fixture) tests/store/test_database_faults.c
tests_store_test_database_faults_CPPFLAGS = $(store_cppflags)
tests_store_test_database_faults_LDADD = $(store_ldadd)

tests_store_test_races_SOURCES = $(store_fixture) tests/store/test_races.c
tests_store_test_races_CPPFLAGS = $(store_cppflags)
tests_store_test_races_LDADD = $(store_ldadd)

store_power = tests/store/power_file.c tests/store/power_file.h \
	tests/store/power_vfs.c tests/store/power_vfs.h \
	tests/store/shim_vfs.c tests/store/shim_vfs.h

tests_store_test_power_upgrade_SOURCES = $(store_fixture) $(store_power) \
	tests/store/golden.c tests/store/golden.h \
	tests/store/look.c tests/store/look.h \
	tests/store/test_power_upgrade.c
tests_store_test_power_upgrade_CPPFLAGS = $(store_cppflags)
tests_store_test_power_upgrade_LDADD = $(store_ldadd)

tests_store_test_power_loss_SOURCES = $(store_fixture) $(store_power) \
	tests/store/power_judge.c \
	tests/store/power_work.c tests/store/power_work.h \
	tests/store/test_power_loss.c
tests_store_test_power_loss_CPPFLAGS = $(store_cppflags)
tests_store_test_power_loss_LDADD = $(store_ldadd)
tests_store_test_power_loss_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=sqlite3_exec
