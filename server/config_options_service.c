/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The options of a service block.
 */
#include "server/config_option_rows.h"

#include "server/config_values.h"

#define SERVICE(field) offsetof(struct ac_service_settings, field)

static const struct ac_choice first_prompts[] = {
	{ "password", AC_FIRST_PROMPT_PASSWORD },
	{ "ask", AC_FIRST_PROMPT_ASK },
	{ NULL, 0 },
};

static const struct ac_option rows[] = {
	{ .row = { "service", "acr", "text", "",
		   "the class of authentication that signing in with it is", AT_RELOAD },
	  .kind = AC_OPTION_TEXT,
	  .offset = SERVICE(service.acr),
	  .check = ac_value_word,
	  .allowed = "1 to 128 printable characters without space" },
	{ .row = { "service", "level", "number", "0",
		   "a higher one satisfies who asks for a lower; 0 is outside the order",
		   AT_RELOAD },
	  .kind = AC_OPTION_NUMBER,
	  .offset = SERVICE(service.level),
	  .max = 1000000 },
	{ .row = { "service", "amr", "list", "", "methods it uses (RFC 8176)", AT_RELOAD },
	  .kind = AC_OPTION_LIST,
	  .offset = SERVICE(amr),
	  .check = ac_value_word,
	  .allowed = "a word such as pwd or otp" },
	{ .row = { "service", "first_prompt", "word", "password",
		   "ask: the sign-in page asks for the name alone", AT_RELOAD },
	  .kind = AC_OPTION_CHOICE,
	  .offset = SERVICE(service.first_prompt),
	  .choices = first_prompts },
};

AC_OPTION_TABLE(ac_service_options, "service");
