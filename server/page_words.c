/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See page_words.h.
 */
#include "server/page_words.h"

#include <stddef.h>
#include <string.h>

#include "base/attr.h"

static const struct ac_notice_words notices[AUTHCODE_NOTICE_COUNT] = {
	[AUTHCODE_NOTICE_NONE] = { .kind = "info", .text = NULL },
	/* One sentence for a wrong password, an unknown, locked or expired account
	 * and an empty field: the page must not tell who exists. */
	[AUTHCODE_NOTICE_FAILED] = { .kind = "error",
				     .text = "The sign-in did not succeed. Check the user name and "
					     "the password, then try again." },
	[AUTHCODE_NOTICE_EXPIRED] = { .kind = "info",
				      .text = "The previous page is no longer valid. Please sign "
					      "in on this one." },
	[AUTHCODE_NOTICE_BUSY] = { .kind = "error",
				   .text = "Too many sign-ins are under way at this moment. Wait "
					   "a little, then try again." },
};

static const struct ac_error_words errors[] = {
	{ "invalid_request", "This request cannot be accepted",
	  "Go back to the application and start again from there. If that leads here once more, "
	  "tell the people who run the application." },
	{ "invalid_client", "This application is not known here",
	  "Tell the people who run the application that it is not registered with this server." },
	{ "unauthorized_client", "This application is not allowed to do this",
	  "Tell the people who run the application that its registration does not cover this." },
	{ "access_denied", "Access was not allowed",
	  "Go back to the application and start again if you want to continue." },
	{ "password_change_required", "Your password has to be changed first",
	  "Sign in to the system itself, change the password there, then start again from the "
	  "application." },
	{ "temporarily_unavailable", "Signing in is not possible at this moment",
	  "Nothing is wrong with your account. Wait a minute, then go back to the application and "
	  "start again." },
	{ "expired_token", "This code is no longer valid",
	  "Start again on the device: it shows another code." },
	{ "not_found", "There is no such page",
	  "Check the address, or go back to the application and start again from there." },
};

static const struct ac_error_words ours = {
	"server_error", "Something went wrong on this server",
	"Nothing has been done. Go back to the application and try again in a while."
};

static const struct ac_error_words theirs = {
	"", "This request cannot be accepted",
	"Go back to the application and start again from there."
};

static const struct {
	const char *scope, *words;
} scopes[] = {
	{ "openid", "know who you are, by an identifier that stays the same" },
	{ "profile", "see your user name and your full name" },
	{ "email", "see your e-mail address" },
	{ "groups", "see the groups you belong to" },
	{ "phone", "see your telephone number" },
	{ "address", "see your postal address" },
	{ "offline_access", "keep this access while you are not using the application" },
};

/* The first row whose words occur decides. */
static const struct {
	const char *words, *token;
} autocompletes[] = {
	{ "new password", "new-password" },
	{ "new unix password", "new-password" },
	{ "new authentication token", "new-password" },
	{ "retype", "new-password" },
	{ "one-time", "one-time-code" },
	{ "one time", "one-time-code" },
	{ "otp", "one-time-code" },
	{ "verification code", "one-time-code" },
	{ "passcode", "one-time-code" },
	{ "second factor", "one-time-code" },
	{ "token", "one-time-code" },
	{ "code", "one-time-code" },
	{ "password", "current-password" },
};

const struct ac_notice_words *
ac_notice_words(enum authcode_notice notice)
{
	if ((size_t)notice >= AC_ARRAY_SIZE(notices))
		notice = AUTHCODE_NOTICE_NONE;
	return &notices[notice];
}

const struct ac_error_words *
ac_error_words(unsigned status, const char *error)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(errors); i++) {
		if (strcmp(errors[i].error, error) == 0)
			return &errors[i];
	}
	return status >= 500 ? &ours : &theirs;
}

const char *
ac_scope_words(const char *scope)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(scopes); i++) {
		if (strcmp(scopes[i].scope, scope) == 0)
			return scopes[i].words;
	}
	return NULL;
}

const char *
ac_prompt_autocomplete(const char *text, bool echo)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(autocompletes); i++) {
		if (strcasestr(text, autocompletes[i].words) != NULL &&
		    (!echo || strstr(autocompletes[i].token, "password") == NULL))
			return autocompletes[i].token;
	}
	return "off";
}
