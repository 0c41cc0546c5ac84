/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the daemon has done since it was started, in numbers (GET /metrics, text
 * format of Prometheus). Counting is a relaxed addition: nothing waits for it, and
 * nobody is named.
 */
#ifndef AC_SERVER_METRICS_H
#define AC_SERVER_METRICS_H

#include <stdint.h>

#include <authcode/store.h>

#include "base/attr.h"
#include "server/event.h"
#include "server/http.h"

struct ac_metrics;

/* NULL: no memory. */
AC_MUST_USE struct ac_metrics *ac_metrics_new(void);
void ac_metrics_free(struct ac_metrics **metrics);

/* A request has ended. path: below the issuer's, or NULL; status 0: without an answer. */
void ac_metrics_request(struct ac_metrics *metrics, const char *path, unsigned status,
			int64_t took_us);

void ac_metrics_event(struct ac_metrics *metrics, enum ac_event event,
		      const struct ac_event_fields *fields);

/* How often it has happened since the start. */
AC_MUST_USE uint64_t ac_metrics_count(const struct ac_metrics *metrics, enum ac_event event);

/* An operation is durable, or has failed. */
void ac_metrics_operation(struct ac_metrics *metrics, const struct authcode_operation *operation);

enum ac_step ac_metrics_start(struct ac_app *app, struct ac_http *h);

#endif
