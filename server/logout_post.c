/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See logout_post.h. Where a client wants to be told is in the configuration, so an
 * administrator has registered it and it may be a private address (BC-08).
 */
#include "server/logout_post.h"

#include <stdlib.h>
#include <string.h>

#include "server/clock.h"
#include "server/config.h"
#include "server/fetch.h"

#define POLL_MS 1000

struct posting {
	ac_logout_sent *sent;
	void *arg;
};

static void
on_answer(const struct ac_fetch_answer *answer, void *arg)
{
	struct posting *posting = arg;
	bool answered = answer->outcome == AC_FETCH_ANSWERED;

	posting->sent(answered ? answer->status : 0,
		      answered                 ? NULL
		      : answer->why[0] != '\0' ? answer->why
					       : ac_fetch_outcome_words(answer->outcome),
		      posting->arg);
	free(posting);
}

static void
post(void *ctx, const struct authcode_logout_message *message, ac_logout_sent *sent, void *arg)
{
	const struct ac_fetch_request request = {
		.method = AC_FETCH_METHOD_POST,
		.url = message->url,
		.body = message->body,
		.body_len = strlen(message->body),
		.allow_private = true,
	};
	struct posting *posting = malloc(sizeof(*posting));

	if (posting == NULL) {
		sent(0, "out of memory", arg);
		return;
	}
	posting->sent = sent;
	posting->arg = arg;
	ac_fetch_submit(ctx, &request, on_answer, posting);
}

enum authcode_err
ac_logout_post_start(struct ac_app *app)
{
	const struct ac_logout_teller_settings settings = {
		.issuer = app->issuer,
		.store = app->store,
		.sender = { .post = post, .ctx = app },
		.poll_ms = POLL_MS,
		.now = ac_clock_unix_ms,
		.audit = app->config->audit != 0,
	};

	return ac_logout_teller_new(&settings, &app->logouts);
}
