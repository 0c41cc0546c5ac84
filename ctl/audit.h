/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl audit and explain.
 */
#ifndef AC_CTL_AUDIT_H
#define AC_CTL_AUDIT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/buf.h"
#include "ctl/command.h"

/* The records that a query as of /admin/audit asks for, the newest first, up to max of them;
 * *ret_more: there are others. On AC_CTL_DONE a new array in *ret; else it has been told. */
enum ac_ctl_exit ac_ctl_audit_records(const struct ac_ctl *ctl, const struct ac_buf *query,
				      size_t max, json_t **ret, bool *ret_more);

enum ac_ctl_exit ac_ctl_audit_list(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_explain(const struct ac_ctl *ctl);

#endif
