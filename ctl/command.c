/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See command.h.
 */
#include "ctl/command.h"

#include <string.h>

#include "ctl/audit.h"
#include "ctl/audit_verify.h"
#include "ctl/client.h"
#include "ctl/config.h"
#include "ctl/db.h"
#include "ctl/grant.h"
#include "ctl/key.h"
#include "ctl/pam_test.h"
#include "ctl/session.h"
#include "ctl/setup.h"
#include "ctl/status.h"
#include "ctl/token.h"
#include "ctl/user.h"
#include "ctl/user_export.h"

static const struct ac_ctl_command commands[] = {
	{ "audit", "list", "[--user NAME | --sub SUB] [--client ID] [--since TIME] [--until TIME]",
	  0, 0, ac_ctl_audit_list, "what was decided, the newest first" },
	{ "audit", "verify", "[--head HEAD]", 0, 0, ac_ctl_audit_verify,
	  "are the records what was written? 5 when one was changed, put in or taken away" },
	{ "client", "add",
	  "[--for PRESET --url URL] [--id ID] [--redirect-uri URI]... [--set OPTION=VALUE]...", 0,
	  0, ac_ctl_client_add, "register an application, and print what it is to be told" },
	{ "client", "disable", "ID", 1, 1, ac_ctl_client_disable,
	  "refuse everything from a client; all that it got is dead" },
	{ "client", "edit", "ID [--set OPTION=VALUE]... [--unset OPTION]...", 1, 1,
	  ac_ctl_client_edit, "change what a client is registered with" },
	{ "client", "enable", "ID", 1, 1, ac_ctl_client_enable, "serve it again" },
	{ "client", "list", "", 0, 0, ac_ctl_client_list,
	  "all clients, those of files and those of the database" },
	{ "client", "presets", "", 0, 0, ac_ctl_client_presets,
	  "the applications that --for knows" },
	{ "client", "remove", "ID", 1, 1, ac_ctl_client_remove,
	  "forget a client, with all that it got and all consents for it" },
	{ "client", "rotate-secret", "ID [--keep-old TIME] [--secret-file FILE]", 1, 1,
	  ac_ctl_client_rotate, "give a client another secret, and print it" },
	{ "client", "show", "ID", 1, 1, ac_ctl_client_show,
	  "all that a client is registered with" },
	{ "config", "check", "[FILE] [--daemon PATH]", 0, 1, ac_ctl_config_check,
	  "is the configuration good? read as the daemon would, by the daemon" },
	{ "explain", "", "NUMBER", 1, 1, ac_ctl_explain,
	  "why the request of that number was refused, and what to do" },
	{ "db", "backup", "FILE [--state-dir DIR] [--force]", 1, 1, ac_ctl_db_backup,
	  "copy the database while it is served from" },
	{ "db", "check", "[FILE] [--state-dir DIR] [--quick]", 0, 1, ac_ctl_db_check,
	  "look through the database, or a backup, and count what is in it" },
	{ "db", "restore", "FILE [--state-dir DIR]", 1, 1, ac_ctl_db_restore,
	  "serve from a backup again, with every session and token of it ended" },
	{ "grant", "list", "[--user USER | --sub SUB] [--client CLIENT] [--all]", 0, 0,
	  ac_ctl_grant_list, "what people have consented to" },
	{ "grant", "revoke", "USER CLIENT", 2, 2, ac_ctl_grant_revoke,
	  "what CLIENT got of USER until now is dead, and consent is asked for anew" },
	{ "key", "list", "", 0, 0, ac_ctl_key_list, "the keys that tokens are signed with" },
	{ "key", "rotate", "[--at-once]", 0, 0, ac_ctl_key_rotate,
	  "make new keys, which sign when everybody can have them" },
	{ "key", "withdraw", "KID", 1, 1, ac_ctl_key_withdraw,
	  "somebody else has this key: refuse what it has signed, and sign with another" },
	{ "master-key", "rotate", "", 0, 0, ac_ctl_master_key_rotate,
	  "seal everything in the database under a new master.key" },
	{ "pam-test", "", "USER [--service NAME] [--direct]", 1, 1, ac_ctl_pam_test,
	  "sign USER in here on the terminal, as the sign-in page would, and say what came of it" },
	{ "session", "end", "ID", 1, 1, ac_ctl_session_end,
	  "end a session with all its tokens, and tell the clients that want to hear of it" },
	{ "session", "list", "[--user USER | --sub SUB] [--all]", 0, 0, ac_ctl_session_list,
	  "who is signed in" },
	{ "setup", "", "--issuer URL (--tls-cert FILE --tls-key FILE | --behind PROXY) [--force]",
	  0, 0, ac_ctl_setup, "configure a new server and start it" },
	{ "token", "inspect", "", 0, 0, ac_ctl_token_inspect,
	  "what the token on standard input is, and why it is good or not" },
	{ "status", "", "", 0, 0, ac_ctl_status,
	  "how the daemon is; 1 when something is wrong with which nobody can sign in" },
	{ "user", "erase", "USER | --sub SUB --yes", 0, 1, ac_ctl_user_erase,
	  "forget a person: nothing is left but a sub that is never given again" },
	{ "user", "export", "USER | --sub SUB", 0, 1, ac_ctl_user_export,
	  "all that is known of a person, as JSON" },
	{ "user", "list", "[--user USER] [--all]", 0, 0, ac_ctl_user_list,
	  "everybody who has ever signed in and is not gone" },
	{ "user", "relink", "OLD NEW [--replace]", 2, 2, ac_ctl_user_relink,
	  "the account OLD was renamed NEW: keep its subject, sessions and tokens" },
	{ "user", "revoke", "USER | --sub SUB", 0, 1, ac_ctl_user_revoke,
	  "end all that a person has: sessions, tokens, codes, consents" },
	{ "user", "show", "USER | --sub SUB [--all]", 0, 1, ac_ctl_user_show,
	  "a person, with its sessions, consents and authorizations" },
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
		bool single = commands[i].verb[0] == '\0';

		if (strcmp(commands[i].group, group) == 0 &&
		    (single || strcmp(commands[i].verb, verb) == 0))
			return &commands[i];
	}
	return NULL;
}
