# SPDX-License-Identifier: Apache-2.0
"""authcode-login --test on a terminal of its own."""
import os
import signal
import subprocess
import sys

for folder in ("drift", "pam"):
    sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", folder))

from drift import built, check, main  # noqa: E402
from terminal import PATIENCE, Terminal, directory_with  # noqa: E402


def start(directory, *words):
    return Terminal([built("authcode-login"), "--confdir", directory, "--lock-dir", f"{directory}/locks", *words])


@check("a sign-in shows its questions, texts, result and identity, and no hidden answer")
def signs_in():
    with directory_with("hidden=Password: expect=right info=sent echo=Code: expect=12") as directory:
        terminal = start(directory, "--test", "stack", "nobody")
        if not terminal.until("echo off  Password: ") or terminal.echoes():
            yield f"the question is not hidden: {terminal.text}"
        terminal.type("right")
        if not terminal.until("echo on   Code: ") or not terminal.echoes():
            yield f"the second question is hidden: {terminal.text}"
        terminal.type("12")
        status = terminal.finish()
        if status != 0:
            yield f"status {status}"
        for line in ("account   nobody", "first     hidden: takes the password typed on the page",
                     "info      sent", "result    OK", "user      nobody", "uid       65534",
                     "group     nogroup"):
            if f"{line}\r\n" not in terminal.text:
                yield f"no line \"{line}\" in {terminal.text}"
        if "right" in terminal.text:
            yield "the hidden answer was shown"


@check("a wrong answer, an unknown user and a service without a file are no success")
def refused():
    with directory_with("hidden=Password: expect=right") as directory:
        for service, user, answer, line in (("stack", "nobody", "wrong", "result    DENIED"),
                                            ("stack", "no-such-user", "right", "result    DENIED"),
                                            ("absent", "nobody", None, "result    UNAVAILABLE"),
                                            ("stack", "nobody", "x" * 2000, "result    none")):
            terminal = start(directory, "--test", service, user)
            if answer is not None and terminal.until("Password: "):
                terminal.type(answer)
            status = terminal.finish()
            if status != 1 or line not in terminal.text or "uid" in terminal.text:
                yield f"{service} {user}: status {status}, {terminal.text}"


@check("a first question with echo is said not to take the password, the first hidden one to take it")
def first_echoed():
    with directory_with("echo=Name: hidden=Password:") as directory:
        terminal = start(directory, "--test", "stack", "nobody")
        terminal.until("Name: ")
        terminal.type("x")
        terminal.until("Password: ")
        terminal.type("y")
        if terminal.finish() != 0:
            yield "no success"
        shown = "first     shown while typed: does not take the password\r\n"
        taken = "first     hidden: takes the password typed on the page\r\n"
        if shown not in terminal.text or taken not in terminal.text.partition("Name: ")[2]:
            yield terminal.text


@check("after success: variables, the check of the service and the claims")
def check_after_success():
    with directory_with("hidden=Password: putenv=INDICATOR=otp", stack_check="account required @T\n") as directory:
        with open(f"{directory}/nobody.json", "w", encoding="utf-8") as out:
            out.write('{"email":\n"n@example.org\x1b[31m"}\n')
        with open(f"{directory}/command", "w", encoding="utf-8") as out:
            out.write("#!/bin/sh\necho \"command for $1 $2\"\n")
        for path in (directory, f"{directory}/command"):
            os.chmod(path, 0o755)
        terminal = start(directory, "--test", "stack", "nobody", "--env", "INDICATOR",
                            "--claims-dir", directory, "--claims-command", f"{directory}/command",
                            "--claims-user", "nobody")
        terminal.until("Password: ")
        terminal.type("x")
        if terminal.finish() != 0:
            yield "no success"
        wanted = ("env       INDICATOR=otp\r\ncheck     OK\r\nfile      {\"email\":\r\n"
                  "file      \"n@example.org[31m\"}\r\ncommand   command for nobody 65534\r\n")
        if not terminal.text.endswith(wanted):
            yield terminal.text


@check("a check that refuses or may not be used is said, and the sign-in stays a success")
def check_refuses():
    for services, line in (({"stack_check": "account required @T code=6\n"}, "check     DENIED\r\n"),
                           ({"authcode_check": "account required @T code=9\n"},
                            "check     UNAVAILABLE: the service could not decide\r\n"),
                           ({"stack_check": "account required pam_faillock.so\n"},
                            'check     not asked: service "stack-check" has pam_faillock in account'),
                           ({}, 'check     not asked: service "authcode-check" has no file in')):
        with directory_with("hidden=Password:", **services) as directory:
            terminal = start(directory, "--test", "stack", "nobody")
            terminal.until("Password: ")
            terminal.type("x")
            if terminal.finish() != 0 or line not in terminal.text:
                yield f"{services}: {terminal.text}"


@check("no check is asked about after a refusal")
def no_check():
    with directory_with("hidden=Password: code=7", stack_check="account required @T\n") as directory:
        terminal = start(directory, "--test", "stack", "nobody")
        terminal.until("Password: ")
        terminal.type("x")
        if terminal.finish() != 1 or "check  " in terminal.text:
            yield terminal.text


@check("an interrupt gives the terminal its echo back")
def interrupt():
    with directory_with("hidden=Password:") as directory:
        terminal = start(directory, "--test", "stack", "nobody")
        if not terminal.until("Password: ") or terminal.echoes():
            yield "not asked"
        terminal.process.send_signal(signal.SIGINT)
        if not terminal.until("result    none"):
            yield terminal.text
        if not terminal.echoes():
            yield "the echo is off"
        if terminal.finish() != 1:
            yield "another status"


@check("--test needs a service and a user")
def usage():
    for words in (["--test"], ["--test", "stack"], ["--test", "stack", "nobody", "more"],
                  ["--test", "../stack", "nobody"]):
        status = subprocess.run([built("authcode-login"), *words], timeout=PATIENCE, check=False,
                                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        if status != 64:
            yield f"{words}: {status}"


if __name__ == "__main__":
    main()
