/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One valid frame of each type, every field filled that its verdict allows.
 */
#ifndef TESTS_PAM_SAMPLES_H
#define TESTS_PAM_SAMPLES_H

#include "pam_authcode/wire.h"

#define SAMPLE_COUNT 10

/* index < SAMPLE_COUNT, in the order of the types. */
void sample_frame(size_t index, struct ac_wire_frame *ret);

#endif
