/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The inside of the client registry: one task under way, on the main thread, and the
 * functions that carry tasks out.
 */
#ifndef AC_SERVER_CLIENT_WORK_H
#define AC_SERVER_CLIENT_WORK_H

#include <jansson.h>

#include "server/client_json.h"
#include "server/client_registry.h"
#include "server/client_rows.h"

struct ac_client_work {
	struct authcode_store *store;
	struct authcode_issuer *issuer;
	struct ac_client_task *task;
	struct ac_live *live;
	const struct ac_app *app; /* the generation that it looks at */
	struct ac_client_rows rows;
	int64_t now_ms;
};

/* client_view.c */
void ac_client_list(struct ac_client_work *w);
void ac_client_show(struct ac_client_work *w);
bool ac_client_view_of_file(const struct ac_config *config, const char *id,
			    struct ac_client_view *ret);
/* Where the row of the id is. */
bool ac_client_find_row(const struct ac_client_rows *rows, const char *id, size_t *ret_at);

/* client_put.c */
void ac_client_put(struct ac_client_work *w);

/* The answer of the task: a refusal, whose texts live as long as the task; or an object,
 * which is taken. */
void ac_client_refuse(struct ac_client_work *w, unsigned status, const char *error,
		      const char *why);
void ac_client_answer_take(struct ac_client_work *w, json_t *object);

#endif
