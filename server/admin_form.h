/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the routes of administration share: a form that is read, refused in fixed words or
 * made one operation of the store, and the person that it names.
 */
#ifndef AC_SERVER_ADMIN_FORM_H
#define AC_SERVER_ADMIN_FORM_H

#include <authcode/store.h>

#include "base/buf.h"
#include "base/form.h"
#include "server/app.h"
#include "server/http.h"

/* Lives as long as the request, as its state. */
struct ac_admin_form {
	struct ac_app *app;
	struct authcode_arena *arena;
	struct ac_params params;
	struct authcode_operation operation;
	unsigned status; /* of a refusal: 400 unless a reader sets another */
	const char *sub; /* of the person that the operation is on, when one was named */
};

/* What is wrong, in fixed words, or NULL. */
typedef const char *ac_admin_reader(struct ac_admin_form *form);

/* 200 with what was put together; 500 when there was no memory for it. */
void ac_admin_reply(struct ac_http *h, const struct ac_buf *json);

/* {"error","error_description"} in fixed words: what was sent is not sent back. */
void ac_admin_refuse(struct ac_http *h, unsigned status, const char *error, const char *why);

/* The same with the status of the form. */
void ac_admin_refuse_form(struct ac_http *h, const struct ac_admin_form *form, const char *why);

/* Reads the query (of a GET) or the form that was posted; a body that is empty is a form
 * without fields. NULL: refused, and the reply is set. */
struct ac_admin_form *ac_admin_read(struct ac_app *app, struct ac_http *h, enum ac_origin origin,
				    ac_admin_reader *read);

/* Reads the posted form and submits its operation, of which the reader sets all but the
 * time: the state of the request once it is resumed. */
enum ac_step ac_admin_submit(struct ac_app *app, struct ac_http *h, ac_admin_reader *read);
/* The operation of the form anew. */
enum ac_step ac_admin_submit_again(struct ac_http *h, struct ac_admin_form *form);

/* Is it a name that could sign in? As the wire to the helper has it. NULL: no. */
AC_MUST_USE bool ac_admin_is_account(const char *name);

/* Refuses every field but those of the list. */
const char *ac_admin_only(const struct ac_admin_form *form, const char *const *names, size_t count);

/* The person that the field user (the account) or sub names. */
const char *ac_admin_find_person(struct ac_admin_form *form, struct authcode_subject *ret);

/* For the log: the uid of who asks, in text of 16 bytes. */
const char *ac_admin_uid(const struct ac_http *h, char text[16]);

#endif
