/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What chapters about people share: a code with all that hangs on it, and what is counted.
 */
#ifndef TESTS_STORE_FIXTURE_PEOPLE_H
#define TESTS_STORE_FIXTURE_PEOPLE_H

#include <authcode/list.h>

#include "fixture.h"

/* A code of that client, with consent to "profile"; the client is told of a logout. */
int64_t code_for(struct fixture *f, int64_t session, const char *client_id);

/* How many logouts are still to be told. */
size_t waiting(struct fixture *f);

/* How many rows of that kind the subject has. */
size_t rows_of(struct fixture *f, enum authcode_list_kind kind, int64_t subject_id);

#endif
