/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The power goes at any call that reaches the disk, and what is found afterwards
 * (power_vfs.h) is opened by the same store: what was acknowledged is there, nothing
 * that was used is good again, and the file is whole. CO-08, RT-06.
 *
 * That this bites is shown by losing the power of a store with synchronous=NORMAL,
 * which the library cannot be asked for: what it says to SQLite is changed on the way.
 *
 * AUTHCODE_POWER_LOSSES says how often; AUTHCODE_POWER_SEED where the seeds begin.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "power_vfs.h"
#include "power_work.h"

#define LOSSES 100
#define LOSSES_NORMAL 30
#define CALLS 500 /* the work makes more */

static bool weakened;

int __real_sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **),
			void *arg, char **message);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **),
			void *arg, char **message);

int
__wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **),
		    void *arg, char **message)
{
	int rc = __real_sqlite3_exec(db, sql, row, arg, message);

	if (rc == SQLITE_OK && weakened && strstr(sql, "synchronous = FULL") != NULL)
		rc = __real_sqlite3_exec(db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
	return rc;
}

/* --- before ----------------------------------------------------------------- */

/* A store with people in it, as bytes; each loss begins with it. */
struct base {
	unsigned char *bytes;
	size_t size;
	int64_t sessions[WORK_PEOPLE];
};

static void
base_make(struct base *base)
{
	struct fixture *f = fixture_new(&backends[1]);
	void *state = f;
	FILE *file;
	long size;

	work_prepare(f, base->sessions);
	authcode_store_close(&f->store);
	file = fopen(f->path, "re");
	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	assert_true(size > 0);
	rewind(file);
	base->size = (size_t)size;
	base->bytes = malloc(base->size);
	assert_non_null(base->bytes);
	assert_int_equal(fread(base->bytes, 1, base->size, file), base->size);
	fclose(file);
	open_store(f);
	fixture_tear_down(&state);
}

static void
fixture_at(struct fixture *f, const char *directory, const char *name)
{
	memset(f, 0, sizeof(*f));
	f->backend = &backends[1];
	f->now = T0;
	assert_int_equal(authcode_arena_new(64 * 1024 * 1024, &f->arena), AUTHCODE_OK);
	snprintf(f->path, sizeof(f->path), "%s/%s", directory, name);
}

static void
fixture_done(struct fixture *f)
{
	authcode_store_close(&f->store);
	authcode_arena_free(&f->arena);
}

/* --- one loss --------------------------------------------------------------- */

struct losses {
	size_t count, inside, calls, acknowledged, lost, twice, damaged, again;
	uint64_t first_seed; /* with a fault */
	char first[128];
};

/* Was it lost before all was done? */
static bool
work_until_lost(const struct base *base, const char *directory, struct work *work, uint64_t seed)
{
	struct dice where = { .seed = ~seed };
	struct dice keys = { .seed = seed + 1 };
	struct fixture f;
	bool inside;
	int fd;

	fixture_at(&f, directory, "work.db");
	fd = open(f.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, base->bytes, base->size), base->size);
	close(fd);
	power_begin(f.path, 1 + dice_below(&where, CALLS));
	f.script.dice = &keys;
	open_store(&f);
	work_on(work, &f, base->sessions, seed);
	inside = power_is_lost();
	power_fail();
	fixture_done(&f);
	return inside;
}

/* What was found is opened, moved into the file and cut, and the power goes again. */
static void
lose_it_again(const char *directory, uint64_t seed)
{
	struct dice where = { .seed = ~seed };
	struct authcode_store_sqlite_settings settings = { .path = NULL };
	struct authcode_store *store = NULL;
	char path[128], next[128];

	snprintf(path, sizeof(path), "%s/found.db", directory);
	snprintf(next, sizeof(next), "%s/next.db", directory);
	settings.path = path;
	power_begin(path, 1 + dice_below(&where, 60));
	if (authcode_store_sqlite_open(&settings, &store, NULL) == AUTHCODE_OK)
		authcode_store_close(&store);
	else
		assert_true(power_is_lost());
	power_fail();
	power_image(next, seed);
	power_end();
}

static void
judge_found(const struct work *work, struct fixture *f, struct verdict *verdict)
{
	struct authcode_store_sqlite_settings settings = { .path = f->path };
	struct authcode_reason reason = { .text = "" };

	if (authcode_store_sqlite_open(&settings, &f->store, &reason) == AUTHCODE_OK) {
		work_judge(work, f, verdict);
		return;
	}
	*verdict = (struct verdict){ .damaged = 1 };
	snprintf(verdict->first, sizeof(verdict->first), "%.100s", reason.text);
}

static void
lose_power(const struct base *base, uint64_t seed, struct losses *losses)
{
	static struct work work;
	struct verdict verdict;
	struct fixture f;
	char directory[64], found[128];
	bool twice = seed % 4 == 0;

	make_directory(directory, sizeof(directory));
	snprintf(found, sizeof(found), "%s/found.db", directory);
	losses->inside += work_until_lost(base, directory, &work, seed) ? 1 : 0;
	losses->calls += power_calls();
	power_image(found, seed);
	power_end();
	if (twice)
		lose_it_again(directory, seed);
	fixture_at(&f, directory, twice ? "next.db" : "found.db");
	f.now = T0 + MINUTE / 2;
	judge_found(&work, &f, &verdict);
	fixture_done(&f);
	remove_directory(directory);
	losses->count++;
	losses->again += twice ? 1 : 0;
	losses->acknowledged += work.acknowledged;
	losses->lost += verdict.lost;
	losses->twice += verdict.twice;
	losses->damaged += verdict.damaged;
	if (losses->first[0] == '\0' && verdict.first[0] != '\0') {
		losses->first_seed = seed;
		snprintf(losses->first, sizeof(losses->first), "%s", verdict.first);
	}
}

static uint64_t
number_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static void
lose_power_often(const char *what, size_t count, struct losses *losses)
{
	uint64_t seed = number_from("AUTHCODE_POWER_SEED", 1);
	struct base base;

	memset(losses, 0, sizeof(*losses));
	base_make(&base);
	for (size_t i = 0; i < count; i++)
		lose_power(&base, seed + i, losses);
	free(base.bytes);
	print_message("# %s: %zu losses of power, %zu in the work, %zu twice; %zu calls, %zu "
		      "acknowledged; %zu lost, %zu good again, %zu damaged\n",
		      what, losses->count, losses->inside, losses->again, losses->calls,
		      losses->acknowledged, losses->lost, losses->twice, losses->damaged);
	if (losses->first[0] != '\0')
		print_message("# the first: seed %llu: %s\n",
			      (unsigned long long)losses->first_seed, losses->first);
}

/* --- tests ------------------------------------------------------------------ */

static void
what_was_acknowledged_outlives_the_loss_of_power(void **state)
{
	size_t count = (size_t)number_from("AUTHCODE_POWER_LOSSES", LOSSES);
	struct losses losses;

	(void)state;
	lose_power_often("FULL", count, &losses);
	assert_int_equal(losses.lost, 0);
	assert_int_equal(losses.twice, 0);
	assert_int_equal(losses.damaged, 0);
	assert_int_equal(losses.count, count);
	/* it was lost in the midst of it */
	assert_in_range(losses.inside, count - count / 50, count);
	assert_in_range(losses.acknowledged, 10 * count, 200 * count);
}

/* The file is whole with NORMAL too; it is older than what was said. */
static void
with_synchronous_normal_the_same_test_finds_losses(void **state)
{
	size_t count =
		(size_t)number_from("AUTHCODE_POWER_LOSSES", LOSSES) * LOSSES_NORMAL / LOSSES;
	struct losses losses;

	(void)state;
	weakened = true;
	lose_power_often("NORMAL", count, &losses);
	weakened = false;
	assert_int_equal(losses.damaged, 0);
	assert_in_range(losses.lost, count, losses.acknowledged);
	assert_in_range(losses.twice, count / 10, losses.acknowledged);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_acknowledged_outlives_the_loss_of_power),
		cmocka_unit_test(with_synchronous_normal_the_same_test_finds_losses),
	};

	power_vfs_install();
	return cmocka_run_group_tests_name("power loss", tests, NULL, NULL);
}
