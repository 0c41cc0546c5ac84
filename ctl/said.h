/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a command has to say of what it did, collected line by line: people get it on
 * standard error, programs as an array in the JSON. Every line is text alone, whoever chose
 * the words: no byte of it is an order to a terminal.
 */
#ifndef AC_CTL_SAID_H
#define AC_CTL_SAID_H

#include <jansson.h>

#include "base/attr.h"
#include "ctl/program.h"

/* A line; "" is none. What there is no memory to keep goes to standard error at once. */
void ac_said_add(json_t *said, const char *format, ...) AC_PRINTF(2, 3);

/* Of a path: why the system call that was made last has failed. Always false. */
bool ac_said_errno(json_t *said, const char *path);

/* Each line of what a program has said, without name in front, such as "authcoded: ". */
void ac_said_output(json_t *said, const struct ac_program_end *end, const char *name);

/* On standard error, behind the name of this program. */
void ac_said_print(const json_t *said);

#endif
