/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See database_world.h.
 */
#include "database_world.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <authcode/database.h>

#include "fixture_device.h"

void
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
}

int
database_set_up(void **state)
{
	static struct world world;
	struct authcode_operation op;

	world = (struct world){ .f = fixture_new(&backends[1]) };
	snprintf(world.copy, sizeof(world.copy), "%s/copy.db", world.f->directory);
	world.session = sign_in(world.f);
	op = op_issue(world.f, world.session);
	op.u.issue_code.remember = true;
	op.u.issue_code.consented_scope = "profile";
	op.u.issue_code.tell_logout = true;
	assert_int_equal(perform(world.f, &op), AUTHCODE_RESULT_DONE);
	world.tokens = redeem(world.f, op.u.issue_code.ret_code_id);
	world.open_code = issue(world.f, world.session);
	(void)new_device(world.f, 1);
	op = op_add_key(world.f, "kid-1", "RS256", 0);
	assert_int_equal(perform(world.f, &op), AUTHCODE_RESULT_DONE);
	*state = &world;
	return 0;
}

int
database_tear_down(void **state)
{
	struct world *world = *state;
	void *fixture = world->f;

	return fixture_tear_down(&fixture);
}

void
copy(struct world *world)
{
	struct authcode_reason reason = { "" };

	make_file(world->copy);
	if (authcode_database_copy(world->f->path, world->copy, NULL, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
}
