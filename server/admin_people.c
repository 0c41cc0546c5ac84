/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin_people.h. The log names people by their sub: what it says of an erasure must
 * not keep what was erased.
 */
#include "server/admin_people.h"

#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "server/admin_form.h"
#include "server/log.h"

#define ERASE_ROWS 1000 /* of a piece: a millisecond or two of the writer */

/* What the log and the answer say when it is done. */
struct ending {
	enum ac_event event;
	const char *missing; /* of a 404 */
	const char *json;
};

/* True: done. Else the refusal is set. */
static bool
done(struct ac_http *h, const struct ac_admin_form *form, const struct ending *ending)
{
	if (form->operation.result == AUTHCODE_RESULT_DONE)
		return true;
	if (form->operation.result == AUTHCODE_RESULT_NOT_FOUND)
		ac_admin_refuse(h, 404, "not_found", ending->missing);
	else
		ac_admin_refuse(h, 503, "temporarily_unavailable", "the database did not take it");
	return false;
}

static void
reply(struct ac_http *h, const char *json)
{
	ac_http_reply(h, AC_REPLY_JSON, 200, json, strlen(json));
}

/* --- a session ---------------------------------------------------------------------------- */

static const char *
read_session(struct ac_admin_form *form)
{
	static const char *const names[] = { "id" };
	const char *id = ac_params_get(&form->params, "id");
	const char *why = ac_admin_only(form, names, AC_ARRAY_SIZE(names));
	uint64_t number = 0;

	if (why != NULL)
		return why;
	if (id == NULL || !ac_parse_u64(id, INT64_MAX, &number))
		return "id must be that of a session";
	form->operation.kind = AUTHCODE_OP_END_SESSION;
	form->operation.u.end_session.session_id = (int64_t)number;
	return NULL;
}

enum ac_step
ac_admin_session_end_start(struct ac_app *app, struct ac_http *h)
{
	return ac_admin_submit(app, h, read_session);
}

enum ac_step
ac_admin_session_end_resumed(struct ac_app *app, struct ac_http *h)
{
	static const struct ending ending = { AC_EVENT_SESSION_ENDED,
					      "there is no such session, or its time is long over",
					      "{\"ended\":true}" };
	const struct ac_admin_form *form = ac_http_state(h);
	char admin[16];

	(void)app;
	if (!done(h, form, &ending))
		return AC_STEP_REPLY;
	ac_log_event(ending.event, .admin_uid = ac_admin_uid(h, admin),
		     .session = ac_params_get(&form->params, "id"), .txn = ac_http_txn(h));
	reply(h, ending.json);
	return AC_STEP_REPLY;
}

/* --- a person ------------------------------------------------------------------------------ */

static const struct ending revocation = { AC_EVENT_PERSON_REVOKED, "there is no such person",
					  "{\"revoked\":true}" };
static const struct ending erasure = { AC_EVENT_PERSON_ERASED, "there is no such person",
				       "{\"erased\":true}" };

/* The person, whose sub is kept for the log. */
static const char *
read_person(struct ac_admin_form *form, int64_t *ret_id)
{
	static const char *const names[] = { "user", "sub" };
	struct authcode_subject subject;
	const char *why = ac_admin_only(form, names, AC_ARRAY_SIZE(names));

	if (why == NULL)
		why = ac_admin_find_person(form, &subject);
	if (why != NULL)
		return why;
	form->sub = subject.sub;
	*ret_id = subject.id;
	return NULL;
}

static const char *
read_revoke(struct ac_admin_form *form)
{
	form->operation.kind = AUTHCODE_OP_REVOKE_SUBJECT;
	return read_person(form, &form->operation.u.revoke_subject.subject_id);
}

static const char *
read_erase(struct ac_admin_form *form)
{
	form->operation.kind = AUTHCODE_OP_ERASE_SUBJECT;
	form->operation.u.erase_subject.limit = ERASE_ROWS;
	return read_person(form, &form->operation.u.erase_subject.subject_id);
}

enum ac_step
ac_admin_revoke_start(struct ac_app *app, struct ac_http *h)
{
	return ac_admin_submit(app, h, read_revoke);
}

enum ac_step
ac_admin_erase_start(struct ac_app *app, struct ac_http *h)
{
	return ac_admin_submit(app, h, read_erase);
}

static void
tell(struct ac_http *h, const struct ac_admin_form *form, const struct ending *ending)
{
	char admin[16];

	ac_log_event(ending->event, .admin_uid = ac_admin_uid(h, admin), .sub = form->sub,
		     .txn = ac_http_txn(h));
	reply(h, ending->json);
}

enum ac_step
ac_admin_revoke_resumed(struct ac_app *app, struct ac_http *h)
{
	const struct ac_admin_form *form = ac_http_state(h);

	(void)app;
	if (done(h, form, &revocation))
		tell(h, form, &revocation);
	return AC_STEP_REPLY;
}

/* Whoever is interrupted asks again: what is gone is gone, and the rest goes then. */
enum ac_step
ac_admin_erase_resumed(struct ac_app *app, struct ac_http *h)
{
	struct ac_admin_form *form = ac_http_state(h);
	struct authcode_op_erase_subject *args = &form->operation.u.erase_subject;

	(void)app;
	if (!done(h, form, &erasure))
		return AC_STEP_REPLY;
	if (args->ret_whole) {
		tell(h, form, &erasure);
		return AC_STEP_REPLY;
	}
	args->step = args->ret_step;
	args->after_id = args->ret_after_id;
	return ac_admin_submit_again(h, form);
}
