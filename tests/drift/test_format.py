# SPDX-License-Identifier: Apache-2.0
"""clang-format agrees with every C file."""
import re
import subprocess
import sys

from drift import SOURCE, check, files, main, need_tool, output_of

TOOL = need_tool("clang-format")
VERSION = "14"  # versions differ in where they break lines; Debian 12's decides

if re.search(r"version (\d+)", output_of(TOOL, "--version")).group(1) != VERSION:
    print(f"1..0 # SKIP clang-format {VERSION} decides, this is another")
    sys.exit(0)


@check("clang-format has nothing to change")
def formatted():
    # One run for all: most of a run for one file is the start of the program.
    done = subprocess.run([TOOL, "--dry-run", "--Werror", *(str(SOURCE / path) for path in files(
        ("libauthcode", "pam_authcode", "fetch", "server", "ctl", "tests", "bench", "doc/examples"), ".c", ".h"))],
                          capture_output=True, text=True, timeout=300, check=False)
    wrong = sorted(set(re.findall(rf"(?m)^{re.escape(str(SOURCE))}/([^:\n]+):\d+:\d+: error:", done.stderr)))
    for path in wrong:
        yield f"{path}: run make format"
    if done.returncode != 0 and not wrong:
        yield f"clang-format: {done.stderr[-500:]}"


if __name__ == "__main__":
    main()
