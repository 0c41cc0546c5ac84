# SPDX-License-Identifier: Apache-2.0
"""Each header compiles alone, has its guard, and each public one also as C++."""
import os
import re
import shlex
import shutil
import subprocess

from drift import SOURCE, check, files, main, text

CC = shlex.split(os.environ.get("CC", "cc"))
FLAGS = shlex.split(os.environ.get("DRIFT_CPPFLAGS", ""))


def compile_alone(compiler, language, path):
    done = subprocess.run([*compiler, *FLAGS, "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                           "-x", language, "-"], input=f'#include "{SOURCE / path}"\n',
                          capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        yield f"{path}: {done.stderr.strip().splitlines()[0]}"


@check("each header compiles alone")
def alone():
    for path in files(("libauthcode", "pam_authcode", "fetch", "server"), ".h"):
        yield from compile_alone(CC, "c", path)


@check("each public header is C++ too")
def cplusplus():
    compiler = [shutil.which("c++") or shutil.which("clang++") or "c++"]
    for path in files(("libauthcode/include",), ".h"):
        yield from compile_alone(compiler, "c++", path)


@check("each header is guarded by a name of its own")
def guards():
    seen = {}
    for path in files(("libauthcode", "pam_authcode", "fetch", "server"), ".h"):
        guard = re.search(r"^#ifndef (\w+_H)\n#define \1$", text(path), re.M)
        if guard is None:
            yield f"{path}: no include guard"
        elif guard.group(1) in seen:
            yield f"{path}: {guard.group(1)} guards {seen[guard.group(1)]} too"
        else:
            seen[guard.group(1)] = path


if __name__ == "__main__":
    main()
