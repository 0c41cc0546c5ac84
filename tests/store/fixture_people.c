/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See fixture_people.h.
 */
#include "fixture_people.h"

#include "base/attr.h"

int64_t
code_for(struct fixture *f, int64_t session, const char *client_id)
{
	struct authcode_operation op = op_issue(f, session);

	op.u.issue_code.code.client_id = client_id;
	op.u.issue_code.remember = true;
	op.u.issue_code.consented_scope = "profile";
	op.u.issue_code.tell_logout = true;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	return op.u.issue_code.ret_code_id;
}

size_t
waiting(struct fixture *f)
{
	struct authcode_delivery_view views[16];
	size_t count = 0;

	assert_int_equal(authcode_store_list_deliveries(f->store, INT64_MAX, 1000, f->arena, views,
							AC_ARRAY_SIZE(views), &count),
			 AUTHCODE_OK);
	return count;
}

size_t
rows_of(struct fixture *f, enum authcode_list_kind kind, int64_t subject_id)
{
	struct authcode_list list = { .kind = kind,
				      .subject_id = subject_id,
				      .look = AUTHCODE_LIST_MAX,
				      .after_client = "" };
	static struct authcode_listed rows[AUTHCODE_LIST_MAX];

	assert_int_equal(authcode_store_list(f->store, &list, f->arena, rows), AUTHCODE_OK);
	assert_false(list.ret_more);
	return list.ret_count;
}
