/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin_list.h. A page looks at a bounded number of rows, on the thread that asked:
 * about a millisecond, whatever is in the database.
 */
#include "server/admin_list.h"

#include <stdio.h>
#include <string.h>

#include <authcode/list.h>

#include "base/attr.h"
#include "base/limits.h"
#include "base/text.h"
#include "server/admin_form.h"
#include "server/clock.h"
#include "server/json_out.h"

#define LOOK 100 /* rows of a page */
#define MAX_JSON (16u * 1024 * 1024)

/* --- rows ----------------------------------------------------------------------------- */

static void
put_person(struct ac_json_out *out, const struct authcode_subject *subject)
{
	if (subject->id == 0)
		return; /* the client itself, or nobody yet */
	ac_out_text(out, "user", subject->user_name);
	ac_out_text(out, "sub", subject->sub);
}

static void
put_subject(struct ac_json_out *out, const struct authcode_listed *row)
{
	const struct authcode_subject *subject = &row->u.subject;

	put_person(out, subject);
	ac_out_int(out, "uid", subject->uid);
	ac_out_optional(out, "full_name", subject->full_name);
	ac_out_words(out, "groups", subject->groups, '\n');
	ac_out_time(out, "first_seen", subject->first_seen_ms);
	ac_out_time(out, "retired", subject->retired_ms);
	ac_out_time(out, "consent_withdrawn", subject->withdrawn_ms);
}

static void
put_sign_in(struct ac_json_out *out, const char *acr, const char *amr, const char *claims)
{
	ac_out_optional(out, "acr", acr);
	ac_out_words(out, "amr", amr, ' ');
	ac_out_optional(out, "claims", claims);
}

static void
put_session(struct ac_json_out *out, const struct authcode_listed *row)
{
	const struct authcode_session *session = &row->u.session.session;

	ac_out_key(out, "id", session->id);
	put_person(out, &row->u.session.subject);
	ac_out_time(out, "created", session->created_ms);
	ac_out_time(out, "auth_time", session->auth_time_ms);
	ac_out_time(out, "idle_expires", session->idle_expires_ms);
	ac_out_time(out, "expires", session->expires_ms);
	ac_out_time(out, "ended", session->ended_ms);
	put_sign_in(out, session->acr, session->amr, session->claims);
}

static void
put_grant(struct ac_json_out *out, const struct authcode_listed *row)
{
	const struct authcode_grant *grant = &row->u.grant.grant;

	put_person(out, &row->u.grant.subject);
	ac_out_text(out, "client", grant->client_id);
	ac_out_words(out, "scope", grant->scope, ' ');
	ac_out_time(out, "updated", grant->updated_ms);
	ac_out_time(out, "withdrawn", grant->withdrawn_ms);
}

static void
put_code(struct ac_json_out *out, const struct authcode_listed *row)
{
	const struct authcode_code *code = &row->u.code.code;

	ac_out_key(out, "id", code->id);
	put_person(out, &row->u.code.subject);
	ac_out_text(out, "client", code->client_id);
	ac_out_key(out, "session", code->session_id);
	ac_out_text(out, "redirect_uri", code->redirect_uri);
	ac_out_words(out, "scope", code->scope, ' ');
	ac_out_words(out, "resource", code->resource, ' ');
	ac_out_time(out, "auth_time", code->auth_time_ms);
	put_sign_in(out, code->acr, code->amr, code->claims);
	ac_out_optional(out, "claims_request", code->claims_request);
	ac_out_time(out, "created", code->created_ms);
	ac_out_time(out, "used", code->used_ms);
	ac_out_time(out, "expires", code->expires_ms);
}

static void
put_family(struct ac_json_out *out, const struct authcode_listed *row)
{
	const struct authcode_family *family = &row->u.family.family;

	ac_out_key(out, "id", family->id);
	put_person(out, &row->u.family.subject);
	ac_out_text(out, "client", family->client_id);
	ac_out_key(out, "session", family->session_id);
	ac_out_words(out, "scope", family->scope, ' ');
	ac_out_words(out, "resource", family->resource, ' ');
	ac_out_time(out, "auth_time", family->auth_time_ms);
	put_sign_in(out, family->acr, family->amr, family->claims);
	ac_out_optional(out, "claims_request", family->claims_request);
	ac_out_time(out, "created", family->created_ms);
	ac_out_time(out, "revoked", family->revoked_ms);
	ac_out_time(out, "expires", family->expires_ms);
}

static void
put_token(struct ac_json_out *out, const struct authcode_listed *row)
{
	const struct authcode_token *token = &row->u.token.token;

	ac_out_key(out, "id", token->id);
	ac_out_text(out, "kind", token->kind == AUTHCODE_TOKEN_REFRESH ? "refresh" : "access");
	put_person(out, &row->u.token.subject);
	ac_out_text(out, "client", row->u.token.family.client_id);
	ac_out_key(out, "authorization", token->family_id);
	ac_out_words(out, "scope", token->scope, ' ');
	ac_out_words(out, "resource", token->resource, ' ');
	ac_out_time(out, "created", token->created_ms);
	ac_out_time(out, "used", token->used_ms);
	ac_out_time(out, "replaced", token->rotated_ms);
	ac_out_time(out, "revoked", token->revoked_ms);
	ac_out_time(out, "expires", token->expires_ms);
}

static void
put_device(struct ac_json_out *out, const struct authcode_listed *row)
{
	const struct authcode_device *device = &row->u.device.device;

	ac_out_key(out, "id", device->id);
	put_person(out, &row->u.device.subject);
	ac_out_text(out, "client", device->client_id);
	ac_out_key(out, "session", device->session_id);
	ac_out_words(out, "scope", device->scope, ' ');
	ac_out_words(out, "resource", device->resource, ' ');
	ac_out_time(out, "auth_time", device->auth_time_ms);
	put_sign_in(out, device->acr, device->amr, device->claims);
	ac_out_time(out, "created", device->created_ms);
	ac_out_time(out, "expires", device->expires_ms);
}

static void
put_delivery(struct ac_json_out *out, const struct authcode_listed *row)
{
	const struct authcode_delivery *delivery = &row->u.delivery.delivery;

	ac_out_key(out, "id", delivery->id);
	put_person(out, &row->u.delivery.subject);
	ac_out_text(out, "client", delivery->client_id);
	ac_out_key(out, "session", delivery->session_id);
	ac_out_time(out, "created", delivery->created_ms);
	ac_out_int(out, "tries", delivery->tries);
	ac_out_time(out, "next_try", delivery->next_ms);
	ac_out_time(out, "delivered", delivery->delivered_ms);
	if (delivery->status != 0)
		ac_out_int(out, "status", delivery->status);
}

static const struct {
	const char *path;
	const char *name; /* of the array */
	enum authcode_list_kind kind;
	void (*put)(struct ac_json_out *out, const struct authcode_listed *row);
} lists[] = {
	{ "/admin/users", "users", AUTHCODE_LIST_SUBJECTS, put_subject },
	{ "/admin/sessions", "sessions", AUTHCODE_LIST_SESSIONS, put_session },
	{ "/admin/grants", "grants", AUTHCODE_LIST_GRANTS, put_grant },
	{ "/admin/authorizations", "authorizations", AUTHCODE_LIST_FAMILIES, put_family },
	{ "/admin/tokens", "tokens", AUTHCODE_LIST_TOKENS, put_token },
	{ "/admin/codes", "codes", AUTHCODE_LIST_CODES, put_code },
	{ "/admin/devices", "devices", AUTHCODE_LIST_DEVICES, put_device },
	{ "/admin/logouts", "logouts", AUTHCODE_LIST_DELIVERIES, put_delivery },
};

static size_t
row_of(const struct ac_http *h)
{
	size_t i = 0;

	/* Every route that leads here has its row. */
	while (i + 1 < AC_ARRAY_SIZE(lists) && strcmp(lists[i].path, ac_http_path(h)) != 0)
		i++;
	return i;
}

/* --- what is asked for ------------------------------------------------------------------ */

/* "KEY", of grants "KEY:CLIENT". */
static bool
read_after(struct ac_admin_form *form, struct authcode_list *list)
{
	const char *after = ac_params_get(&form->params, "after");
	uint64_t key = 0;
	size_t digits;
	char text[24];

	if (after == NULL)
		return true;
	digits = strcspn(after, ":");
	if (digits >= sizeof(text))
		return false;
	(void)snprintf(text, sizeof(text), "%.*s", (int)digits, after);
	if (!ac_parse_u64(text, INT64_MAX, &key))
		return false;
	list->after_id = (int64_t)key;
	if (after[digits] == ':')
		list->after_client = after + digits + 1;
	return true;
}

static const char *
read_whose(struct ac_admin_form *form, struct authcode_list *list)
{
	const char *user = ac_params_get(&form->params, "user");
	struct authcode_subject subject;
	const char *why;

	if (user == NULL && ac_params_get(&form->params, "sub") == NULL)
		return NULL;
	/* Of one account there may have been several people. */
	if (list->kind == AUTHCODE_LIST_SUBJECTS && user != NULL) {
		list->user_name = user;
		return ac_admin_is_account(user) ? NULL : "user must be the name of an account";
	}
	why = ac_admin_find_person(form, &subject);
	if (why == NULL)
		list->subject_id = subject.id;
	return why;
}

static const char *
read_list(struct ac_admin_form *form, struct authcode_list *list)
{
	static const char *const names[] = { "user", "sub", "client", "all", "after" };
	const char *all = ac_params_get(&form->params, "all");
	const char *why = ac_admin_only(form, names, AC_ARRAY_SIZE(names));

	if (why != NULL)
		return why;
	if (all != NULL && strcmp(all, "yes") != 0)
		return "all is yes or left out";
	if (!read_after(form, list))
		return "after must be what the page before has ended with";
	list->client_id = ac_params_get(&form->params, "client");
	return read_whose(form, list);
}

static const char *
read_nothing(struct ac_admin_form *form)
{
	(void)form;
	return NULL;
}

/* --- answers ------------------------------------------------------------------------------ */

static bool
is_dead(const char *state)
{
	static const char *const alive[] = { "live", "pending", "allowed" };

	for (size_t i = 0; i < AC_ARRAY_SIZE(alive); i++) {
		if (strcmp(alive[i], state) == 0)
			return false;
	}
	return true;
}

static void
put_row(struct ac_json_out *out, size_t which, const struct authcode_listed *row, bool all)
{
	const char *state = authcode_listed_state(lists[which].kind, row, ac_clock_unix_ms());

	if (!all && is_dead(state))
		return;
	ac_out_open(out, NULL, '{');
	lists[which].put(out, row);
	ac_out_text(out, "state", state);
	ac_out_close(out, '}');
}

static void
put_end(struct ac_json_out *out, const struct authcode_list *list)
{
	char after[AC_MAX_CLIENT_ID + 32];

	if (!list->ret_more)
		return;
	(void)snprintf(after, sizeof(after), "%lld%s%s", (long long)list->after_id,
		       list->after_client[0] != '\0' ? ":" : "", list->after_client);
	ac_out_text(out, "after", after);
}

static void
reply_page(struct ac_http *h, size_t which, const struct authcode_list *list,
	   const struct authcode_listed *rows, bool all)
{
	struct ac_buf buf;
	struct ac_json_out out = { .buf = &buf };

	ac_buf_init(&buf, MAX_JSON);
	ac_out_open(&out, NULL, '{');
	ac_out_open(&out, lists[which].name, '[');
	for (uint32_t i = 0; i < list->ret_count; i++)
		put_row(&out, which, &rows[i], all);
	ac_out_close(&out, ']');
	put_end(&out, list);
	ac_out_close(&out, '}');
	ac_admin_reply(h, &buf);
	ac_buf_clear(&buf);
}

enum ac_step
ac_admin_list_start(struct ac_app *app, struct ac_http *h)
{
	struct ac_admin_form *form = ac_admin_read(app, h, AC_FROM_QUERY, read_nothing);
	size_t which = row_of(h);
	struct authcode_list list = { .kind = lists[which].kind, .look = LOOK, .after_client = "" };
	struct authcode_listed *rows;
	const char *why;

	if (form == NULL)
		return AC_STEP_REPLY;
	why = read_list(form, &list);
	if (why != NULL) {
		ac_admin_refuse_form(h, form, why);
		return AC_STEP_REPLY;
	}
	rows = authcode_arena_alloc(form->arena, LOOK * sizeof(*rows));
	if (rows == NULL)
		ac_admin_refuse(h, 500, "server_error", "out of memory");
	else if (authcode_store_list(app->store, &list, form->arena, rows) != AUTHCODE_OK)
		ac_admin_refuse(h, 503, "temporarily_unavailable",
				"the database could not be read");
	else
		reply_page(h, which, &list, rows, ac_params_get(&form->params, "all") != NULL);
	return AC_STEP_REPLY;
}

enum ac_step
ac_admin_show_start(struct ac_app *app, struct ac_http *h)
{
	static const char *const names[] = { "user", "sub" };
	struct ac_admin_form *form = ac_admin_read(app, h, AC_FROM_QUERY, read_nothing);
	struct authcode_listed row = { 0 };
	struct ac_buf buf;
	struct ac_json_out out = { .buf = &buf };
	const char *why;

	if (form == NULL)
		return AC_STEP_REPLY;
	why = ac_admin_only(form, names, AC_ARRAY_SIZE(names));
	if (why == NULL)
		why = ac_admin_find_person(form, &row.u.subject);
	if (why != NULL) {
		ac_admin_refuse_form(h, form, why);
		return AC_STEP_REPLY;
	}
	ac_buf_init(&buf, MAX_JSON);
	put_row(&out, 0, &row, true);
	ac_admin_reply(h, &buf);
	ac_buf_clear(&buf);
	return AC_STEP_REPLY;
}
