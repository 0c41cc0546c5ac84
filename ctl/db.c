/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See db.h. The owner of the database makes the copy beside it, and whoever asked puts its
 * bytes where they were wanted: neither needs the rights of the other.
 */
#include "ctl/db.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include <authcode/database.h>

#include "ctl/db_owner.h"
#include "ctl/person.h"
#include "ctl/table.h"

/* --- backup ------------------------------------------------------------------------------- */

struct backup {
	const struct ac_db_place *place;
	int target; /* where the bytes go */
};

static void
tell_progress(void *ctx, uint64_t done, uint64_t total)
{
	(void)ctx;
	if (total > 0 && isatty(STDERR_FILENO) == 1)
		(void)fprintf(stderr, "\r%3u %%%s", (unsigned)(done * 100 / total),
			      done == total ? "\n" : "");
}

/* As the owner. */
static enum ac_ctl_exit
copy_out(void *arg)
{
	const struct authcode_database_progress progress = { .tell = tell_progress };
	const struct backup *backup = arg;
	struct authcode_reason reason = { 0 };
	enum ac_ctl_exit status = AC_CTL_REFUSED;
	char draft[4200];
	int fd;

	(void)snprintf(draft, sizeof(draft), "%s.backup-XXXXXX", backup->place->database);
	fd = mkostemp(draft, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return ac_db_refuse("%s: %s", backup->place->directory, strerror(errno));
	if (authcode_database_copy(backup->place->database, draft, &progress, &reason) !=
	    AUTHCODE_OK)
		(void)ac_db_refuse("%s", reason.text);
	else if (!ac_db_copy_bytes(fd, backup->target))
		(void)ac_db_refuse("the backup cannot be written: %s", strerror(errno));
	else
		status = AC_CTL_DONE;
	(void)close(fd);
	(void)unlink(draft);
	return status;
}

static bool
sync_directory(const char *path)
{
	char *copy = strdup(path);
	int fd = copy != NULL ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	bool synced = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	free(copy);
	return synced;
}

/* Under its name only when it is whole and on the disk. */
static enum ac_ctl_exit
make_backup(const struct ac_db_place *place, const char *path, const char *draft, int fd)
{
	struct backup backup = { .place = place, .target = fd };
	enum ac_ctl_exit status = ac_db_as_owner(place, copy_out, &backup);

	if (status != AC_CTL_DONE)
		return status;
	if (fsync(fd) != 0 || rename(draft, path) != 0 || !sync_directory(path))
		return ac_db_refuse("%s: %s", path, strerror(errno));
	return AC_CTL_DONE;
}

static enum ac_ctl_exit
tell_backup(const struct ac_ctl *ctl, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return ac_db_refuse("%s: %s", path, strerror(errno));
	if (ctl->json)
		return ac_ctl_print_json_take(
			json_pack("{s:s, s:I}", "file", path, "bytes", (json_int_t)st.st_size));
	(void)printf("%s: %lld bytes, whole; master.key is not in it and belongs beside it\n", path,
		     (long long)st.st_size);
	return AC_CTL_DONE;
}

enum ac_ctl_exit
ac_ctl_db_backup(const struct ac_ctl *ctl)
{
	const char *path = ctl->arguments[0];
	enum ac_ctl_exit status;
	struct ac_db_place place;
	char draft[4200];
	int fd = -1;

	status = ac_db_place_open(ctl, &place);
	if (status == AC_CTL_DONE && access(path, F_OK) == 0 && ac_ctl_option(ctl, "force") == NULL)
		status = ac_db_refuse("%s is there; --force replaces it", path);
	if (status == AC_CTL_DONE) {
		(void)snprintf(draft, sizeof(draft), "%.4100s.new-XXXXXX", path);
		fd = mkostemp(draft, O_CLOEXEC); /* mode 0600 */
		if (fd < 0)
			status = ac_db_refuse("%s: %s", path, strerror(errno));
	}
	if (status == AC_CTL_DONE) {
		status = make_backup(&place, path, draft, fd);
		if (status != AC_CTL_DONE)
			(void)unlink(draft);
		(void)close(fd);
	}
	ac_db_place_close(&place);
	return status == AC_CTL_DONE ? tell_backup(ctl, path) : status;
}

/* --- check -------------------------------------------------------------------------------- */

struct check {
	const struct ac_ctl *ctl;
	const char *path;
};

static json_t *
report_json(const struct check *check, const struct authcode_database_report *report)
{
	json_t *tables = json_object(), *all;

	for (size_t i = 0; i < report->table_count; i++) {
		const struct authcode_database_table *table = &report->tables[i];
		json_t *row = json_pack("{s:I}", "rows", (json_int_t)table->rows);

		if (table->live >= 0)
			(void)json_object_set_new(row, "live", json_integer(table->live));
		(void)json_object_set_new(tables, table->name, row);
	}
	all = json_pack("{s:s, s:b, s:i, s:I, s:I, s:s, s:o}", "file", check->path, "whole",
			report->fault_count == 0, "schema", report->schema, "bytes",
			(json_int_t)report->bytes, "faults", (json_int_t)report->fault_count,
			"first_fault", report->first_fault, "tables", tables);
	if (all != NULL && report->records_missing >= 0)
		(void)json_object_set_new(all, "records_missing",
					  json_integer(report->records_missing));
	return all;
}

static enum ac_ctl_exit
report_table(const struct check *check, const struct authcode_database_report *report)
{
	static const char *const headings[] = { "TABLE", "ROWS", "LIVE" };
	struct ac_ctl_table table;
	bool printed;

	(void)printf("%s: schema %d, %llu bytes, %s\n", check->path, report->schema,
		     (unsigned long long)report->bytes,
		     report->fault_count == 0 ? "whole" : "DAMAGED");
	if (report->fault_count > 0) {
		ac_ctl_print_safe(stdout, report->first_fault);
		(void)printf("%s\n", report->fault_count > 1 ? ", and more" : "");
	}
	if (report->records_missing > 0)
		(void)printf("audit: %lld records are MISSING; authcodectl audit verify names "
			     "them\n",
			     (long long)report->records_missing);
	ac_ctl_table_init(&table, headings, AC_ARRAY_SIZE(headings));
	for (size_t i = 0; i < report->table_count; i++) {
		ac_ctl_table_text(&table, report->tables[i].name);
		ac_ctl_table_number(&table, report->tables[i].rows);
		ac_ctl_table_number(&table, report->tables[i].live);
	}
	printed = ac_ctl_table_print(&table, stdout);
	ac_ctl_table_clear(&table);
	return printed ? AC_CTL_DONE : AC_CTL_REFUSED;
}

static enum ac_ctl_exit
examine(void *arg)
{
	const struct check *check = arg;
	const bool quick = ac_ctl_option(check->ctl, "quick") != NULL;
	struct authcode_database_report report;
	struct authcode_reason reason = { 0 };
	enum ac_ctl_exit status;
	enum authcode_err err = authcode_database_examine(check->path, (int64_t)time(NULL) * 1000,
							  quick, &report, &reason);

	if (err != AUTHCODE_OK) {
		(void)ac_db_refuse("%s", reason.text);
		return err == AUTHCODE_ERR_FOREIGN ? AC_CTL_DAMAGED : AC_CTL_REFUSED;
	}
	status = check->ctl->json ? ac_ctl_print_json_take(report_json(check, &report))
				  : report_table(check, &report);
	return status == AC_CTL_DONE && (report.fault_count > 0 || report.records_missing > 0)
		       ? AC_CTL_DAMAGED
		       : status;
}

/* A backup is looked at by whoever has it. */
enum ac_ctl_exit
ac_ctl_db_check(const struct ac_ctl *ctl)
{
	struct check check = { .ctl = ctl };
	enum ac_ctl_exit status;
	struct ac_db_place place;

	if (ctl->argument_count == 1) {
		check.path = ctl->arguments[0];
		return examine(&check);
	}
	status = ac_db_place_open(ctl, &place);
	check.path = place.database;
	if (status == AC_CTL_DONE)
		status = ac_db_as_owner(&place, examine, &check);
	ac_db_place_close(&place);
	return status;
}
