/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The fields of events and the reasons they give (event.h). The table is in the
 * order of struct ac_event_fields, whose members are all texts.
 */
#include "server/event.h"

#include <string.h>

static const struct ac_event_field fields[] = {
	{ "rhost", true,
	  "address of the browser or the client; behind a proxy the one that trusted "
	  "proxies have vouched for" },
	{ "reason", true, "one word of the list of reasons" },
	{ "client", false, "client_id" },
	{ "user", false, "account name; unknown when nobody has proved it" },
	{ "user_mac", true,
	  "32 bits of a keyed hash of a name that nobody has proved: equal for equal "
	  "names while the server runs" },
	{ "uid", true, "number of the account" },
	{ "admin_uid", true, "who asked for it by admin_socket" },
	{ "old", false, "former account name" },
	{ "sub", false, "the person's subject, where no name is to be kept" },
	{ "service", false, "PAM service that is asked" },
	{ "prompts", false,
	  "what PAM modules have asked and told so far, in order: hidden and visible questions, "
	  "info and error messages; more when it was more than fits; never a word of a text" },
	{ "session", true, "number of a session" },
	{ "alg", false, "JWS algorithm" },
	{ "kid", false, "name of a signing key" },
	{ "at_once", true, "yes: new keys sign at once" },
	{ "count", true, "how many" },
	{ "effect", false, "what follows" },
	{ "advice", false, "what to look at" },
	{ "issuer", false, "the server's URL" },
	{ "file", false, "path of the configuration, or of the copy" },
	{ "hash", true,
	  "SHA-256 of the files of the configuration, the main one and those of clients.d, one "
	  "after the other" },
	{ "head", true,
	  "number of the newest record of the audit and, behind a colon, its MAC: what "
	  "authcodectl audit verify --head takes" },
	{ "old_schema", true, "version of the schema before" },
	{ "schema", true, "version of the schema now" },
	{ "by_ms", true, "by how many milliseconds; with a minus, backwards" },
	{ "socket", false, "path of the socket that does not answer" },
	{ "source", false, "where claims came from" },
	{ "url", false, "what was asked for" },
	{ "outcome", false, "how far it came" },
	{ "error", false, "error code of the protocol, or what has failed" },
	{ "operation", true, "what the database was to do" },
	{ "check", false, "the row of the checks of /authorize that refused" },
	{ "method", false, "HTTP method" },
	{ "path", false, "path of the request, without query" },
	{ "status", true, "HTTP status" },
	{ "ms", true, "milliseconds from request line to end" },
	{ "why", false, "a sentence" },
	{ "begun", true, "number of the request that has begun the sign-in" },
	{ "txn", true, "number of the request; error pages show it" },
};

_Static_assert(sizeof(struct ac_event_fields) == sizeof(const char *) * AC_ARRAY_SIZE(fields),
	       "one row per member");

static const struct ac_reason_row reasons[] = {
	{ "bad_credentials",
	  "PAM did not accept the name and what was typed: a wrong password or code, "
	  "or no such account.",
	  "If it is a person you know, reset the password by the means of the host; "
	  "look at the journal of authcode-login for what PAM said." },
	{ "throttled",
	  "Too many wrong passwords were tried for this name or from this address, "
	  "so PAM was not asked.",
	  "Wait a quarter of an hour; see stranger_guesses and address_guesses in "
	  "authcode.conf(5)." },
	{ "busy",
	  "As many sign-ins are under way as may be, in all, from this address or "
	  "with this name.",
	  "Try again; see max_sign_ins in authcode.conf(5)." },
	{ "timeout", "The person did not answer in time, or a PAM module took too long.",
	  "Try again; if a module hangs, look at the journal of authcode-login." },
	{ "cancelled", "The conversation was ended before it had a result.", NULL },
	{ "replaced", "The same browser has begun another sign-in with this name.", NULL },
	{ "stopping", "The server was stopped while the sign-in was under way.", "Sign in again." },
	{ "helper", "authcode-login ended, or said something that it may not say.",
	  "Look at the journal of authcode-login." },
	{ "unavailable", "PAM could not decide: a directory or a module does not answer.",
	  "Look at SSSD or the module that the PAM service names." },
	{ "password_change_due",
	  "The password has expired and must be changed, which this server was not "
	  "let do.",
	  "Change it on the host, or start authcode-passwd.socket." },
	{ "password_not_changed", "The password has expired, and the new one was not accepted.",
	  "Try again with one that the host's rules allow." },
	{ "password_changed",
	  "The password had expired and was changed during the sign-in: what the account had "
	  "before is ended.",
	  "Nothing; applications ask the person to sign in again." },
	{ "session_refused", "PAM said yes, and the session could not be stored.",
	  "See what is wrong with the database or its disk." },
	{ "consented", "The person was asked and has said yes.", NULL },
	{ "refresh_reused",
	  "A refresh token that had been replaced, and so long ago that it is forgotten, was "
	  "presented again.",
	  "Ask the operator of the application: somebody may have copied its tokens." },
	{ "withdrawn", "An administrator has withdrawn the key: somebody else may have it.", NULL },
	{ "not_allowed", "The account may not use this application (allow_users, allow_groups).",
	  "Add the person or one of their groups to the client, and reload." },
	{ "expired", "The account has expired.", "Extend it on the host (chage -E)." },
	{ "locked", "The account is locked (a ! in front of its password hash).",
	  "Unlock it on the host (passwd -u); see lock_means_gone in "
	  "authcode.conf(5)." },
	{ "absent", "There is no such account any more, or the name has another uid.", NULL },
};

const struct ac_event_field *
ac_event_field_at(size_t i)
{
	return i < AC_ARRAY_SIZE(fields) ? &fields[i] : NULL;
}

const char *
ac_event_value(const struct ac_event_row *row, const struct ac_event_fields *values, size_t i)
{
	const char *value;

	if ((row->fields & (UINT64_C(1) << i)) == 0)
		return NULL;
	memcpy(&value, (const char *)values + i * sizeof(value), sizeof(value));
	return value;
}

const struct ac_reason_row *
ac_reason_at(size_t i)
{
	return i < AC_ARRAY_SIZE(reasons) ? &reasons[i] : NULL;
}

const struct ac_reason_row *
ac_reason_find(const char *word)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(reasons); i++) {
		if (strcmp(reasons[i].word, word) == 0)
			return &reasons[i];
	}
	return NULL;
}
