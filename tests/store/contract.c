/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Runs the chapters of the contract on every backend. A new backend gets a row
 * in fixture.c and nothing here.
 */
#include "contract.h"

#include <stdio.h>

#include "base/attr.h"
#include "fixture.h"

#define CASES_MAX 768
#define NAME_MAX_LEN 128

static const struct contract_chapter *const chapters[] = {
	&contract_sessions,     &contract_renewal,      &contract_subjects,    &contract_codes,
	&contract_refresh,      &contract_retry,        &contract_client,      &contract_revocation,
	&contract_purge,        &contract_keys,         &contract_misuse,      &contract_threads,
	&contract_devices,      &contract_signing_keys, &contract_logout,      &contract_replay,
	&contract_withdrawal,   &contract_lists,        &contract_people,      &contract_password,
	&contract_registration, &contract_audit,        &contract_audit_chain, &contract_sealed,
};

int
main(void)
{
	static struct CMUnitTest tests[CASES_MAX];
	static char names[CASES_MAX][NAME_MAX_LEN];
	size_t count = 0;

	for (size_t b = 0; b < backend_count; b++) {
		for (size_t c = 0; c < AC_ARRAY_SIZE(chapters); c++) {
			for (size_t i = 0; i < chapters[c]->count; i++, count++) {
				if (count == CASES_MAX)
					return 1;
				snprintf(names[count], NAME_MAX_LEN, "%s: %s", backends[b].name,
					 chapters[c]->cases[i].name);
				tests[count] = (struct CMUnitTest){
					.name = names[count],
					.test_func = chapters[c]->cases[i].run,
					.setup_func = fixture_set_up,
					.teardown_func = fixture_tear_down,
					.initial_state = (void *)&backends[b],
				};
			}
		}
	}
	return _cmocka_run_group_tests("store contract", tests, count, NULL, NULL);
}
