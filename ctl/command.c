/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See command.h.
 */
#include "ctl/command.h"

#include <string.h>

#include "ctl/key.h"
#include "ctl/user.h"

static const struct ac_ctl_command commands[] = {
	{ "key", "list", "", 0, 0, ac_ctl_key_list, "the keys that tokens are signed with" },
	{ "key", "rotate", "[--at-once]", 0, 0, ac_ctl_key_rotate,
	  "make new keys, which sign when everybody can have them" },
	{ "key", "withdraw", "KID", 1, 1, ac_ctl_key_withdraw,
	  "somebody else has this key: refuse what it has signed, and sign with another" },
	{ "master-key", "rotate", "", 0, 0, ac_ctl_master_key_rotate,
	  "seal everything in the database under a new master.key" },
	{ "user", "relink", "OLD NEW [--replace]", 2, 2, ac_ctl_user_relink,
	  "the account OLD was renamed NEW: keep its subject, sessions and tokens" },
	{ "user", "withdraw", "USER CLIENT", 2, 2, ac_ctl_user_withdraw,
	  "what CLIENT got of USER until now is dead, and consent is asked for anew" },
};

const struct ac_ctl_command *
ac_ctl_command_at(size_t i)
{
	return i < AC_ARRAY_SIZE(commands) ? &commands[i] : NULL;
}

const struct ac_ctl_command *
ac_ctl_command_find(const char *group, const char *verb)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].group, group) == 0 && strcmp(commands[i].verb, verb) == 0)
			return &commands[i];
	}
	return NULL;
}
