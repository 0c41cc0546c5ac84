/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See audit_verify.h. The daemon has the key, so it is the daemon that looks, a page at a
 * time. Behind a fault it goes on, so that all that was done is told, up to a bound.
 */
#include "ctl/audit_verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/form.h"
#include "ctl/admin_request.h"
#include "ctl/person.h"
#include "ctl/table.h"

#define MAX_QUERY 256
#define MAX_FAULTS 100

struct fault {
	char kind[24];
	json_int_t seq, last;
};

/* All pages so far. */
struct walk {
	json_int_t records, emptied, shortened, first, last, newest;
	bool older, begun;
	bool failed; /* there are faults, and what is behind them nobody could look at */
	char head[96];
	struct fault faults[MAX_FAULTS];
	size_t count;
	char next[24]; /* "": that was all */
};

static json_int_t
number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static void
copy_text(const json_t *object, const char *name, char *ret, size_t size)
{
	(void)snprintf(ret, size, "%s", ac_ctl_text_of(object, name));
}

static void
take_page(struct walk *walk, const json_t *answer)
{
	const json_int_t checked = number(answer, "checked");
	struct fault *fault = &walk->faults[walk->count];

	walk->first = walk->records == 0 ? number(answer, "first") : walk->first;
	walk->last = checked > 0 ? number(answer, "first") + checked - 1 : walk->last;
	walk->records += checked;
	walk->emptied += number(answer, "emptied");
	walk->shortened += number(answer, "shortened");
	walk->newest = number(answer, "newest");
	walk->older = json_is_true(json_object_get(answer, "older"));
	copy_text(answer, "head", walk->head, sizeof(walk->head));
	copy_text(answer, "fault", fault->kind, sizeof(fault->kind));
	copy_text(answer, fault->kind[0] != '\0' ? "resume" : "next", walk->next,
		  sizeof(walk->next));
	if (fault->kind[0] == '\0')
		return;
	fault->seq = number(answer, "seq");
	fault->last = number(answer, "last");
	walk->begun = true;
	walk->count++;
}

static enum ac_ctl_exit
ask_page(const struct ac_ctl *ctl, struct walk *walk)
{
	json_t *answer = NULL;
	enum ac_ctl_exit status;
	const char *head = ac_ctl_option(ctl, "head");
	/* Once there are faults the answer is theirs: why there is no page is a sentence. */
	struct ac_ctl asker = *ctl;
	struct ac_buf query;

	asker.json = ctl->json && walk->count == 0;
	ac_buf_init(&query, MAX_QUERY);
	if (head != NULL)
		ac_form_put(&query, "head", head);
	if (walk->next[0] != '\0')
		ac_form_put(&query, "after", walk->next);
	if (walk->begun)
		ac_form_put(&query, "begun", "yes");
	status = AC_CTL_USAGE;
	/* An empty one would be taken for none. */
	if (ac_buf_ok(&query) && (head == NULL || head[0] != '\0'))
		status = ac_admin_get(&asker, "/admin/audit/verify", &query, &answer);
	else
		(void)fprintf(stderr, "authcodectl: --head is no head\n");
	ac_buf_clear(&query);
	if (status == AC_CTL_DONE && !json_is_integer(json_object_get(answer, "checked"))) {
		(void)fprintf(stderr, "authcodectl: the answer is not one of authcoded\n");
		json_decref(answer);
		status = AC_CTL_UNREACHABLE;
	}
	if (status != AC_CTL_DONE)
		return status;
	take_page(walk, answer);
	json_decref(answer);
	return status;
}

/* Records are written meanwhile: there may be more than there were. Why a page is not to be had is
 * said by who has asked, over what stands there. */
static void
tell_progress(const struct walk *walk)
{
	const json_int_t all = walk->newest - walk->first + 1;

	if (walk->next[0] != '\0' && all > 0 && isatty(STDERR_FILENO) == 1)
		(void)fprintf(stderr, "%3u %%\r",
			      (unsigned)(walk->records < all ? walk->records * 100 / all : 99));
}

/* Not all was looked at. */
static bool
is_cut(const struct walk *walk)
{
	return walk->failed || (walk->count == MAX_FAULTS && walk->next[0] != '\0');
}

/* The first fault is beside the list too, for who asks for no more. */
static bool
put_faults(json_t *all, const struct walk *walk)
{
	json_t *faults = json_array();
	bool ok = json_object_set_new(all, "faults", faults) == 0;

	for (size_t i = 0; ok && i < walk->count; i++) {
		const struct fault *fault = &walk->faults[i];
		json_t *row = json_pack("{s:s, s:I}", "fault", fault->kind, "seq", fault->seq);

		if (fault->last > fault->seq)
			ok = json_object_set_new(row, "last", json_integer(fault->last)) == 0;
		ok = json_array_append_new(faults, row) == 0 && ok;
	}
	return ok && json_object_set_new(all, "fault", json_string(walk->faults[0].kind)) == 0 &&
	       json_object_set_new(all, "seq", json_integer(walk->faults[0].seq)) == 0 &&
	       json_object_set_new(all, "more_faults", json_boolean(is_cut(walk))) == 0;
}

static enum ac_ctl_exit
print_json(const struct walk *walk)
{
	json_t *all =
		json_pack("{s:b, s:I, s:I, s:I, s:I, s:b, s:s}", "whole", walk->count == 0,
			  "records", walk->records, "first", walk->first, "emptied", walk->emptied,
			  "shortened", walk->shortened, "older", walk->older, "head", walk->head);

	if (all != NULL && walk->count > 0 && !put_faults(all, walk)) {
		json_decref(all);
		all = NULL;
	}
	return ac_ctl_print_json_take(all);
}

static void
print_text(const struct walk *walk)
{
	char line[96];

	(void)snprintf(line, sizeof(line), "%lld", (long long)walk->records);
	ac_ctl_show_text(stdout, "records", line);
	if (walk->records > 0) {
		(void)snprintf(line, sizeof(line), "%lld to %lld", (long long)walk->first,
			       (long long)walk->last);
		ac_ctl_show_text(stdout, "numbers", line);
	}
	if (walk->emptied > 0) {
		(void)snprintf(line, sizeof(line), "%lld, of people who were forgotten",
			       (long long)walk->emptied);
		ac_ctl_show_text(stdout, "without address", line);
	}
	if (walk->shortened > 0) {
		(void)snprintf(line, sizeof(line), "%lld, whose time for the whole one is over",
			       (long long)walk->shortened);
		ac_ctl_show_text(stdout, "network alone", line);
	}
	if (walk->older)
		ac_ctl_show_text(stdout, "older",
				 "there are records of before the chain, "
				 "which nothing vouches for");
	ac_ctl_show_text(stdout, "head", walk->head);
}

/* What has happened, in a sentence. */
static void
tell_fault(const struct fault *fault)
{
	const long long seq = (long long)fault->seq, last = (long long)fault->last;

	if (strcmp(fault->kind, "missing") == 0 && last > seq)
		(void)fprintf(stderr, "authcodectl: records %lld to %lld are missing\n", seq, last);
	else if (strcmp(fault->kind, "missing") == 0)
		(void)fprintf(stderr, "authcodectl: record %lld is missing\n", seq);
	else if (strcmp(fault->kind, "changed") == 0)
		(void)fprintf(stderr, "authcodectl: record %lld is not what was written\n", seq);
	else if (strcmp(fault->kind, "unchained") == 0)
		(void)fprintf(stderr,
			      "authcodectl: there is a record that was put in: audit list "
			      "shows it without a number, or with one from before the first\n");
	else
		(void)fprintf(stderr, "authcodectl: where the records begin is not what was "
				      "written\n");
}

static void
tell_faults(const struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++)
		tell_fault(&walk->faults[i]);
	if (walk->failed)
		(void)fprintf(stderr, "authcodectl: there may be more behind these: nobody has "
				      "looked further, for the reason above\n");
	else if (is_cut(walk))
		(void)fprintf(stderr,
			      "authcodectl: there may be more behind these %d: nobody has "
			      "looked further\n",
			      MAX_FAULTS);
}

/* The record of --head is there, or is the last that was purged: it was compared. */
static bool
is_head_compared(const struct ac_ctl *ctl, const struct walk *walk)
{
	const char *head = ac_ctl_option(ctl, "head");
	const json_int_t first = walk->records > 0 ? walk->first - 1 : walk->newest;

	return head == NULL || strtoll(head, NULL, 10) >= first;
}

enum ac_ctl_exit
ac_ctl_audit_verify(const struct ac_ctl *ctl)
{
	struct walk walk = { 0 };
	enum ac_ctl_exit status;
	bool several = false;

	do {
		status = ask_page(ctl, &walk);
		if (status == AC_CTL_DONE)
			tell_progress(&walk);
		several = several || walk.next[0] != '\0';
	} while (status == AC_CTL_DONE && walk.next[0] != '\0' && walk.count < MAX_FAULTS);
	if (several && isatty(STDERR_FILENO) == 1)
		(void)fprintf(stderr, "     \r");
	walk.failed = status != AC_CTL_DONE && walk.count > 0;
	if (status != AC_CTL_DONE && !walk.failed)
		return status;
	if (ctl->json)
		status = print_json(&walk);
	else
		print_text(&walk);
	if (walk.count == 0 && is_head_compared(ctl, &walk))
		return status;
	if (walk.count == 0) {
		(void)fprintf(stderr, "authcodectl: the record of --head was purged since: whether "
				      "it was that one nobody can say\n");
		return AC_CTL_REFUSED;
	}
	if (!ctl->json)
		tell_faults(&walk);
	return AC_CTL_DAMAGED;
}
