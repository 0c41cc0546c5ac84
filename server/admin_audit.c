/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin_audit.h. A page looks at so many records as take a few milliseconds;
 * whoever wants more asks for the next.
 */
#include "server/admin_audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <authcode/list.h>
#include <authcode/store.h>

#include "base/arena.h"
#include "base/form.h"
#include "base/limits.h"
#include "base/text.h"
#include "server/admin.h"
#include "server/admin_json.h"
#include "server/app.h"
#include "server/conversation.h"
#include "server/login.h"
#include "server/recent.h"

#define PAGE_RECORDS 200
#define PAGE_EXAMINE 4000
#define EXPLAIN_REFUSALS 16
#define EXPLAIN_RECORDS 32
#define EXPLAIN_EXAMINE 4000
#define REQUEST_MS 120000 /* no request writes later than that after it began */
#define PAGE_ARENA (1024 * 1024)
#define MAX_ANSWER (512 * 1024)

static void
put_record(struct ac_buf *json, const struct authcode_audit_record *record)
{
	const struct ac_event_row *row = ac_event_row(ac_event_from_name(record->event));
	char txn[AC_TXN_LEN + 1], id[24];

	ac_txn_format(record->txn, txn);
	(void)snprintf(id, sizeof(id), "%lld", (long long)record->object_id);
	ac_buf_printf(json, "{\"time\":%lld", (long long)(record->created_ms / 1000));
	if (record->seq != 0)
		ac_buf_printf(json, ",\"seq\":%lld", (long long)record->seq);
	ac_json_put(json, "event", record->event);
	ac_json_put(json, "words", row != NULL ? row->words : record->event);
	ac_json_put(json, "client", record->client_id);
	ac_json_put(json, "user", record->user_name);
	ac_json_put(json, "rhost", record->rhost);
	ac_json_put(json, "reason", record->reason);
	ac_json_put(json, "object", record->object_id != 0 ? id : "");
	ac_json_put(json, "txn", txn);
	if (record->by_admin)
		ac_buf_printf(json, ",\"admin_uid\":%u", record->admin_uid);
	ac_buf_putc(json, '}');
}

static void
put_records(struct ac_buf *json, const struct authcode_audit_page *page)
{
	ac_buf_puts(json, "\"records\":[");
	for (size_t i = 0; i < page->count; i++) {
		ac_buf_puts(json, i > 0 ? "," : "");
		put_record(json, &page->records[i]);
	}
	ac_buf_putc(json, ']');
}

/* --- GET /admin/audit ------------------------------------------------------------ */

static bool
read_number(const struct ac_params *params, const char *name, uint64_t max, int64_t *ret)
{
	const char *text = ac_params_get(params, name);
	uint64_t number;

	if (text == NULL)
		return true;
	if (!ac_parse_u64(text, max, &number) || number == 0)
		return false;
	*ret = (int64_t)number;
	return true;
}

/* One person, where a name may have been several people's. */
static const char *
read_sub(struct ac_app *app, const char *sub, struct authcode_arena *arena,
	 struct authcode_audit_query *ret)
{
	struct authcode_subject subject;

	if (sub == NULL)
		return NULL;
	if (authcode_store_find_subject(app->store, NULL, sub, arena, &subject) != AUTHCODE_OK)
		return "nobody has that sub";
	ret->subject_id = subject.id;
	return NULL;
}

/* What is wrong with the query, or NULL. */
static const char *
read_query(const struct ac_params *params, struct authcode_audit_query *ret)
{
	int64_t since_s = 0, until_s = 0;

	if (ac_params_repeated(params, NULL, 0) != NULL)
		return "a parameter is repeated";
	if (!read_number(params, "since", UINT32_MAX, &since_s) ||
	    !read_number(params, "until", UINT32_MAX, &until_s))
		return "since and until are Unix times in seconds";
	if (!read_number(params, "before", INT64_MAX, &ret->before_id))
		return "before is what next was";
	ret->since_ms = since_s * 1000;
	ret->until_ms = until_s * 1000;
	ret->user_name = ac_params_get(params, "user");
	ret->client_id = ac_params_get(params, "client");
	return NULL;
}

static void
list(struct ac_app *app, struct ac_http *h, struct authcode_arena *arena)
{
	struct authcode_audit_query query = { .examine = PAGE_EXAMINE };
	struct authcode_audit_page page = {
		.records = authcode_arena_alloc(arena, PAGE_RECORDS * sizeof(*page.records)),
		.capacity = PAGE_RECORDS,
	};
	struct authcode_bytes text = ac_http_query(h);
	struct ac_params params = { 0 };
	const char *why = "the query is malformed";
	struct ac_buf json;

	if (page.records != NULL &&
	    ac_form_decode(arena, text.data, text.len, AC_FROM_QUERY, &params) == AUTHCODE_OK)
		why = read_query(&params, &query);
	if (why == NULL)
		why = read_sub(app, ac_params_get(&params, "sub"), arena, &query);
	if (why != NULL) {
		ac_admin_refuse(h, 400, "invalid_request", why);
		return;
	}
	if (authcode_store_list_audit(app->store, &query, arena, &page) != AUTHCODE_OK) {
		ac_admin_refuse(h, 503, "temporarily_unavailable", "the database does not answer");
		return;
	}
	ac_buf_init(&json, MAX_ANSWER);
	ac_buf_putc(&json, '{');
	put_records(&json, &page);
	if (page.next_id != 0)
		ac_buf_printf(&json, ",\"next\":\"%lld\"", (long long)page.next_id);
	ac_buf_putc(&json, '}');
	ac_admin_reply(h, &json);
	ac_buf_clear(&json);
}

static enum ac_step
with_arena(struct ac_app *app, struct ac_http *h,
	   void (*answer)(struct ac_app *, struct ac_http *, struct authcode_arena *))
{
	struct authcode_arena *arena = NULL;

	if (authcode_arena_new(PAGE_ARENA, &arena) == AUTHCODE_OK)
		answer(app, h, arena);
	else
		ac_admin_refuse(h, 500, "server_error", "out of memory");
	authcode_arena_free(&arena);
	return AC_STEP_REPLY;
}

enum ac_step
ac_admin_audit_start(struct ac_app *app, struct ac_http *h)
{
	return with_arena(app, h, list);
}

/* --- GET /admin/explain ----------------------------------------------------------- */

static void
put_refusal(struct ac_buf *json, const struct ac_recent_entry *entry)
{
	const struct ac_event_row *row = ac_event_row(entry->event);
	const struct ac_reason_row *reason = ac_reason_find(entry->reason);

	ac_buf_printf(json, "{\"time\":%lld", (long long)(entry->when_ms / 1000));
	ac_json_put(json, "event", row->name);
	ac_json_put(json, "words", row->words);
	ac_json_put(json, "rhost", entry->rhost);
	ac_json_put(json, "reason", entry->reason);
	ac_json_put(json, "client", entry->client);
	ac_json_put(json, "user", entry->user);
	ac_json_put(json, "prompts", entry->prompts);
	ac_json_put(json, "error", entry->error);
	ac_json_put(json, "check", entry->check);
	ac_json_put(json, "path", entry->path);
	ac_json_put(json, "why", entry->why);
	ac_json_put(json, "means", reason != NULL ? reason->means : row->means);
	ac_json_put(json, "act", reason != NULL ? reason->act : row->act);
	ac_buf_putc(json, '}');
}

/* What a sign-in that is under way waits for. */
static const struct {
	const char *means, *act;
} standings[] = {
	[AC_UNDER_WAY_WORKING] = { "The sign-in is under way: a PAM module works, or it waits for "
				   "one that works for the same account.",
				   "If it stays so, look at the journal of authcode-login." },
	[AC_UNDER_WAY_ASKED] = { "The sign-in is under way: the person has been asked and has not "
				 "answered yet.",
				 NULL },
	[AC_UNDER_WAY_PROVED] = { "PAM has said yes, and the browser has not come for it yet.",
				  NULL },
};

static void
put_under_way(struct ac_buf *json, const struct ac_under_way *one)
{
	ac_buf_puts(json, "\"under_way\":{\"event\":\"sign_in_begun\"");
	ac_json_put(json, "client", one->client_id);
	ac_json_put(json, "rhost", one->rhost);
	ac_json_put(json, "service", one->service);
	ac_json_put(json, "prompts", one->prompts);
	ac_json_put(json, "means", standings[one->state].means);
	ac_json_put(json, "act", standings[one->state].act);
	ac_buf_puts(json, "},");
}

/* What the request has left in the database: it is found by its time. */
static bool
find_records(struct ac_app *app, int64_t txn, struct authcode_arena *arena,
	     struct authcode_audit_page *page)
{
	const struct authcode_audit_query query = {
		.since_ms = ac_txn_ms(txn),
		.until_ms = ac_txn_ms(txn) + REQUEST_MS,
		.txn = txn,
		.examine = EXPLAIN_EXAMINE,
	};

	page->capacity = EXPLAIN_RECORDS;
	page->records = authcode_arena_alloc(arena, EXPLAIN_RECORDS * sizeof(*page->records));
	return page->records != NULL &&
	       authcode_store_list_audit(app->store, &query, arena, page) == AUTHCODE_OK;
}

static void
answer_explain(struct ac_app *app, struct ac_http *h, struct authcode_arena *arena, int64_t txn)
{
	struct ac_recent_entry *found =
		authcode_arena_alloc(arena, EXPLAIN_REFUSALS * sizeof(*found));
	struct authcode_audit_page page = { 0 };
	struct ac_under_way one;
	char text[AC_TXN_LEN + 1];
	struct ac_buf json;
	bool under_way;
	size_t count;

	ac_txn_format(txn, text);
	if (found == NULL || !find_records(app, txn, arena, &page)) {
		ac_admin_refuse(h, 503, "temporarily_unavailable", "the database does not answer");
		return;
	}
	/* First, so that one that ends meanwhile is not missed. */
	under_way = ac_login_find(app->login, text, &one);
	count = ac_recent_find(app->recent, text, found, EXPLAIN_REFUSALS);
	if (count == 0 && page.count == 0 && !under_way) {
		ac_admin_refuse(h, 404, "not_found",
				"nothing is remembered of this number; refusals are remembered "
				"until the server is started anew, and the log keeps them");
		return;
	}
	ac_buf_init(&json, MAX_ANSWER);
	ac_buf_printf(&json, "{\"txn\":\"%s\",\"time\":%lld,\"refusals\":[", text,
		      (long long)(ac_txn_ms(txn) / 1000));
	for (size_t i = 0; i < count; i++) {
		ac_buf_puts(&json, i > 0 ? "," : "");
		put_refusal(&json, &found[i]);
	}
	ac_buf_puts(&json, "],");
	if (under_way)
		put_under_way(&json, &one);
	put_records(&json, &page);
	ac_buf_putc(&json, '}');
	ac_admin_reply(h, &json);
	ac_buf_clear(&json);
}

static void
explain(struct ac_app *app, struct ac_http *h, struct authcode_arena *arena)
{
	struct authcode_bytes query = ac_http_query(h);
	struct ac_params params = { 0 };
	const char *text = NULL;
	int64_t txn;

	if (ac_form_decode(arena, query.data, query.len, AC_FROM_QUERY, &params) == AUTHCODE_OK &&
	    ac_params_repeated(&params, NULL, 0) == NULL)
		text = ac_params_get(&params, "txn");
	if (text == NULL || !ac_txn_parse(text, &txn))
		ac_admin_refuse(h, 400, "invalid_request",
				"txn must be the number of a request: 13 characters");
	else
		answer_explain(app, h, arena, txn);
}

enum ac_step
ac_admin_explain_start(struct ac_app *app, struct ac_http *h)
{
	return with_arena(app, h, explain);
}
