/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A SQLite store with audit records in a chain, and somebody who writes to its file
 * behind its back; goes with fixture.h.
 */
#ifndef TESTS_STORE_AUDIT_FILE_H
#define TESTS_STORE_AUDIT_FILE_H

#include "fixture.h"

/* cmocka setup; the state is a fixture, and its teardown fits. */
int audit_file_set_up(void **state);

#define AUDIT_FILE_TEST(name)                                                                      \
	cmocka_unit_test_setup_teardown(name, audit_file_set_up, fixture_tear_down)

/* One record, a millisecond later, of the subject (0: of nobody) at 192.0.2.7 or the address. */
void leave_record(struct fixture *f, int64_t subject_id);
void leave_record_from(struct fixture *f, int64_t subject_id, const char *rhost);

/* Records 1 to 8 at T0 + 1 to 8: of nobody, of ana, and of bob, who is forgotten. */
void leave_records(struct fixture *f);

/* Signs in for the first time; returns the subject. */
int64_t person(struct fixture *f, const char *name, uint32_t uid);
/* Erases the subject, in one piece. */
void forget(struct fixture *f, int64_t subject_id);

/* Runs SQL that changes something. */
void tamper(const struct fixture *f, const char *sql);

/* Closes the store, and keeps its file beside it. */
void keep_file(struct fixture *f);
/* Closes the store, if it is open, and puts back what was kept. */
void restore_file(struct fixture *f);

/* A look at the chain finds this fault first, in pages of whatever size. */
void assert_found(struct fixture *f, const char *what, const char *fault, int64_t seq);

#endif
