/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The memory store on lists (<authcode/list.h>): where the rows of each kind are, whose
 * they are, and how one is shown.
 */
#include "store/memory.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "store/list.h"

/* A row, and whose it is. */
struct seen {
	int64_t id;
	int64_t subject_id;
	const char *name; /* of the client; of a subject, its account */
};

static struct seen
see_subject(const struct ac_memory *memory, const void *row)
{
	const struct authcode_subject *subject = row;

	(void)memory;
	return (struct seen){ subject->id, subject->id, subject->user_name };
}

static struct seen
see_session(const struct ac_memory *memory, const void *row)
{
	const struct authcode_session *session = row;

	(void)memory;
	return (struct seen){ session->id, session->subject_id, "" };
}

static struct seen
see_code(const struct ac_memory *memory, const void *row)
{
	const struct authcode_code *code = row;

	(void)memory;
	return (struct seen){ code->id, code->subject_id, code->client_id };
}

static struct seen
see_family(const struct ac_memory *memory, const void *row)
{
	const struct authcode_family *family = row;

	(void)memory;
	return (struct seen){ family->id, family->subject_id, family->client_id };
}

static struct seen
see_token(const struct ac_memory *memory, const void *row)
{
	const struct authcode_token *token = row;
	struct seen seen = see_family(memory, ac_table_find(&memory->families, token->family_id));

	seen.id = token->id;
	return seen;
}

static struct seen
see_device(const struct ac_memory *memory, const void *row)
{
	const struct authcode_device *device = row;

	(void)memory;
	return (struct seen){ device->id, device->subject_id, device->client_id };
}

static struct seen
see_delivery(const struct ac_memory *memory, const void *row)
{
	const struct authcode_delivery *delivery = row;

	(void)memory;
	return (struct seen){ delivery->id, delivery->subject_id, delivery->client_id };
}

static void
view_subject(const struct ac_memory *memory, int64_t id, struct authcode_listed *ret)
{
	ret->u.subject = *(struct authcode_subject *)ac_table_find(&memory->subjects, id);
}

static void
view_session(const struct ac_memory *memory, int64_t id, struct authcode_listed *ret)
{
	(void)ac_memory_view_session(memory, id, &ret->u.session);
}

static void
view_code(const struct ac_memory *memory, int64_t id, struct authcode_listed *ret)
{
	(void)ac_memory_view_code(memory, id, &ret->u.code);
}

static void
view_family(const struct ac_memory *memory, int64_t id, struct authcode_listed *ret)
{
	ac_memory_view_family(memory, ac_table_find(&memory->families, id), &ret->u.family);
}

static void
view_token(const struct ac_memory *memory, int64_t id, struct authcode_listed *ret)
{
	(void)ac_memory_view_token(memory, id, &ret->u.token);
}

static void
view_device(const struct ac_memory *memory, int64_t id, struct authcode_listed *ret)
{
	(void)ac_memory_view_device(memory, id, &ret->u.device);
}

static void
view_delivery(const struct ac_memory *memory, int64_t id, struct authcode_listed *ret)
{
	(void)ac_memory_view_delivery(memory, id, &ret->u.delivery);
}

/* The parts of a listed row that have texts of their own. */
struct part {
	const struct ac_row_type *type;
	size_t offset; /* in struct authcode_listed */
};

#define PART(row, member)                                                                          \
	{                                                                                          \
		&ac_row_##row, offsetof(struct authcode_listed, u.member)                          \
	}

static const struct {
	size_t table; /* its offset in struct ac_memory */
	struct seen (*see)(const struct ac_memory *memory, const void *row);
	void (*view)(const struct ac_memory *memory, int64_t id, struct authcode_listed *ret);
	struct part parts[4];
} kinds[AUTHCODE_LIST_COUNT] = {
	[AUTHCODE_LIST_SUBJECTS] = { offsetof(struct ac_memory, subjects),
				     see_subject,
				     view_subject,
				     { PART(subject, subject) } },
	[AUTHCODE_LIST_SESSIONS] = { offsetof(struct ac_memory, sessions),
				     see_session,
				     view_session,
				     { PART(session, session.session),
				       PART(subject, session.subject) } },
	[AUTHCODE_LIST_CODES] = { offsetof(struct ac_memory, codes),
				  see_code,
				  view_code,
				  { PART(code, code.code), PART(subject, code.subject),
				    PART(session, code.session) } },
	[AUTHCODE_LIST_FAMILIES] = { offsetof(struct ac_memory, families),
				     see_family,
				     view_family,
				     { PART(family, family.family), PART(subject, family.subject),
				       PART(session, family.session) } },
	[AUTHCODE_LIST_TOKENS] = { offsetof(struct ac_memory, tokens),
				   see_token,
				   view_token,
				   { PART(token, token.token), PART(family, token.family),
				     PART(subject, token.subject), PART(session, token.session) } },
	[AUTHCODE_LIST_DEVICES] = { offsetof(struct ac_memory, devices),
				    see_device,
				    view_device,
				    { PART(device, device.device), PART(subject, device.subject),
				      PART(session, device.session) } },
	[AUTHCODE_LIST_DELIVERIES] = { offsetof(struct ac_memory, deliveries),
				       see_delivery,
				       view_delivery,
				       { PART(delivery, delivery.delivery),
					 PART(subject, delivery.subject) } },
};

/* Gives every part texts of the arena; one that is absent has id 0 and stays zero. */
static enum authcode_err
keep(enum authcode_list_kind kind, struct authcode_arena *arena, struct authcode_listed *row)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(kinds[kind].parts); i++) {
		const struct part *part = &kinds[kind].parts[i];
		char *at = (char *)row + part->offset;
		enum authcode_err err;
		int64_t id;

		if (part->type == NULL)
			break;
		memcpy(&id, at, sizeof(id));
		err = id == 0 ? AUTHCODE_OK : ac_row_read(part->type, at, arena, at);
		if (err != AUTHCODE_OK)
			return err;
	}
	return AUTHCODE_OK;
}

static enum authcode_err
list_table(const struct ac_memory *memory, struct authcode_list *list, struct authcode_arena *arena,
	   struct authcode_listed *ret)
{
	const struct ac_table *table =
		(const void *)((const char *)memory + kinds[list->kind].table);
	uint32_t looked = 0;

	for (size_t i = 0; i < table->count && looked < list->look; i++) {
		struct seen seen = kinds[list->kind].see(memory, table->rows[i]);
		enum authcode_err err;

		if (seen.id <= list->after_id)
			continue;
		looked++;
		list->after_id = seen.id;
		if (!ac_list_wants(list, seen.subject_id, seen.name))
			continue;
		ret[list->ret_count] = (struct authcode_listed){ 0 };
		kinds[list->kind].view(memory, seen.id, &ret[list->ret_count]);
		err = keep(list->kind, arena, &ret[list->ret_count]);
		if (err != AUTHCODE_OK)
			return err;
		list->ret_count++;
	}
	list->ret_more = looked == list->look;
	return AUTHCODE_OK;
}

/* --- grants, which are in no order --------------------------------------------------- */

static int
compare(int64_t subject_id, const char *client_id, int64_t other_id, const char *other_client)
{
	if (subject_id != other_id)
		return subject_id < other_id ? -1 : 1;
	return strcmp(client_id, other_client);
}

static const struct authcode_grant *
next_grant(const struct ac_memory *memory, int64_t after_id, const char *after_client)
{
	const struct authcode_grant *next = NULL;

	for (const struct ac_memory_grant *g = memory->grants; g != NULL; g = g->next) {
		const struct authcode_grant *row = g->row;

		if (compare(row->subject_id, row->client_id, after_id, after_client) > 0 &&
		    (next == NULL || compare(row->subject_id, row->client_id, next->subject_id,
					     next->client_id) < 0))
			next = row;
	}
	return next;
}

static enum authcode_err
list_grants(const struct ac_memory *memory, struct authcode_list *list,
	    struct authcode_arena *arena, struct authcode_listed *ret)
{
	const struct authcode_grant *grant;
	enum authcode_err err = AUTHCODE_OK;
	uint32_t looked = 0;

	if (list->after_id < list->subject_id)
		list->after_id = list->subject_id;
	while (err == AUTHCODE_OK && looked < list->look &&
	       (grant = next_grant(memory, list->after_id, list->after_client)) != NULL) {
		struct authcode_grant_view *view = &ret[list->ret_count].u.grant;

		if (list->subject_id != 0 && grant->subject_id > list->subject_id)
			break;
		looked++;
		list->after_id = grant->subject_id;
		list->after_client = ac_arena_strdup(arena, grant->client_id);
		if (list->after_client == NULL)
			return AUTHCODE_ERR_MEMORY;
		/* One without client is the mark of revoke_subject. */
		if (grant->client_id[0] == '\0' ||
		    !ac_list_wants(list, grant->subject_id, grant->client_id))
			continue;
		err = ac_row_read(&ac_row_grant, grant, arena, &view->grant);
		if (err == AUTHCODE_OK)
			err = ac_row_read(&ac_row_subject,
					  ac_table_find(&memory->subjects, grant->subject_id),
					  arena, &view->subject);
		list->ret_count += err == AUTHCODE_OK ? 1 : 0;
	}
	list->ret_more = looked == list->look;
	return err;
}

enum authcode_err
ac_memory_list(const struct ac_memory *memory, struct authcode_list *list,
	       struct authcode_arena *arena, struct authcode_listed *ret)
{
	struct authcode_list page = *list;
	enum authcode_err err;

	page.ret_count = 0;
	err = page.kind == AUTHCODE_LIST_GRANTS ? list_grants(memory, &page, arena, ret)
						: list_table(memory, &page, arena, ret);
	if (err == AUTHCODE_OK)
		*list = page;
	return err;
}
