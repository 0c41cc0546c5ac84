/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The issuer and store of login_world.h, in place of the library's protocol.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "login_world.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct authcode_exchange {
	struct authcode_response response;
	struct authcode_operation operation;
	bool pending;
	char user[64];
};

static unsigned sign_ins, denials;
static int64_t last_attempt;
static char last_body[4096], all_bodies[1 << 16];
static char proof[256];
static bool holding;
static struct authcode_operation *held;
static enum issuer_refusal refusal;

void
issuer_reset(void)
{
	sign_ins = 0;
	denials = 0;
	last_attempt = 0;
	last_body[0] = '\0';
	all_bodies[0] = '\0';
	proof[0] = '\0';
	holding = false;
	held = NULL;
	refusal = ISSUER_REFUSES_NOTHING;
}

unsigned
issuer_sign_ins(void)
{
	unsigned count;

	(void)pthread_mutex_lock(&lock);
	count = sign_ins;
	(void)pthread_mutex_unlock(&lock);
	return count;
}

unsigned
issuer_denials(void)
{
	return denials;
}

int64_t
issuer_last_attempt(void)
{
	return last_attempt;
}

void
issuer_forget_attempt(void)
{
	last_attempt = 0;
}

const char *
issuer_last_body(void)
{
	return last_body;
}

const char *
issuer_last_proof(void)
{
	return proof;
}

bool
issuer_saw_secret(const char *text)
{
	return strstr(all_bodies, text) != NULL;
}

const char *
authcode_issuer_url(const struct authcode_issuer *issuer)
{
	(void)issuer;
	return APP_URL;
}

const struct authcode_client *
authcode_clients_find(const struct authcode_clients *clients, const char *id)
{
	static const struct authcode_client app = { .id = "app", .name = "The <App>" };
	static const struct authcode_client other = { .id = "other", .pam_service = "otp" };

	(void)clients;
	if (strcmp(id, "app") == 0)
		return &app;
	return strcmp(id, "other") == 0 ? &other : NULL;
}

void
authcode_clients_unref(struct authcode_clients **clients)
{
	*clients = NULL;
}

/* Nobody of them has a logo. */
size_t
authcode_clients_count(const struct authcode_clients *clients)
{
	(void)clients;
	return 0;
}

const struct authcode_client *
authcode_clients_at(const struct authcode_clients *clients, size_t i)
{
	(void)clients;
	(void)i;
	return NULL;
}

static bool
is_ours(const char *transaction)
{
	return strncmp(transaction, "txn:", 4) == 0 || strncmp(transaction, "old:", 4) == 0 ||
	       strncmp(transaction, "oth:", 4) == 0 || strncmp(transaction, "gone:", 5) == 0 ||
	       strncmp(transaction, "key:", 4) == 0 || strncmp(transaction, "okey:", 5) == 0;
}

struct authcode_transaction
authcode_transaction_check(struct authcode_issuer *issuer, const char *transaction,
			   const char *csrf, const char *browser, int64_t now_ms)
{
	struct authcode_transaction verdict = { .state = AUTHCODE_TRANSACTION_INVALID };
	char expected[128];

	(void)issuer;
	(void)browser;
	if (!is_ours(transaction))
		return verdict;
	snprintf(expected, sizeof(expected), "csrf-%s", transaction);
	verdict.state = AUTHCODE_TRANSACTION_STALE;
	if (strncmp(transaction, "old:", 4) == 0)
		return verdict;
	verdict.state = AUTHCODE_TRANSACTION_CSRF;
	if (strcmp(csrf, expected) != 0)
		return verdict;
	verdict.state = AUTHCODE_TRANSACTION_VALID;
	verdict.created_ms = now_ms;
	snprintf((char *)verdict.nonce, sizeof(verdict.nonce), "%s", transaction);
	snprintf(verdict.client_id, sizeof(verdict.client_id), "%s",
		 strncmp(transaction, "oth:", 4) == 0    ? "other"
		 : strncmp(transaction, "okey:", 5) == 0 ? "other"
		 : strncmp(transaction, "gone:", 5) == 0 ? "gone"
							 : "app");
	if (strstr(transaction, ":french") != NULL)
		snprintf(verdict.ui_locales, sizeof(verdict.ui_locales), "fr-CA");
	if (strstr(transaction, "key:") != NULL)
		snprintf(verdict.acr, sizeof(verdict.acr), "urn:x:key");
	return verdict;
}

enum authcode_err
authcode_transaction_resume_url(struct authcode_issuer *issuer,
				const struct authcode_resumption *resumption, char **ret_url)
{
	(void)issuer;
	last_attempt = resumption->attempt;
	if (!is_ours(resumption->transaction))
		return AUTHCODE_ERR_SYNTAX;
	return asprintf(ret_url, APP_URL "/resume?txn=%s&notice=%d", resumption->transaction,
			(int)resumption->notice) > 0
		       ? AUTHCODE_OK
		       : AUTHCODE_ERR_MEMORY;
}

enum authcode_err
authcode_transaction_csrf(struct authcode_issuer *issuer, const char *transaction,
			  const char *browser, char **ret_csrf)
{
	(void)issuer;
	(void)browser;
	return asprintf(ret_csrf, "csrf-%s", transaction) > 0 ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
}

enum authcode_err
authcode_exchange_begin(struct authcode_issuer *issuer, const struct authcode_request *request,
			struct authcode_exchange **ret)
{
	struct authcode_exchange *x = calloc(1, sizeof(*x));

	(void)issuer;
	if (x == NULL || request->endpoint != AUTHCODE_ENDPOINT_CONSENT)
		abort();
	snprintf(last_body, sizeof(last_body), "%.*s", (int)request->body.len, request->body.data);
	strncat(all_bodies, last_body, sizeof(all_bodies) - strlen(all_bodies) - 1);
	denials++;
	x->response = (struct authcode_response){
		.kind = AUTHCODE_RESPONSE_REDIRECT,
		.status = 303,
		.location = "https://app.example/cb?error=access_denied",
	};
	*ret = x;
	return AUTHCODE_OK;
}

enum authcode_err
authcode_exchange_begin_sign_in(struct authcode_issuer *issuer,
				const struct authcode_sign_in *sign_in,
				struct authcode_exchange **ret)
{
	struct authcode_exchange *x;

	(void)issuer;
	if (refusal == ISSUER_BEGINS_NONE)
		return AUTHCODE_ERR_MEMORY;
	x = calloc(1, sizeof(*x));
	if (x == NULL)
		abort();
	snprintf(x->user, sizeof(x->user), "%s", sign_in->user.name);
	if (sign_in->user.group_count != 2 || strcmp(sign_in->user.groups[1], "adm") != 0 ||
	    sign_in->user.uid != 1000 || !is_ours(sign_in->transaction) ||
	    strcmp(sign_in->browser, ALICE) != 0)
		abort();
	snprintf(proof, sizeof(proof), "%s|%s|%s", sign_in->acr != NULL ? sign_in->acr : "-",
		 sign_in->amr != NULL ? sign_in->amr : "-",
		 sign_in->claims != NULL ? sign_in->claims : "-");
	x->pending = refusal != ISSUER_STORES_NOTHING;
	x->response = (struct authcode_response){ .kind = AUTHCODE_RESPONSE_PAGE, .status = 500 };
	*ret = x;
	return AUTHCODE_OK;
}

struct authcode_operation *
authcode_exchange_operation(struct authcode_exchange *x)
{
	return x->pending ? &x->operation : NULL;
}

void
authcode_exchange_answer(struct authcode_exchange *x)
{
	if (refusal == ISSUER_LOSES_SESSION)
		return;
	(void)pthread_mutex_lock(&lock);
	sign_ins++;
	(void)pthread_mutex_unlock(&lock);
	x->response = (struct authcode_response){
		.kind = AUTHCODE_RESPONSE_REDIRECT,
		.status = 303,
		.location = APP_URL "/resume?txn=signed-in",
		.set_session = "acs_new",
	};
}

const struct authcode_response *
authcode_exchange_response(const struct authcode_exchange *x)
{
	return &x->response;
}

void
authcode_exchange_free(struct authcode_exchange **x)
{
	free(*x);
	*x = NULL;
}

void
authcode_store_submit(struct authcode_store *store, struct authcode_operation *operation,
		      void (*done)(struct authcode_operation *, void *), void *arg)
{
	(void)store;
	operation->done = done;
	operation->arg = arg;
	if (holding)
		held = operation;
	else
		done(operation, arg);
}

const char *
authcode_operation_name(enum authcode_operation_kind kind)
{
	(void)kind;
	return "fake";
}

void
authcode_store_stats(struct authcode_store *store, struct authcode_store_stats *ret)
{
	(void)store;
	*ret = (struct authcode_store_stats){ .problem = "fake" };
}

enum authcode_err
authcode_store_list_subjects(struct authcode_store *store, int64_t now_ms, int64_t after_id,
			     struct authcode_arena *arena, struct authcode_subject *ret,
			     size_t capacity, size_t *ret_count)
{
	(void)store;
	(void)now_ms;
	(void)after_id;
	(void)arena;
	(void)ret;
	(void)capacity;
	*ret_count = 0;
	return AUTHCODE_OK;
}

void
issuer_refuse(enum issuer_refusal where)
{
	refusal = where;
}

void
issuer_hold_store(bool hold)
{
	holding = hold;
}

void
issuer_release_store(void)
{
	if (held != NULL)
		held->done(held, held->arg);
	held = NULL;
}
