/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See fixture_ops.h.
 */
#include "fixture_ops.h"

#include <string.h>

#include "fixture.h"

struct authcode_operation
op_sign_in(const struct fixture *f, const char *user_name, uint32_t uid, const char *new_sub)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_CREATE_SESSION,
		.now_ms = f->now,
		.u.create_session = {
			.user_name = user_name,
			.uid = uid,
			.full_name = "Ana Example",
			.groups = "staff\nwheel",
			.new_sub = new_sub,
			.auth_time_ms = f->now - 5,
			.acr = "password",
			.amr = "pwd otp",
			.claims = "{\"department\":\"math\"}",
			.idle_expires_ms = f->now + 8 * HOUR,
			.expires_ms = f->now + DAY,
		},
	};

	memset(operation.u.create_session.hash, 0x51, AUTHCODE_HASH_LEN);
	memset(operation.u.create_session.replaces_hash, 0x51, AUTHCODE_HASH_LEN);
	return operation;
}

struct authcode_operation
op_issue(const struct fixture *f, int64_t session_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_ISSUE_CODE,
		.now_ms = f->now,
		.u.issue_code = {
			.session_id = session_id,
			.idle_expires_ms = f->now + 8 * HOUR,
			.consented_scope = "",
			.code = {
				.client_id = "demo",
				.redirect_uri = "https://client.example/back",
				.redirect_uri_sent = true,
				.scope = "profile groups",
				.code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
				.nonce = "n-0S6_WzA2Mj",
				.claims_request = "{\"userinfo\":{\"email\":null}}",
				.resource = "https://api.example/ https://mail.example/",
				.expires_ms = f->now + MINUTE,
			},
		},
	};

	memset(operation.u.issue_code.session_hash, 0x51, AUTHCODE_HASH_LEN);
	memset(operation.u.issue_code.code.hash, 0xc0, AUTHCODE_HASH_LEN);
	return operation;
}

struct authcode_new_token
new_token(const struct fixture *f, uint8_t fill, int64_t ttl_ms)
{
	struct authcode_new_token token = { .scope = "profile",
					    .resource = "https://api.example/",
					    .expires_ms = f->now + ttl_ms };

	memset(token.hash, fill, sizeof(token.hash));
	return token;
}

struct authcode_operation
op_redeem(const struct fixture *f, int64_t code_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_REDEEM_CODE,
		.now_ms = f->now,
		.u.redeem_code = {
			.id = code_id,
			.family_expires_ms = f->now + 90 * DAY,
			.access = new_token(f, 0xa1, HOUR),
			.with_refresh = true,
			.refresh = new_token(f, 0xf1, 14 * DAY),
		},
	};

	return operation;
}

struct authcode_operation
op_refresh(const struct fixture *f, int64_t refresh_id, bool rotate)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_USE_REFRESH,
		.now_ms = f->now,
		.u.use_refresh = {
			.refresh_id = refresh_id,
			.access = new_token(f, 0xa2, HOUR),
			.rotate = rotate,
			.successor = new_token(f, 0xf2, 14 * DAY),
			.refresh_expires_ms = f->now + 14 * DAY,
		},
	};

	return operation;
}

struct authcode_operation
op_client_token(const struct fixture *f)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_ISSUE_CLIENT_TOKEN,
		.now_ms = f->now,
		.u.issue_client_token = {
			.client_id = "robot",
			.resource = "https://api.example/ https://mail.example/",
			.family_expires_ms = f->now + HOUR,
			.access = new_token(f, 0xa3, HOUR),
		},
	};

	return operation;
}

struct authcode_operation
op_revoke_family(const struct fixture *f, int64_t family_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_REVOKE_FAMILY,
		.now_ms = f->now,
		.u.revoke_family = { .family_id = family_id },
	};

	return operation;
}

struct authcode_operation
op_revoke_token(const struct fixture *f, int64_t token_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_REVOKE_TOKEN,
		.now_ms = f->now,
		.u.revoke_token = { .token_id = token_id },
	};

	return operation;
}

struct authcode_operation
op_end_session(const struct fixture *f, int64_t session_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_END_SESSION,
		.now_ms = f->now,
		.u.end_session = { .session_id = session_id },
	};

	return operation;
}

struct authcode_operation
op_purge(const struct fixture *f, uint32_t limit)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_PURGE,
		.now_ms = f->now,
		.u.purge = { .limit = limit },
	};

	return operation;
}

struct authcode_operation
op_retire(const struct fixture *f, int64_t subject_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_RETIRE_SUBJECT,
		.now_ms = f->now,
		.u.retire_subject = { .subject_id = subject_id },
	};

	return operation;
}

struct authcode_operation
op_erase(const struct fixture *f, int64_t subject_id, uint32_t limit)
{
	return (struct authcode_operation){
		.kind = AUTHCODE_OP_ERASE_SUBJECT,
		.now_ms = f->now,
		.u.erase_subject = { .subject_id = subject_id, .limit = limit },
	};
}

struct authcode_operation
op_withdraw(const struct fixture *f, int64_t subject_id, const char *client_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_WITHDRAW_GRANT,
		.now_ms = f->now,
		.u.withdraw_grant = { .subject_id = subject_id, .client_id = client_id },
	};

	return operation;
}

struct authcode_operation
op_relink(const struct fixture *f, const char *old_name, const char *new_name, uint32_t uid)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_RELINK_SUBJECT,
		.now_ms = f->now,
		.u.relink_subject = { .old_name = old_name, .new_name = new_name, .uid = uid },
	};

	return operation;
}

struct authcode_operation
op_record(const struct fixture *f, int64_t delivery_id, uint32_t status)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_RECORD_DELIVERY,
		.now_ms = f->now,
		.u.record_delivery = {
			.delivery_id = delivery_id,
			.delivered = status == 250,
			.status = status,
			.next_ms = f->now + MINUTE,
		},
	};

	return operation;
}

struct authcode_operation
op_add_key(const struct fixture *f, const char *kid, const char *alg, int64_t newest_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_ADD_SIGNING_KEY,
		.now_ms = f->now,
		.u.add_signing_key = { .kid = kid,
				       .alg = alg,
				       .sealed = "sealed",
				       .active_ms = f->now + DAY,
				       .newest_id = newest_id },
	};

	return operation;
}

struct authcode_operation
op_forget_key(const struct fixture *f, int64_t key_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_FORGET_SIGNING_KEY,
		.now_ms = f->now,
		.u.forget_signing_key = { .key_id = key_id },
	};

	return operation;
}

struct authcode_operation
op_stop_key(const struct fixture *f, int64_t key_id, int64_t stopped_ms)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_STOP_SIGNING_KEY,
		.now_ms = f->now,
		.u.stop_signing_key = { .key_id = key_id, .stopped_ms = stopped_ms },
	};

	return operation;
}

struct authcode_operation
op_use_once(const struct fixture *f, uint8_t fill, int64_t expires_ms)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_USE_ONCE,
		.now_ms = f->now,
		.u.use_once = { .client_id = "demo", .expires_ms = expires_ms, .max = 1000 },
	};

	memset(operation.u.use_once.hash, fill, sizeof(operation.u.use_once.hash));
	return operation;
}

struct authcode_operation
op_put_client(const struct fixture *f, const char *id, int64_t revision)
{
	return (struct authcode_operation){
		.kind = AUTHCODE_OP_PUT_CLIENT,
		.now_ms = f->now,
		.u.put_client = {
			.client_id = id,
			.registration = "",
			.sealed_secret = "",
			.revision = revision,
			.changed_by = 1000,
		},
	};
}
