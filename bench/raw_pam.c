/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a sign-in costs by PAM alone: the two phases that authcode-login goes
 * through, again and again in one process, which is the cheapest way there is.
 *
 *     raw_pam CONFDIR SERVICE USER COUNT      the password is a line of standard input
 *
 * One JSON object: the CPU of all, modules' own programs among them, and the time
 * that each took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <security/pam_appl.h>

#include "base/attr.h"

#define MAX_COUNT 100000

static int
answer(int count, const struct pam_message **messages, struct pam_response **ret, void *password)
{
	struct pam_response *responses = calloc((size_t)count, sizeof(*responses));

	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			responses[i].resp = strdup(password);
	}
	*ret = responses;
	return PAM_SUCCESS;
}

static int
sign_in(char **argv, char *password)
{
	const struct pam_conv conv = { answer, password };
	pam_handle_t *pamh = NULL;
	int rc = pam_start_confdir(argv[2], argv[3], &conv, argv[1], &pamh);

	if (rc == PAM_SUCCESS)
		rc = pam_authenticate(pamh, PAM_DISALLOW_NULL_AUTHTOK);
	if (rc == PAM_SUCCESS)
		rc = pam_acct_mgmt(pamh, PAM_DISALLOW_NULL_AUTHTOK);
	if (pamh != NULL)
		(void)pam_end(pamh, rc);
	return rc;
}

static double
used_us(int who)
{
	struct rusage used = { 0 };

	(void)getrusage(who, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static double
now_us(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int
main(int argc, char **argv)
{
	unsigned long count = argc == 5 ? strtoul(argv[4], NULL, 10) : 0;
	char password[256];

	if (count == 0 || count > MAX_COUNT || fgets(password, sizeof(password), stdin) == NULL) {
		(void)fprintf(stderr, "usage: raw_pam CONFDIR SERVICE USER COUNT\n");
		return EXIT_FAILURE;
	}
	password[strcspn(password, "\n")] = '\0';
	(void)printf("{\"walls_us\": [");
	for (unsigned long i = 0; i < count; i++) {
		double begun_us = now_us();
		int rc = sign_in(argv, password);

		if (rc != PAM_SUCCESS) {
			(void)fprintf(stderr, "raw_pam: %s\n", pam_strerror(NULL, rc));
			return EXIT_FAILURE;
		}
		(void)printf("%s%.1f", i > 0 ? ", " : "", now_us() - begun_us);
	}
	(void)printf("], \"cpu_us\": %.1f}\n", used_us(RUSAGE_SELF) + used_us(RUSAGE_CHILDREN));
	return EXIT_SUCCESS;
}
