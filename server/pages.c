/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See pages.h. Plain HTML and one style sheet, nothing from elsewhere (AZ-44),
 * and no script but on the one page that could not do its work without. Form actions are
 * absolute paths below the issuer's path. A value reaches a page only as a field of a
 * view, so it is always escaped.
 */
#include "server/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/uri.h"
#include "server/config.h"
#include "server/etag.h"
#include "server/logo.h"
#include "server/page_files.h"
#include "server/page_script.h"
#include "server/page_words.h"
#include "server/template.h"
#include "server/txn.h"

/* 33 texts of a conversation, every byte escaped, and the page around them. */
#define MAX_PAGE (256 * 1024)
#define MAX_SCOPES ((AC_MAX_SCOPE + 1) / 2)
#define MAX_FORM_POST 8 /* error, error_description, state, iss, … */
#define MAX_FIELDS 16   /* of one page's own */
#define LAYOUT_FIELDS 3 /* base, issuer_host, refresh */

enum page {
	PAGE_SIGN_IN,
	PAGE_PROMPT,
	PAGE_CONSENT,
	PAGE_ACCOUNTS,
	PAGE_FORM_POST,
	PAGE_REFUSED,
	PAGE_LOGOUT,
	PAGE_LOGGED_OUT,
	PAGE_WAIT,
	PAGE_TOLD,
	PAGE_ERROR,
	PAGE_USER_CODE,
	PAGE_DEVICE,
	PAGE_DEVICE_DONE,
	PAGE_COUNT,
};

static const struct {
	const char *name, *source;
} page_rows[PAGE_COUNT] = {
	[PAGE_SIGN_IN] = { "sign_in", ac_file_sign_in_mustache },
	[PAGE_PROMPT] = { "prompt", ac_file_prompt_mustache },
	[PAGE_CONSENT] = { "consent", ac_file_consent_mustache },
	[PAGE_ACCOUNTS] = { "accounts", ac_file_accounts_mustache },
	[PAGE_FORM_POST] = { "form_post", ac_file_form_post_mustache },
	[PAGE_REFUSED] = { "refused", ac_file_refused_mustache },
	[PAGE_LOGOUT] = { "logout", ac_file_logout_mustache },
	[PAGE_LOGGED_OUT] = { "logged_out", ac_file_logged_out_mustache },
	[PAGE_WAIT] = { "wait", ac_file_wait_mustache },
	[PAGE_TOLD] = { "told", ac_file_told_mustache },
	[PAGE_ERROR] = { "error", ac_file_error_mustache },
	[PAGE_USER_CODE] = { "user_code", ac_file_user_code_mustache },
	[PAGE_DEVICE] = { "device", ac_file_device_mustache },
	[PAGE_DEVICE_DONE] = { "device_done", ac_file_device_done_mustache },
};

static const struct {
	const char *path, *content, *type;
} asset_rows[] = {
	{ "/assets/style.css", ac_file_style_css, "text/css; charset=utf-8" },
	{ "/assets/icon.svg", ac_file_icon_svg, "image/svg+xml" },
};

struct ac_pages {
	struct ac_template *templates[PAGE_COUNT];
	char etags[AC_ARRAY_SIZE(asset_rows)][AC_ETAG_LEN + 1];
	char script_hash[AC_SCRIPT_HASH_LEN + 1]; /* of the page of form_post */
	char base[AC_MAX_ISSUER + 1];             /* the issuer's path */
	char host[AC_MAX_ISSUER + 1]; /* the issuer's host and port, as people know it */
};

static enum authcode_err
read_issuer(const struct ac_config *config, struct ac_pages *pages)
{
	struct ac_uri uri;

	if (strlen(config->issuer) > AC_MAX_ISSUER || strlen(config->issuer_path) > AC_MAX_ISSUER ||
	    !ac_uri_parse(config->issuer, strlen(config->issuer), &uri) || uri.host.data == NULL)
		return AUTHCODE_ERR_CONFIG;
	snprintf(pages->base, sizeof(pages->base), "%s", config->issuer_path);
	snprintf(pages->host, sizeof(pages->host), "%.*s%s%.*s", (int)uri.host.len, uri.host.data,
		 uri.port.len > 0 ? ":" : "", (int)uri.port.len,
		 uri.port.len > 0 ? uri.port.data : "");
	return AUTHCODE_OK;
}

enum authcode_err
ac_pages_new(const struct ac_config *config, struct ac_pages **ret, struct authcode_reason *reason)
{
	struct ac_pages *pages = calloc(1, sizeof(*pages));
	struct authcode_reason why = { "" };
	enum authcode_err err;

	if (pages == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = read_issuer(config, pages);
	if (err == AUTHCODE_OK)
		err = ac_script_hash(ac_file_form_post_mustache, pages->script_hash);
	for (size_t i = 0; err == AUTHCODE_OK && i < AC_ARRAY_SIZE(asset_rows); i++)
		err = ac_etag_make(asset_rows[i].content, pages->etags[i]);
	for (size_t i = 0; err == AUTHCODE_OK && i < PAGE_COUNT; i++) {
		err = ac_template_parse(ac_file_layout_mustache, page_rows[i].source,
					&pages->templates[i], &why);
		if (err != AUTHCODE_OK && reason != NULL)
			snprintf(reason->text, sizeof(reason->text), "template %s: %.400s",
				 page_rows[i].name, why.text);
	}
	if (err != AUTHCODE_OK) {
		ac_pages_free(&pages);
		return err;
	}
	*ret = pages;
	return AUTHCODE_OK;
}

void
ac_pages_free(struct ac_pages **pages)
{
	if (pages == NULL || *pages == NULL)
		return;
	for (size_t i = 0; i < PAGE_COUNT; i++)
		ac_template_free(&(*pages)->templates[i]);
	free(*pages);
	*pages = NULL;
}

/* What cannot fail: no value in it. */
static void
reply_plain(struct ac_http *h)
{
	static const char text[] = "<!DOCTYPE html><html lang=\"en\"><title>Error</title>"
				   "<h1>Something went wrong on this server</h1>"
				   "<p>Nothing has been done. Try again in a while.</p></html>\n";

	ac_http_reply(h, AC_REPLY_PAGE, 500, text, sizeof(text) - 1);
}

/* Renders the page with the fields of the layout in front of its own. */
static void
reply(struct ac_app *app, struct ac_http *h, enum page page, unsigned status,
      const struct ac_view *own)
{
	struct ac_field fields[LAYOUT_FIELDS + MAX_FIELDS] = {
		{ .name = "base", .text = app->pages->base },
		{ .name = "issuer_host", .text = app->pages->host },
		{ .name = "refresh", .text = page == PAGE_WAIT ? "0" : NULL },
	};
	const struct ac_view view = { fields, LAYOUT_FIELDS + own->count };
	struct ac_buf out;

	ac_buf_init(&out, MAX_PAGE);
	memcpy(fields + LAYOUT_FIELDS, own->fields, own->count * sizeof(*fields));
	if (ac_template_render(app->pages->templates[page], &view, &out) == AUTHCODE_OK)
		ac_http_reply(h, AC_REPLY_PAGE, status, out.data, out.len);
	else
		reply_plain(h);
	ac_buf_clear(&out);
}

#define REPLY(app, h, page, status, fields)                                                        \
	do {                                                                                       \
		_Static_assert(AC_ARRAY_SIZE(fields) <= MAX_FIELDS, "too many fields");            \
		const struct ac_view own_view = { (fields), AC_ARRAY_SIZE(fields) };               \
		reply((app), (h), (page), (status), &own_view);                                    \
	} while (0)

/* What sign-in and consent show of a client (AZ-39). */
#define CLIENT_FIELDS(app, client)                                                                 \
	{ .name = "client_name", .text = (client)->name },                                         \
		{ .name = "client_id", .text = (client)->id },                                     \
		{ .name = "client_uri", .text = (client)->client_uri },                            \
		{ .name = "policy_uri", .text = (client)->policy_uri },                            \
		{ .name = "tos_uri", .text = (client)->tos_uri },                                  \
		{ .name = "links",                                                                 \
		  .text = (client)->policy_uri != NULL ? "yes" : (client)->tos_uri },              \
	{                                                                                          \
		.name = "logo", .text = ac_logos_has((app)->logos, (client)->id) ? "yes" : NULL    \
	}

void
ac_page_sign_in(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i)
{
	const struct ac_notice_words *notice = ac_notice_words(i->notice);
	const bool failed = notice->text != NULL && strcmp(notice->kind, "error") == 0;
	const struct ac_service *service = ac_config_service(
		app->config, ac_config_sign_in_service(app->config, i->client, i->acr));
	const bool ask = service != NULL && service->first_prompt == AC_FIRST_PROMPT_ASK;
	char attempt[AC_TXN_LEN + 1];
	const struct ac_field fields[] = {
		{ .name = "title", .text = failed ? "Error: Sign in" : "Sign in" },
		CLIENT_FIELDS(app, i->client),
		{ .name = "user_name",
		  .text = i->login_hint != NULL ? i->login_hint : i->user_name },
		{ .name = "password", .text = ask ? NULL : "yes" },
		{ .name = "notice", .text = notice->text },
		{ .name = "notice_kind", .text = notice->kind },
		{ .name = "request", .text = i->attempt != 0 ? attempt : NULL },
		{ .name = "txn", .text = i->transaction },
		{ .name = "csrf", .text = i->csrf },
	};
	/* A person can try again on this page; what is no person sees that it is to wait. */
	const bool busy = i->notice == AUTHCODE_NOTICE_BUSY;

	ac_txn_format(i->attempt, attempt);
	if (busy)
		ac_http_reply_header(h, "Retry-After", "10");
	REPLY(app, h, PAGE_SIGN_IN, busy ? 503 : 200, fields);
}

/* What is asked for, and of whom, as lists of a page; false when they cannot be shown
 * whole. */
struct asked {
	struct ac_field scope_fields[MAX_SCOPES][2];
	struct ac_view scopes[MAX_SCOPES];
	struct ac_field resource_fields[AC_MAX_RESOURCES];
	struct ac_view resources[AC_MAX_RESOURCES];
};

static bool
fill_asked(const struct authcode_interaction *i, struct asked *ret)
{
	if (i->scope_count > MAX_SCOPES || i->resource_count > AC_MAX_RESOURCES)
		return false;
	for (size_t n = 0; n < i->scope_count; n++) {
		const char *words = ac_scope_words(i->scopes[n]);

		ret->scope_fields[n][0] =
			(struct ac_field){ .name = "words",
					   .text = words != NULL ? words : "use the permission" };
		ret->scope_fields[n][1] =
			(struct ac_field){ .name = "value",
					   .text = words != NULL ? NULL : i->scopes[n] };
		ret->scopes[n] = (struct ac_view){ ret->scope_fields[n], 2 };
	}
	for (size_t n = 0; n < i->resource_count; n++) {
		ret->resource_fields[n] =
			(struct ac_field){ .name = "name", .text = i->resources[n] };
		ret->resources[n] = (struct ac_view){ &ret->resource_fields[n], 1 };
	}
	return true;
}

/* The page of a decision: consent for a client, or for a device, which shows a code. */
static void
page_of_decision(struct ac_app *app, struct ac_http *h, enum page page, const char *title,
		 const struct authcode_interaction *i)
{
	struct asked asked;

	if (!fill_asked(i, &asked)) { /* never show less than what is asked for */
		reply_plain(h);
		return;
	}
	const struct ac_field fields[] = {
		{ .name = "title", .text = title },
		CLIENT_FIELDS(app, i->client),
		{ .name = "user_name", .text = i->user_name },
		{ .name = "user_code", .text = i->user_code },
		{ .name = "has_scopes", .text = i->scope_count > 0 ? "yes" : NULL },
		{ .name = "scopes", .list = asked.scopes, .list_count = i->scope_count },
		{ .name = "has_resources", .text = i->resource_count > 0 ? "yes" : NULL },
		{ .name = "resources", .list = asked.resources, .list_count = i->resource_count },
		{ .name = "txn", .text = i->transaction },
		{ .name = "csrf", .text = i->csrf },
	};
	REPLY(app, h, page, 200, fields);
}

void
ac_page_consent(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i)
{
	page_of_decision(app, h, PAGE_CONSENT, "Allow access?", i);
}

void
ac_page_device(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i)
{
	page_of_decision(app, h, PAGE_DEVICE, "Allow a device?", i);
}

void
ac_page_user_code(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i,
		  bool wrong)
{
	const struct ac_field fields[] = {
		{ .name = "title", .text = wrong ? "Error: Connect a device" : "Connect a device" },
		{ .name = "wrong", .text = wrong ? "yes" : NULL },
		{ .name = "user_code", .text = i->user_code },
	};

	REPLY(app, h, PAGE_USER_CODE, 200, fields);
}

void
ac_page_device_done(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i)
{
	const struct ac_field fields[] = {
		{ .name = "title", .text = i->allowed ? "Device allowed" : "Device not allowed" },
		{ .name = "client_name", .text = i->client->name },
		{ .name = "allowed", .text = i->allowed ? "yes" : NULL },
	};

	REPLY(app, h, PAGE_DEVICE_DONE, 200, fields);
}

void
ac_page_accounts(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i)
{
	const struct ac_field fields[] = {
		{ .name = "title", .text = "Which account?" },
		{ .name = "client_name", .text = i->client->name },
		{ .name = "user_name", .text = i->user_name },
		{ .name = "txn", .text = i->transaction },
		{ .name = "csrf", .text = i->csrf },
	};

	REPLY(app, h, PAGE_ACCOUNTS, 200, fields);
}

void
ac_page_form_post(struct ac_app *app, struct ac_http *h, const struct authcode_form_post *form)
{
	struct ac_field rows[MAX_FORM_POST][2];
	struct ac_view views[MAX_FORM_POST];
	char *policy = ac_script_policy(app->pages->script_hash, form->origin);

	if (policy == NULL || form->field_count > MAX_FORM_POST) {
		free(policy);
		reply_plain(h);
		return;
	}
	for (size_t n = 0; n < form->field_count; n++) {
		rows[n][0] = (struct ac_field){ .name = "name", .text = form->fields[n].name };
		rows[n][1] = (struct ac_field){ .name = "value", .text = form->fields[n].value };
		views[n] = (struct ac_view){ rows[n], 2 };
	}
	const struct ac_field fields[] = {
		{ .name = "title", .text = "One moment" },
		{ .name = "client_name", .text = form->client->name },
		{ .name = "action", .text = form->action },
		{ .name = "fields", .list = views, .list_count = form->field_count },
	};
	ac_http_reply_header(h, "Content-Security-Policy", policy);
	free(policy);
	REPLY(app, h, PAGE_FORM_POST, 200, fields);
}

void
ac_page_refused(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i)
{
	const struct ac_field fields[] = {
		{ .name = "title", .text = "No access" },
		{ .name = "client_name", .text = i->client->name },
		{ .name = "device", .text = i->user_code },
		{ .name = "user_name", .text = i->user_name },
		{ .name = "contact", .text = app->config->contact },
		{ .name = "txn", .text = i->transaction },
		{ .name = "csrf", .text = i->csrf },
		{ .name = "request", .text = ac_http_txn(h) },
	};

	REPLY(app, h, PAGE_REFUSED, 403, fields);
}

void
ac_page_logout(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i)
{
	const struct ac_field fields[] = {
		{ .name = "title", .text = "Sign out?" },
		{ .name = "client_name", .text = i->client != NULL ? i->client->name : NULL },
		{ .name = "user_name", .text = i->user_name },
		{ .name = "txn", .text = i->transaction },
		{ .name = "csrf", .text = i->csrf },
	};

	REPLY(app, h, PAGE_LOGOUT, 200, fields);
}

void
ac_page_logged_out(struct ac_app *app, struct ac_http *h)
{
	const struct ac_field fields[] = {
		{ .name = "title", .text = "You are signed out" },
	};

	REPLY(app, h, PAGE_LOGGED_OUT, 200, fields);
}

/* The module's text as a label: without the blanks and colon that a terminal
 * needs; never empty, since a control must have a name. */
static void
make_label(const char *text, char out[AC_WIRE_MAX_TEXT + 1])
{
	size_t len = strnlen(text, AC_WIRE_MAX_TEXT);

	while (len > 0 && strchr(" \t\r\n:", text[len - 1]) != NULL)
		len--;
	if (len == 0)
		snprintf(out, AC_WIRE_MAX_TEXT + 1, "Answer");
	else
		snprintf(out, AC_WIRE_MAX_TEXT + 1, "%.*s", (int)len, text);
}

/* The texts of modules as a list of a page; true when one is of an error. */
struct message_rows {
	struct ac_field fields[AC_WIRE_MAX_MESSAGES][3];
	struct ac_view views[AC_WIRE_MAX_MESSAGES];
};

static bool
fill_messages(const struct ac_page_message *messages, size_t count, struct message_rows *ret)
{
	bool failed = false;

	for (size_t i = 0; i < count; i++) {
		bool error = messages[i].error;

		failed = failed || error;
		ret->fields[i][0] = (struct ac_field){ .name = "text", .text = messages[i].text };
		ret->fields[i][1] =
			(struct ac_field){ .name = "kind", .text = error ? "error" : "info" };
		ret->fields[i][2] =
			(struct ac_field){ .name = "error", .text = error ? "yes" : NULL };
		ret->views[i] = (struct ac_view){ ret->fields[i], 3 };
	}
	return failed;
}

void
ac_page_prompt(struct ac_app *app, struct ac_http *h, const struct ac_page_prompt *prompt)
{
	static const char *const titles[2][2] = {
		{ "Sign in", "Error: Sign in" },
		{ "Change your password", "Error: Change your password" },
	};
	struct message_rows rows;
	char label[AC_WIRE_MAX_TEXT + 1];
	size_t count = prompt->message_count;
	bool failed;

	if (count > AC_WIRE_MAX_MESSAGES) {
		reply_plain(h);
		return;
	}
	failed = fill_messages(prompt->messages, count, &rows);
	make_label(prompt->text, label);
	const struct ac_field fields[] = {
		{ .name = "title", .text = titles[prompt->changing][failed] },
		{ .name = "changing", .text = prompt->changing ? "yes" : NULL },
		{ .name = "client_name", .text = prompt->client_name },
		{ .name = "has_messages", .text = count > 0 ? "yes" : NULL },
		{ .name = "messages", .list = rows.views, .list_count = count },
		{ .name = "request", .text = failed ? prompt->request : NULL },
		{ .name = "text", .text = label },
		{ .name = "type", .text = prompt->echo ? "text" : "password" },
		{ .name = "autocomplete",
		  .text = ac_prompt_autocomplete(prompt->text, prompt->echo) },
		{ .name = "txn", .text = prompt->transaction },
		{ .name = "csrf", .text = prompt->csrf },
		{ .name = "login", .text = prompt->login },
		{ .name = "nonce", .text = prompt->nonce },
	};
	REPLY(app, h, PAGE_PROMPT, 200, fields);
}

void
ac_page_told(struct ac_app *app, struct ac_http *h, const struct ac_page_told *told)
{
	struct message_rows rows;

	if (told->message_count > AC_WIRE_MAX_MESSAGES) {
		reply_plain(h);
		return;
	}
	(void)fill_messages(told->messages, told->message_count, &rows);
	const struct ac_field fields[] = {
		{ .name = "title", .text = "You are signed in" },
		{ .name = "client_name", .text = told->client_name },
		{ .name = "url", .text = told->url },
		{ .name = "messages", .list = rows.views, .list_count = told->message_count },
	};
	REPLY(app, h, PAGE_TOLD, 200, fields);
}

void
ac_page_wait(struct ac_app *app, struct ac_http *h, const char *client_name, const char *url,
	     const char *request)
{
	const struct ac_field fields[] = {
		{ .name = "title", .text = "Sign in" },
		{ .name = "client_name", .text = client_name },
		{ .name = "url", .text = url },
		{ .name = "request", .text = request },
	};

	REPLY(app, h, PAGE_WAIT, 200, fields);
}

void
ac_page_error(struct ac_app *app, struct ac_http *h, unsigned status, const char *error,
	      const char *description)
{
	ac_page_failure(app, h,
			&(struct ac_page_failure){
				.status = status, .error = error, .description = description });
}

void
ac_page_failure(struct ac_app *app, struct ac_http *h, const struct ac_page_failure *failure)
{
	const char *error = failure->error != NULL ? failure->error : "";
	const struct ac_error_words *words = ac_error_words(failure->status, error);
	const struct ac_field fields[] = {
		{ .name = "title", .text = words->title },
		{ .name = "advice", .text = words->advice },
		{ .name = "description", .text = failure->description },
		{ .name = "error", .text = failure->error != NULL ? error : words->error },
		{ .name = "request",
		  .text = failure->request != NULL ? failure->request : ac_http_txn(h) },
	};

	REPLY(app, h, PAGE_ERROR, failure->status, fields);
}

enum ac_step
ac_asset_start(struct ac_app *app, struct ac_http *h)
{
	const char *path = ac_http_path(h);
	size_t i = 0;

	while (i < AC_ARRAY_SIZE(asset_rows) && strcmp(asset_rows[i].path, path) != 0)
		i++;
	if (i == AC_ARRAY_SIZE(asset_rows)) {
		ac_page_error(app, h, 404, "not_found", NULL);
		return AC_STEP_REPLY;
	}
	if (ac_etag_matches(ac_http_header(h, "If-None-Match"), app->pages->etags[i]))
		ac_http_reply(h, AC_REPLY_ASSET, 304, NULL, 0);
	else
		ac_http_reply(h, AC_REPLY_ASSET, 200, asset_rows[i].content,
			      strlen(asset_rows[i].content));
	ac_http_reply_header(h, "Content-Type", asset_rows[i].type);
	ac_http_reply_header(h, "ETag", app->pages->etags[i]);
	return AC_STEP_REPLY;
}
