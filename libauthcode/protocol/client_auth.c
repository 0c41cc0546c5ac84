/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Client authentication (RFC 6749 §2.3, §3.2.1) as one table: every method
 * says whether the request tries it and with what; the rest is common. Exactly
 * one method may be tried, it must be the one the client registered, and an
 * unknown client costs the same work as a wrong secret. TLS certificates are rows
 * to come.
 */
#include "protocol/client_auth.h"

#include <string.h>
#include <strings.h>

#include "base/base64url.h"
#include "base/limits.h"
#include "base/secret.h"
#include "protocol/client_assertion.h"

static const char failed[] = "client authentication failed";
/* RFC 7617 §2, §2.1. RFC 9110 §15.5.2 wants a challenge on every 401. */
static const char challenge[] = "Basic realm=\"authcode\", charset=\"UTF-8\"";

enum attempt {
	MALFORMED = 0, /* tried, but not as its grammar says */
	FAILED,        /* tried, and there was no memory to read it */
	ABSENT,
	TRIED,
};

/* A client that is told it is not known gives up, or throws its registration away:
 * nobody is told so because memory ran out. */
static enum attempt
attempt_of(enum authcode_err err)
{
	if (err == AUTHCODE_OK)
		return TRIED;
	return err == AUTHCODE_ERR_SYNTAX ? MALFORMED : FAILED;
}

struct credentials {
	const char *id;
	const char *secret;    /* NULL: the method has none */
	const char *assertion; /* likewise */
};

#define BIT(auth) (1u << (auth))

struct method {
	unsigned
		auths; /* bits: what a client must have registered; one way to send may serve two */
	enum attempt (*read)(struct authcode_exchange *x, struct credentials *ret);
	/* OK, ERR_NOT_FOUND or a failure. client NULL: there is none of that id, which must
	 * cost as much. NULL: the assertion has to be looked at, in steps. */
	enum authcode_err (*proves)(const struct authcode_exchange *x,
				    const struct authcode_client *client,
				    const struct credentials *credentials);
};

/* base64(form-encoded id ":" form-encoded secret): RFC 6749 §2.3.1, App. B. */
static enum attempt
split_pair(struct authcode_exchange *x, const char *pair, size_t len, struct credentials *ret)
{
	const char *colon = memchr(pair, ':', len);
	enum authcode_err err;
	size_t id_len;

	if (colon == NULL)
		return MALFORMED;
	id_len = (size_t)(colon - pair);
	err = ac_form_decode_value(x->arena, pair, id_len, &ret->id);
	if (err == AUTHCODE_OK)
		err = ac_form_decode_value(x->arena, colon + 1, len - id_len - 1, &ret->secret);
	if (err == AUTHCODE_OK && (*ret->id == '\0' || *ret->secret == '\0'))
		return MALFORMED;
	return attempt_of(err);
}

/* Any Authorization header is an attempt by header: a scheme that is not ours
 * fails as Basic does, it is never passed over in favour of the body. */
static enum attempt
read_basic(struct authcode_exchange *x, struct credentials *ret)
{
	static const char scheme[] = "Basic ";
	const char *text = x->request.authorization;
	size_t len, size;
	char *pair;

	if (text == NULL)
		return ABSENT;
	if (strlen(text) > AC_MAX_AUTHORIZATION ||
	    strncasecmp(text, scheme, sizeof(scheme) - 1) != 0)
		return MALFORMED;
	text += sizeof(scheme) - 1;
	text += strspn(text, " ");
	len = strlen(text);
	size = len / 4 * 3 + 3;
	pair = authcode_arena_alloc(x->arena, size);
	if (pair == NULL)
		return FAILED;
	if (!ac_base64_decode(text, len, pair, size, &size))
		return MALFORMED;
	return split_pair(x, pair, size, ret);
}

static enum attempt
read_post(struct authcode_exchange *x, struct credentials *ret)
{
	ret->id = ac_params_get(&x->params, "client_id");
	ret->secret = ac_params_get(&x->params, "client_secret");
	if (ret->secret == NULL)
		return ABSENT;
	return ret->id != NULL ? TRIED : MALFORMED;
}

static bool
has_assertion(struct authcode_exchange *x)
{
	return ac_params_get(&x->params, "client_assertion") != NULL ||
	       ac_params_get(&x->params, "client_assertion_type") != NULL;
}

/* A client_id that stands alone; beside other credentials it only repeats a name. */
static enum attempt
read_none(struct authcode_exchange *x, struct credentials *ret)
{
	if (x->request.authorization != NULL ||
	    ac_params_get(&x->params, "client_secret") != NULL || has_assertion(x))
		return ABSENT;
	ret->id = ac_params_get(&x->params, "client_id");
	return ret->id != NULL ? TRIED : ABSENT;
}

/* RFC 7521 §4.2, RFC 7523 §2.2: the type is this one, and the subject is the client. */
static enum attempt
read_assertion(struct authcode_exchange *x, struct credentials *ret)
{
	const char *type = ac_params_get(&x->params, "client_assertion_type");

	if (!has_assertion(x))
		return ABSENT;
	ret->assertion = ac_params_get(&x->params, "client_assertion");
	if (ret->assertion == NULL || type == NULL || strcmp(type, AC_ASSERTION_TYPE) != 0)
		return MALFORMED;
	return attempt_of(ac_assertion_claimed_client(x, ret->assertion, &ret->id));
}

static bool
secret_expired(const struct authcode_client *client, int64_t now_ms)
{
	return client->secret_expires_at != 0 && now_ms / 1000 >= client->secret_expires_at;
}

static bool
previous_expired(const struct authcode_client *client, int64_t now_ms)
{
	return now_ms / 1000 >= client->previous_secret_expires_at;
}

/* One hash and two comparisons, whether or not there is such a client, or a secret from
 * before the last change. */
static enum authcode_err
proves_by_secret(const struct authcode_exchange *x, const struct authcode_client *client,
		 const struct credentials *credentials)
{
	static const struct authcode_client nobody;
	const struct authcode_client *c = client != NULL ? client : &nobody;
	uint8_t hash[AUTHCODE_SECRET_HASH_LEN];
	bool is_current, is_previous;
	enum authcode_err err =
		authcode_client_secret_hash(credentials->secret, strlen(credentials->secret), hash);

	if (err != AUTHCODE_OK)
		return err;
	is_current = ac_secret_equal(hash, c->secret_hash, sizeof(hash));
	is_previous = ac_secret_equal(hash, c->previous_secret_hash, sizeof(hash));
	if (client != NULL && ((is_current && !secret_expired(c, x->now_ms)) ||
			       (is_previous && !previous_expired(c, x->now_ms))))
		return AUTHCODE_OK;
	return AUTHCODE_ERR_NOT_FOUND;
}

/* The secret that an assertion is signed with ends as one that is sent does. */
static enum authcode_err
may_assert(const struct authcode_exchange *x, const struct authcode_client *client)
{
	return client != NULL && !secret_expired(client, x->now_ms) ? AUTHCODE_OK
								    : AUTHCODE_ERR_NOT_FOUND;
}

static enum authcode_err
proves_by_name(const struct authcode_exchange *x, const struct authcode_client *client,
	       const struct credentials *credentials)
{
	(void)x;
	(void)credentials;
	return client != NULL ? AUTHCODE_OK : AUTHCODE_ERR_NOT_FOUND;
}

static const struct method methods[] = {
	{ .auths = BIT(AUTHCODE_AUTH_SECRET_BASIC),
	  .read = read_basic,
	  .proves = proves_by_secret },
	{ .auths = BIT(AUTHCODE_AUTH_SECRET_POST), .read = read_post, .proves = proves_by_secret },
	{ .auths = BIT(AUTHCODE_AUTH_NONE), .read = read_none, .proves = proves_by_name },
	{ .auths = BIT(AUTHCODE_AUTH_SECRET_JWT) | BIT(AUTHCODE_AUTH_PRIVATE_KEY_JWT),
	  .read = read_assertion },
};

_Static_assert(AC_ARRAY_SIZE(methods) == AUTHCODE_AUTH_COUNT - 1,
	       "one row per method; those with an assertion share one");

void
ac_client_auth_refuse(struct authcode_exchange *x)
{
	ac_respond_error(x, AC_INVALID_CLIENT, failed);
	x->response.www_authenticate = challenge;
}

void
ac_client_authenticated(struct authcode_exchange *x, const struct authcode_client *client,
			ac_authenticated *next)
{
	x->client = client;
	x->guessed = false;
	next(x, client);
}

/* The one method tried, and its credentials; NULL when the response is set. */
static const struct method *
the_method(struct authcode_exchange *x, struct credentials *ret)
{
	const struct method *tried = NULL;
	bool well_formed = true, failed_to_read = false;
	size_t count = 0;

	for (size_t i = 0; i < AC_ARRAY_SIZE(methods); i++) {
		struct credentials credentials = { 0 };
		enum attempt attempt = methods[i].read(x, &credentials);

		if (attempt == ABSENT)
			continue;
		count++;
		well_formed = well_formed && attempt == TRIED;
		failed_to_read = failed_to_read || attempt == FAILED;
		tried = &methods[i];
		*ret = credentials;
	}
	if (count > 1) {
		/* RFC 6749 §2.3: MUST NOT use more than one method. */
		ac_respond_error(x, AC_INVALID_REQUEST, "more than one client authentication");
		return NULL;
	}
	if (failed_to_read) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "client authentication");
		return NULL;
	}
	if (count == 0 || !well_formed) {
		ac_client_auth_refuse(x);
		return NULL;
	}
	return tried;
}

void
ac_client_authenticate(struct authcode_exchange *x, ac_authenticated *next)
{
	struct credentials credentials = { 0 };
	const struct method *method;
	const struct authcode_client *client;
	const char *named = ac_params_get(&x->params, "client_id");
	enum authcode_err err;
	bool proved;

	x->guessed = true; /* until it is proved who asks (RFC 6749 §2.3.1) */
	method = the_method(x, &credentials);
	if (method == NULL)
		return;
	if (named != NULL && strcmp(named, credentials.id) != 0) {
		ac_respond_error(x, AC_INVALID_REQUEST, "client_id names another client");
		return;
	}
	client = authcode_clients_find(x->clients, credentials.id);
	x->asked = client;
	err = method->proves != NULL ? method->proves(x, client, &credentials)
				     : may_assert(x, client);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND) {
		ac_respond_failure(x, err, "client authentication");
		return;
	}
	proved = err == AUTHCODE_OK;
	if (!proved || (method->auths & BIT(client->auth)) == 0 || client->disabled)
		ac_client_auth_refuse(x);
	else if (method->proves != NULL)
		ac_client_authenticated(x, client, next);
	else
		ac_assertion_authenticate(x, client, credentials.assertion, next);
}
