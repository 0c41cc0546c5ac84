/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/master_key.h on a real state directory: a rotation, the same cut short at each
 * of its steps by the death of the process, and what the next start makes of it. The one
 * thing that must never be: a database that nothing which is left opens.
 */
#include "server/master_key.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <authcode/authcode.h>

#include "base/attr.h"

#define T0 INT64_C(1700000000000)
#define ISSUER "https://id.example"

static char directory[64];
static struct authcode_reason reason;

/* A daemon as far as its keys go. */
struct host {
	struct ac_state state;
	struct authcode_store *store;
	struct authcode_issuer *issuer;
};

static const char *
in(const char *name)
{
	static char path[2][128];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", directory, name);
	return path[turn];
}

static bool
start(struct host *h)
{
	struct authcode_issuer_settings settings = { .issuer = ISSUER };
	struct authcode_store_sqlite_settings file = { 0 };
	bool ok;

	*h = (struct host){ .state = { .dir_fd = -1, .lock_fd = -1 } };
	ok = ac_state_open(directory, NULL, &h->state, &reason);
	if (!ok)
		return false;
	file.path = h->state.database;
	file.create = h->state.fresh;
	ok = authcode_store_sqlite_open(&file, &h->store, &reason) == AUTHCODE_OK &&
	     ac_state_settle(&h->state, &reason) &&
	     ac_master_key_settle(&h->state, h->store, ISSUER, &reason);
	memcpy(settings.master_key, h->state.master_key, sizeof(settings.master_key));
	settings.store = h->store;
	return ok && authcode_issuer_new(&settings, &h->issuer, &reason) == AUTHCODE_OK &&
	       authcode_issuer_tend_keys(h->issuer, T0, AUTHCODE_KEYS_TEND, &reason) == AUTHCODE_OK;
}

static void
stop(struct host *h)
{
	authcode_issuer_free(&h->issuer);
	authcode_store_close(&h->store);
	ac_state_close(&h->state);
}

static struct host
started(void)
{
	struct host h;

	if (!start(&h))
		fail_msg("%s", reason.text);
	return h;
}

static int
set_up(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/authcode-master.XXXXXX");
	return mkdtemp(directory) != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	static const char *const names[] = {
		"lock",        "master.key",      "master.key.new",  "master.key.next",
		"authcode.db", "authcode.db-wal", "authcode.db-shm", "old"
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++)
		(void)unlink(in(names[i]));
	return rmdir(directory);
}

static void
read_file(const char *name, uint8_t ret[AUTHCODE_MASTER_KEY_LEN])
{
	int fd = open(in(name), O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, ret, AUTHCODE_MASTER_KEY_LEN), AUTHCODE_MASTER_KEY_LEN);
	close(fd);
}

static void
write_file(const char *name, const void *data, size_t len, mode_t mode)
{
	int fd = open(in(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static bool
there(const char *name)
{
	struct stat st;

	return stat(in(name), &st) == 0;
}

/* The kids of the key set: the same keys still open. */
static void
assert_same_keys(struct host *h, const char *before)
{
	char *after = authcode_issuer_jwks(h->issuer);

	assert_string_equal(before, after);
	free(after);
}

static void
another_key_opens_everything_and_the_old_one_nothing(void **state)
{
	uint8_t old[AUTHCODE_MASTER_KEY_LEN], fresh[AUTHCODE_MASTER_KEY_LEN];
	struct host h = started();
	char *jwks = authcode_issuer_jwks(h.issuer);
	struct stat st;

	(void)state;
	read_file("master.key", old);
	assert_int_equal(ac_master_key_rotate(h.state.dir_fd, h.store, h.issuer, T0, &reason),
			 AUTHCODE_OK);
	read_file("master.key", fresh);
	assert_memory_not_equal(old, fresh, sizeof(old));
	assert_false(there("master.key.next"));
	assert_int_equal(stat(in("master.key"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(authcode_master_key_opens(h.store, ISSUER, old), AUTHCODE_ERR_CRYPTO);
	assert_int_equal(authcode_master_key_opens(h.store, ISSUER, fresh), AUTHCODE_OK);
	/* What runs goes on: it tends, and rotates again. */
	assert_int_equal(
		authcode_issuer_tend_keys(h.issuer, T0, AUTHCODE_KEYS_ROTATE_AT_ONCE, &reason),
		AUTHCODE_OK);
	free(jwks);
	jwks = authcode_issuer_jwks(h.issuer);
	assert_int_equal(ac_master_key_rotate(h.state.dir_fd, h.store, h.issuer, T0, &reason),
			 AUTHCODE_OK);
	stop(&h);
	h = started();
	assert_same_keys(&h, jwks);
	stop(&h);
	write_file("master.key", old, sizeof(old), 0600);
	assert_false(start(&h));
	assert_non_null(strstr(reason.text, "the master key is not the one of this database"));
	stop(&h);
	free(jwks);
}

/* --- cut short ------------------------------------------------------------------------ */

/* Where the process dies. */
enum death {
	BEFORE_IT_IS_WRITTEN, /* before the operation, with the new key beside the old */
	WHILE_IT_IS_WRITTEN,  /* in the middle of the operation */
	WHEN_IT_IS_DURABLE,   /* before the new key has its place */
	WHEN_IT_IS_DONE,
	DEATHS,
};

struct mortal {
	struct authcode_store store;
	struct authcode_store_ops ops;
	struct authcode_store *inner;
	enum death death;
};

static void
die(void)
{
	(void)kill(getpid(), SIGKILL);
}

static void
mortal_submit(void *self, struct authcode_operation *operation)
{
	struct mortal *m = self;
	struct authcode_operation copy = *operation;

	if (m->death == BEFORE_IT_IS_WRITTEN)
		die();
	if (m->death == WHILE_IT_IS_WRITTEN) {
		m->inner->ops->submit(m->inner->self, operation);
		die(); /* while the writer is at it, or not yet */
	}
	authcode_store_perform(m->inner, &copy);
	if (m->death == WHEN_IT_IS_DURABLE)
		die();
	operation->result = copy.result;
	operation->err = copy.err;
	operation->done(operation, operation->arg);
}

static enum authcode_err
mortal_list_sealed(void *self, struct authcode_arena *arena, struct authcode_sealed *ret,
		   size_t capacity, size_t *ret_count)
{
	struct mortal *m = self;

	return authcode_store_list_sealed(m->inner, arena, ret, capacity, ret_count);
}

static enum authcode_err
mortal_list_keys(void *self, struct authcode_arena *arena, struct authcode_signing_key *ret,
		 size_t capacity, size_t *ret_count)
{
	struct mortal *m = self;

	return authcode_store_list_signing_keys(m->inner, arena, ret, capacity, ret_count);
}

static enum authcode_err
mortal_chain_audit(void *self, const struct authcode_audit_key *key)
{
	struct mortal *m = self;

	return authcode_store_chain_audit(m->inner, key);
}

/* In a process of its own. */
static void
rotate_and_die(enum death death)
{
	struct authcode_issuer_settings settings = { .issuer = ISSUER };
	struct mortal m = { .ops = { .submit = mortal_submit,
				     .list_sealed = mortal_list_sealed,
				     .list_signing_keys = mortal_list_keys,
				     .chain_audit = mortal_chain_audit },
			    .death = death };
	struct authcode_issuer *issuer = NULL;
	struct host h;

	if (!start(&h))
		_exit(3);
	m.store = (struct authcode_store){ .ops = &m.ops, .self = &m };
	m.inner = h.store;
	read_file("master.key", settings.master_key);
	settings.store = &m.store;
	m.death = DEATHS; /* not yet */
	if (authcode_issuer_new(&settings, &issuer, &reason) != AUTHCODE_OK ||
	    authcode_issuer_tend_keys(issuer, T0, AUTHCODE_KEYS_TEND, &reason) != AUTHCODE_OK)
		_exit(4);
	m.death = death;
	(void)!ac_master_key_rotate(h.state.dir_fd, &m.store, issuer, T0, &reason);
	die();
}

static void
whenever_the_process_dies_the_next_one_starts_with_the_same_keys(void **state)
{
	struct host h = started();
	char *jwks = authcode_issuer_jwks(h.issuer);

	(void)state;
	stop(&h);
	for (int death = 0; death < DEATHS; death++) {
		uint8_t before[AUTHCODE_MASTER_KEY_LEN], after[AUTHCODE_MASTER_KEY_LEN];
		pid_t pid;
		int status = 0;

		read_file("master.key", before);
		pid = fork();
		if (pid == 0)
			rotate_and_die((enum death)death);
		assert_true(pid > 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		if (death == BEFORE_IT_IS_WRITTEN || death == WHEN_IT_IS_DURABLE)
			assert_true(there("master.key.next"));
		h = started();
		assert_same_keys(&h, jwks);
		assert_false(there("master.key.next"));
		read_file("master.key", after);
		assert_int_equal(authcode_master_key_opens(h.store, ISSUER, after), AUTHCODE_OK);
		if (death == BEFORE_IT_IS_WRITTEN)
			assert_memory_equal(before, after, sizeof(before));
		if (death == WHEN_IT_IS_DURABLE || death == WHEN_IT_IS_DONE)
			assert_memory_not_equal(before, after, sizeof(before));
		stop(&h);
	}
	free(jwks);
}

/* --- what the start finds --------------------------------------------------------------- */

static void
a_key_that_was_never_used_goes_and_one_that_is_not_ours_stops_the_start(void **state)
{
	static const uint8_t other[AUTHCODE_MASTER_KEY_LEN + 1] = { 1, 2, 3 };
	static const struct {
		const char *name;
		size_t len;
		mode_t mode;
		bool starts;
	} cases[] = {
		{ "of a rotation that came to nothing", AUTHCODE_MASTER_KEY_LEN, 0600, true },
		{ "cut short", 7, 0600, true },
		{ "empty", 0, 0600, true },
		{ "too long", AUTHCODE_MASTER_KEY_LEN + 1, 0600, true },
		{ "others may read it", AUTHCODE_MASTER_KEY_LEN, 0644, false },
		{ "others may write it", AUTHCODE_MASTER_KEY_LEN, 0620, false },
	};
	uint8_t before[AUTHCODE_MASTER_KEY_LEN], after[AUTHCODE_MASTER_KEY_LEN];
	struct host h = started();

	(void)state;
	stop(&h);
	read_file("master.key", before);
	for (size_t i = 0; i < AC_ARRAY_SIZE(cases); i++) {
		bool starts;

		write_file("master.key.next", other, cases[i].len, cases[i].mode);
		starts = start(&h);
		stop(&h);
		if (starts != cases[i].starts || there("master.key.next") == starts)
			fail_msg("%s: %s", cases[i].name, reason.text);
		(void)unlink(in("master.key.next"));
		read_file("master.key", after);
		assert_memory_equal(before, after, sizeof(before));
	}
	assert_int_equal(symlink("master.key", in("master.key.next")), 0);
	assert_false(start(&h));
	stop(&h);
}

static void
a_key_from_elsewhere_is_not_ours_to_change(void **state)
{
	struct host h = started();
	uint8_t key[AUTHCODE_MASTER_KEY_LEN];

	(void)state;
	read_file("master.key", key);
	assert_int_equal(rename(in("master.key"), in("old")), 0);
	assert_int_equal(ac_master_key_rotate(h.state.dir_fd, h.store, h.issuer, T0, &reason),
			 AUTHCODE_ERR_CONFIG);
	assert_string_equal(reason.text, "the master key does not come from the state directory");
	assert_false(there("master.key.next") || there("master.key"));
	assert_int_equal(authcode_master_key_opens(h.store, ISSUER, key), AUTHCODE_OK);
	stop(&h);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(another_key_opens_everything_and_the_old_one_nothing),
		CASE(whenever_the_process_dies_the_next_one_starts_with_the_same_keys),
		CASE(a_key_that_was_never_used_goes_and_one_that_is_not_ours_stops_the_start),
		CASE(a_key_from_elsewhere_is_not_ours_to_change),
	};

	return cmocka_run_group_tests_name("master key", tests, NULL, NULL);
}
