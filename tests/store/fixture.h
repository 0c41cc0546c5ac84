/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the store tests share: both backends behind one factory, a clock that
 * stands where the test put it, a generator that says what it was told, and the
 * usual course of things.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <authcode/store.h>

#include "dice.h"
#include "fixture_ops.h"

#define T0 INT64_C(1700000000000)
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Draws in order, the last one for ever; count 0: the dice, and without them the kernel's
 * generator. */
struct script {
	struct dice *dice;
	uint32_t draws[64];
	size_t count;
	size_t next;
	bool broken; /* answers ERR_RANDOM */
};

enum authcode_err script_fill(void *ctx, void *buf, size_t len);

struct backend {
	const char *name;
	bool durable;
};

extern const struct backend backends[];
extern const size_t backend_count;

struct fixture {
	const struct backend *backend;
	struct authcode_store *store;
	struct authcode_arena *arena; /* of the whole test */
	struct script script;
	bool unchained; /* records are in no chain */
	/* Under which they are, and by what; NULL: HMAC-SHA-256. */
	uint8_t audit_key;
	enum authcode_err (*audit_mac)(const uint8_t key[AUTHCODE_AUDIT_MAC_LEN],
				       const struct authcode_audit_part *parts, size_t count,
				       uint8_t ret[AUTHCODE_AUDIT_MAC_LEN]);
	int64_t now;
	char directory[64]; /* durable backends: removed at the end */
	char path[96];
};

/* cmocka setup (with a struct backend as initial state) and teardown. */
int fixture_set_up(void **state);
int fixture_tear_down(void **state);

/* A fixture without cmocka's state; the teardown fits. */
struct fixture *fixture_new(const struct backend *backend);

/* Makes a directory of its own for a test under TMPDIR; removes it with all in it. */
void make_directory(char *directory, size_t size);
void remove_directory(const char *directory);

void open_store(struct fixture *f);
void reopen_store(struct fixture *f);
/* Goes on with a copy of what is on the disk, as after kill -9. */
void crash_store(struct fixture *f);

/* What an open store is given for its chain. */
struct authcode_audit_key audit_key_of(const struct fixture *f);
enum authcode_err audit_mac(const uint8_t key[AUTHCODE_AUDIT_MAC_LEN],
			    const struct authcode_audit_part *parts, size_t count,
			    uint8_t ret[AUTHCODE_AUDIT_MAC_LEN]);

/* A look at the whole chain, so many records a page. */
struct authcode_audit_check check_audit(struct fixture *f, uint32_t limit);

/* Performs and returns the result; a failure shows its error when the result is
 * compared. */
enum authcode_result perform(struct fixture *f, struct authcode_operation *operation);

/* The usual course of things; each asserts that it is DONE. */
int64_t sign_in(struct fixture *f);
int64_t sign_in_as(struct fixture *f, const char *user_name, uint32_t uid, const char *new_sub);
int64_t issue(struct fixture *f, int64_t session_id);

struct tokens {
	int64_t family, access, refresh;
};

struct tokens redeem(struct fixture *f, int64_t code_id);
struct tokens sign_in_and_redeem(struct fixture *f);

/* Reads that assert that the row is there. */
struct authcode_session_view session_of(struct fixture *f, int64_t id);
struct authcode_code_view code_of(struct fixture *f, int64_t id);
struct authcode_token_view token_of(struct fixture *f, int64_t id);

/* Reads that say whether it is there. */
bool has_session(struct fixture *f, int64_t id);
bool has_code(struct fixture *f, int64_t id);
bool has_token(struct fixture *f, int64_t id);

/* NULL: none. */
const char *granted_scope(struct fixture *f, int64_t subject_id, const char *client_id);

/* Do the bytes of the file or of its log have it in them? */
bool on_disk(const struct fixture *f, const char *text);

void assert_hash(const uint8_t hash[AUTHCODE_HASH_LEN], uint8_t fill);

#endif
