/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl: administration of the running daemon from the command line. It
 * decides nothing: it names a row of command.c and prints what the daemon says.
 */
#include "ctl/command.h"
#include "ctl/options.h"
#include "ctl/table.h"

int
main(int argc, char **argv)
{
	const struct ac_ctl_command *command = NULL;
	enum ac_ctl_exit status = AC_CTL_USAGE;
	struct ac_ctl ctl = { 0 };

	if (ac_ctl_parse(argc, argv, &ctl, &command, &status))
		status = command->run(&ctl);
	if (!ac_ctl_printed() && status == AC_CTL_DONE)
		status = AC_CTL_REFUSED;
	return (int)status;
}
