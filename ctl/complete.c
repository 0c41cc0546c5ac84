/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See complete.h.
 */
#include "ctl/complete.h"

#include <stdio.h>
#include <string.h>

#include "ctl/options.h"

#define NAME_OF_A_FILE ":file"

/* What has been typed before the last word. */
struct typed {
	const char *group, *verb;
	size_t arguments;                   /* behind the verb */
	const struct ac_ctl_option *option; /* whose value the last word is; NULL: none */
};

static const struct ac_ctl_option *
option_named(const char *name)
{
	const struct ac_ctl_option *option;

	for (size_t i = 0; (option = ac_ctl_option_at(i)) != NULL; i++) {
		if (strcmp(option->name, name) == 0)
			return option;
	}
	return NULL;
}

static void
take_option(struct typed *typed, const char *name)
{
	const struct ac_ctl_option *option = option_named(name);

	/* "--name=value" names none, and needs nothing more. */
	if (option != NULL && option->argument[0] != '\0')
		typed->option = option;
}

static struct typed
read_words(char *const *words, size_t count)
{
	struct typed typed = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (typed.option != NULL)
			typed.option = NULL;
		else if (strncmp(words[i], "--", 2) == 0)
			take_option(&typed, words[i] + 2);
		else if (typed.group == NULL) {
			typed.group = words[i];
			/* a group that is the command has no verb to wait for */
			if (ac_ctl_command_find(words[i], "") != NULL)
				typed.verb = "";
		} else if (typed.verb == NULL)
			typed.verb = words[i];
		else
			typed.arguments++;
	}
	return typed;
}

static void
offer(const char *before, const char *word, const char *begun)
{
	size_t len = strlen(before), given = strlen(begun);

	if (strncmp(before, begun, given < len ? given : len) != 0)
		return;
	if (given <= len || strncmp(word, begun + len, given - len) == 0)
		(void)printf("%s%s\n", before, word);
}

/* Is what stands there the name of a file? Arguments are named by what they are. */
static bool
names_file(const char *argument)
{
	return strncmp(argument, "FILE", 4) == 0 || strncmp(argument, "PATH", 4) == 0 ||
	       strncmp(argument, "DIR", 3) == 0;
}

static void
offer_options(const struct ac_ctl_command *command, const char *begun)
{
	const struct ac_ctl_option *option;

	for (size_t i = 0; (option = ac_ctl_option_at(i)) != NULL; i++) {
		bool fits = command != NULL ? ac_ctl_option_fits(option, command)
					    : option->of[0] == '\0';

		if (fits && strcmp(option->name, AC_CTL_COMPLETE) != 0)
			offer("--", option->name, begun);
	}
}

static bool
offered_before(size_t row)
{
	for (size_t i = 0; i < row; i++) {
		if (strcmp(ac_ctl_command_at(i)->group, ac_ctl_command_at(row)->group) == 0)
			return true;
	}
	return false;
}

/* Groups, or the verbs of one. */
static void
offer_commands(const char *group, const char *begun)
{
	const struct ac_ctl_command *command;

	for (size_t i = 0; (command = ac_ctl_command_at(i)) != NULL; i++) {
		if (group == NULL && !offered_before(i))
			offer("", command->group, begun);
		else if (group != NULL && command->verb[0] != '\0' &&
			 strcmp(command->group, group) == 0)
			offer("", command->verb, begun);
	}
}

static void
offer_argument(const struct ac_ctl_command *command, size_t number)
{
	const char *argument = command->arguments;

	while (number-- > 0 && *argument != '\0') {
		argument += strcspn(argument, " ");
		argument += strspn(argument, " ");
	}
	if (names_file(argument + strspn(argument, "[")))
		(void)printf("%s\n", NAME_OF_A_FILE);
}

void
ac_ctl_complete(char *const *words, size_t count)
{
	const char *begun = count > 0 ? words[count - 1] : "";
	struct typed typed = read_words(words, count > 0 ? count - 1 : 0);
	const struct ac_ctl_command *command = NULL;

	if (typed.verb != NULL)
		command = ac_ctl_command_find(typed.group, typed.verb);
	if (typed.option != NULL) {
		if (names_file(typed.option->argument))
			(void)printf("%s\n", NAME_OF_A_FILE);
	} else if (begun[0] == '-') {
		offer_options(command, begun);
	} else if (typed.verb == NULL) {
		offer_commands(typed.group, begun);
	} else if (command != NULL) {
		offer_argument(command, typed.arguments);
	}
}
