/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The pages people see: templates compiled in, every value escaped.
 */
#ifndef AC_SERVER_PAGES_H
#define AC_SERVER_PAGES_H

#include <authcode/error.h>
#include <authcode/response.h>

#include "base/attr.h"
#include "server/app.h"
#include "server/http.h"

struct ac_config;

/* Parses the templates, once at start. config is only read during the call;
 * reason (may be NULL) names the template that is malformed. New:
 * ac_pages_free(), which is NULL-safe and sets NULL. */
AC_MUST_USE enum authcode_err ac_pages_new(const struct ac_config *config, struct ac_pages **ret,
					   struct authcode_reason *reason);
void ac_pages_free(struct ac_pages **pages);

/* One question of a PAM conversation. */
struct ac_page_prompt {
	const char *transaction; /* hidden "txn" */
	const char *csrf;        /* hidden "csrf" */
	const char *login;       /* hidden "login": which conversation */
	const char *nonce;       /* hidden "nonce": which question */
	const char *client_name;
	const char *text; /* the module's prompt */
	bool echo;
	bool changing;       /* an expired password: the page says so */
	const char *request; /* number of the sign-in: shown when a message is an error */
	const struct ac_page_message {
		const char *text;
		bool error;
	} * messages;
	size_t message_count;
};

/* What modules had to say to somebody who is signed in now. */
struct ac_page_told {
	const char *client_name;
	const char *url; /* where it goes on */
	const struct ac_page_message *messages;
	size_t message_count;
};

/* Each sets the reply of h, once. */
void ac_page_sign_in(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i);
void ac_page_consent(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i);
/* Which account is meant? */
void ac_page_accounts(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i);
/* Posts itself to the client, by its script or its button. */
void ac_page_form_post(struct ac_app *app, struct ac_http *h,
		       const struct authcode_form_post *form);
/* The code that a device shows is asked for; then a person allows the device or not;
 * then it has been answered for. */
void ac_page_user_code(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i,
		       bool wrong);
void ac_page_device(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i);
void ac_page_device_done(struct ac_app *app, struct ac_http *h,
			 const struct authcode_interaction *i);
/* This person may not use the client: the only way is back. */
void ac_page_refused(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i);
/* Sign out? And: nobody is signed in any more. */
void ac_page_logout(struct ac_app *app, struct ac_http *h, const struct authcode_interaction *i);
void ac_page_logged_out(struct ac_app *app, struct ac_http *h);
void ac_page_prompt(struct ac_app *app, struct ac_http *h, const struct ac_page_prompt *prompt);
void ac_page_told(struct ac_app *app, struct ac_http *h, const struct ac_page_told *told);
/* A module still works: the page asks again by itself, or by its link to url. request
 * is the number of the sign-in. */
void ac_page_wait(struct ac_app *app, struct ac_http *h, const char *client_name, const char *url,
		  const char *request);
void ac_page_error(struct ac_app *app, struct ac_http *h, unsigned status, const char *error,
		   const char *description);
/* The same page, by the number of what it is about. */
struct ac_page_failure {
	unsigned status;
	const char *error, *description; /* or NULL */
	const char *request;             /* NULL: this one's */
};
void ac_page_failure(struct ac_app *app, struct ac_http *h, const struct ac_page_failure *failure);

/* GET /assets/style.css and /assets/icon.svg, with an ETag of their content. */
enum ac_step ac_asset_start(struct ac_app *app, struct ac_http *h);

#endif
