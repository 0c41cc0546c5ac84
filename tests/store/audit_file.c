/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See audit_file.h.
 */
#include "audit_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "raw_sql.h"

int
audit_file_set_up(void **state)
{
	struct fixture *f = fixture_new(&backends[backend_count - 1]);

	assert_true(f->backend->durable);
	*state = f;
	return 0;
}

void
leave_record_from(struct fixture *f, int64_t subject_id, const char *rhost)
{
	struct authcode_operation op = op_client_token(f);

	f->now++;
	op.now_ms = f->now;
	op.audit = (struct authcode_audit){ .wanted = true,
					    .client_id = "robot",
					    .rhost = rhost,
					    .reason = "because",
					    .txn = f->now << 21,
					    .subject_id = subject_id };
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

void
leave_record(struct fixture *f, int64_t subject_id)
{
	leave_record_from(f, subject_id, "192.0.2.7");
}

void
leave_records(struct fixture *f)
{
	int64_t ana = person(f, "ana", 1001), bob = person(f, "bob", 1002);
	const int64_t whose[] = { 0, ana, bob, 0, ana, bob, 0, ana };

	for (size_t i = 0; i < AC_ARRAY_SIZE(whose); i++)
		leave_record(f, whose[i]);
	forget(f, bob);
}

int64_t
person(struct fixture *f, const char *name, uint32_t uid)
{
	return session_of(f, sign_in_as(f, name, uid, name)).subject.id;
}

void
forget(struct fixture *f, int64_t subject_id)
{
	struct authcode_operation op = op_erase(f, subject_id, AUTHCODE_PURGE_MAX);

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_true(op.u.erase_subject.ret_whole);
}

void
tamper(const struct fixture *f, const char *sql)
{
	if (execute(f->path, sql) == 0)
		fail_msg("%s: nothing is changed", sql);
}

static void
copy_file(const char *from, const char *to)
{
	char *bytes = malloc(1024 * 1024);
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	size_t len;

	assert_non_null(bytes);
	assert_non_null(in);
	assert_non_null(out);
	len = fread(bytes, 1, 1024 * 1024, in);
	assert_true(len > 0 && len < 1024 * 1024);
	assert_int_equal(fwrite(bytes, 1, len, out), len);
	assert_int_equal(fclose(in), 0);
	assert_int_equal(fclose(out), 0);
	free(bytes);
}

void
keep_file(struct fixture *f)
{
	char kept[160];

	authcode_store_close(&f->store);
	snprintf(kept, sizeof(kept), "%s.kept", f->path);
	copy_file(f->path, kept);
}

void
restore_file(struct fixture *f)
{
	char kept[160];

	authcode_store_close(&f->store);
	snprintf(kept, sizeof(kept), "%s.kept", f->path);
	copy_file(kept, f->path);
}

void
assert_found(struct fixture *f, const char *what, const char *fault, int64_t seq)
{
	for (uint32_t limit = 1; limit < 12; limit += 2) {
		const struct authcode_audit_check check = check_audit(f, limit);
		const char *found = authcode_audit_fault_name(check.ret_fault);

		if (strcmp(found, fault) != 0 || check.ret_fault_seq != seq)
			fail_msg("%s, pages of %u: %s %lld", what, limit, found,
				 (long long)check.ret_fault_seq);
	}
}
