/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A whole code flow: the library decides, this host plays the browser, the
 * client and the sign-in. A real one hands over what its HTTP server received.
 *   cc embed.c $(pkg-config --cflags --libs libauthcode)
 */
#include <err.h>
#include <stdio.h>
#include <string.h>

#include <authcode/authcode.h>

#define NOW_MS 1767225600000
#define BROWSER "one random cookie per browser"
#define QUERY "response_type=code&client_id=demo&redirect_uri=https://client.example/cb"
#define SECRET "a-client-secret-of-256-random-bits"

static struct authcode_exchange *exchanges[8]; /* responses point into them */
static size_t count;
static const char *session; /* the browser's session cookie, once it has one */

static void
must(enum authcode_err err)
{
	if (err != AUTHCODE_OK)
		errx(1, "%s", authcode_err_str(err));
}

static const struct authcode_response *
request(struct authcode_issuer *issuer, enum authcode_endpoint endpoint, const char *query,
	const char *body)
{
	const struct authcode_request r = {
		.endpoint = endpoint,
		.method = body != NULL ? AUTHCODE_METHOD_POST : AUTHCODE_METHOD_GET,
		.query = { query, strlen(query) },
		.body = { body, body != NULL ? strlen(body) : 0 },
		.content_type = "application/x-www-form-urlencoded",
		.browser = BROWSER,
		.session = session,
		.now_ms = NOW_MS,
	};

	must(authcode_exchange_run(issuer, &r, &exchanges[count]));
	return authcode_exchange_response(exchanges[count++]);
}

int
main(void)
{
	const char *const uri = "https://client.example/cb";
	struct authcode_client demo = { .id = "demo", .scope = "profile", .redirect_uris = &uri };
	struct authcode_issuer_settings settings = { .issuer = "https://id.example" };
	struct authcode_sign_in alice = { .browser = BROWSER, .now_ms = NOW_MS };
	struct authcode_clients *clients = NULL;
	struct authcode_issuer *issuer = NULL;
	const struct authcode_response *r;
	char form[16384];

	demo.auth = AUTHCODE_AUTH_SECRET_POST;
	demo.redirect_uri_count = 1;
	demo.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE;
	must(authcode_client_secret_hash(SECRET, strlen(SECRET), demo.secret_hash));
	memset(settings.master_key, 'k', sizeof(settings.master_key)); /* yours: 32 random bytes */
	must(authcode_clients_new(&demo, 1, &clients, NULL));
	must(authcode_store_memory_open(NULL, &settings.store));
	must(authcode_issuer_new(&settings, &issuer, NULL));
	authcode_issuer_set_clients(issuer, clients);
	must(authcode_issuer_tend_keys(issuer, NOW_MS, AUTHCODE_KEYS_TEND, NULL)); /* and hourly */
	/* 1. The client sends the browser here; the host shows a sign-in page. */
	r = request(issuer, AUTHCODE_ENDPOINT_AUTHORIZE, QUERY, NULL);
	/* 2. The host has checked alice's password by its own means. */
	alice.user = (struct authcode_user){ .name = "alice", .uid = 1000 };
	alice.transaction = r->interaction->transaction;
	must(authcode_exchange_begin_sign_in(issuer, &alice, &exchanges[count]));
	while (authcode_exchange_operation(exchanges[count]) != NULL) {
		authcode_store_perform(settings.store,
				       authcode_exchange_operation(exchanges[count]));
		authcode_exchange_answer(exchanges[count]);
	}
	r = authcode_exchange_response(exchanges[count++]);
	session = r->set_session;
	/* 3. The browser follows the redirect to a consent page, and alice agrees. */
	r = request(issuer, AUTHCODE_ENDPOINT_RESUME, strchr(r->location, '?') + 1, NULL);
	snprintf(form, sizeof(form), "txn=%s&csrf=%s&decision=allow", r->interaction->transaction,
		 r->interaction->csrf);
	r = request(issuer, AUTHCODE_ENDPOINT_CONSENT, "", form);
	/* 4. The client finds the code in the redirect and redeems it. */
	printf("# 303 %s\n", r->location);
	snprintf(form, sizeof(form),
		 "grant_type=authorization_code&client_id=demo&client_secret=" SECRET
		 "&redirect_uri=%s&%s",
		 uri, strstr(r->location, "code="));
	r = request(issuer, AUTHCODE_ENDPOINT_TOKEN, "", form);
	printf("1..1\n%s 1 - %u %s\n", r->status == 200 ? "ok" : "not ok", r->status, r->body);
	while (count > 0)
		authcode_exchange_free(&exchanges[--count]);
	authcode_issuer_free(&issuer);
	authcode_clients_unref(&clients);
	authcode_store_close(&settings.store);
}
