/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A check helper at a socket that says what the test tells it to.
 */
#ifndef AC_TESTS_FAKE_CHECK_H
#define AC_TESTS_FAKE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "pam_authcode/wire.h"

enum fake_check_mode {
	FAKE_ANSWERS = 0,
	FAKE_HANGS,    /* takes the question and says nothing */
	FAKE_GARBAGE,  /* answers with what is no frame */
	FAKE_OTHER,    /* answers with a frame of another kind */
	FAKE_CLOSES,   /* hangs up when the question has come */
	FAKE_ANOTHER,  /* describes an account with another uid */
	FAKE_ANSWERS1, /* answers once, then hangs up */
};

struct fake_check;

struct fake_check *fake_check_new(void);
void fake_check_free(struct fake_check **fake);
const char *fake_check_socket(const struct fake_check *fake);

/* From now on. With OK the account is in the groups users and adm. */
void fake_check_set(struct fake_check *fake, enum fake_check_mode mode, enum ac_verdict verdict);
/* The claims of those who want them, and the groups. */
void fake_check_claims(struct fake_check *fake, const char *file, const char *command);
void fake_check_groups(struct fake_check *fake, const char *groups);
/* Answers wait until they are let through. */
void fake_check_hold(struct fake_check *fake, bool hold);

/* Questions and connections so far; the last question. */
unsigned fake_check_count(struct fake_check *fake);
unsigned fake_check_connections(struct fake_check *fake);
struct ac_wire_check fake_check_last(struct fake_check *fake);
/* Until there are so many questions; false after 5 s. */
bool fake_check_wait(struct fake_check *fake, unsigned count);

#endif
