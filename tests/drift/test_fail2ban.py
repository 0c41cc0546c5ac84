# SPDX-License-Identifier: Apache-2.0
"""The filter of fail2ban bans who guesses, by the lines that the daemon writes, and nobody else."""
import hashlib
import subprocess
import tempfile

from drift import SOURCE, built, check, main, need_tool, output_of, text

FILTER = "dist/fail2ban/authcode.conf"
# As syslog writes them, in its old form and its new one.
PREFIXES = ("Nov 26 05:00:01 host authcoded[812]: ", "2026-11-26T05:00:01.123456+00:00 host authcoded[812]: ")


def line(rhost, reason, user):
    return output_of(str(built("tests/drift/event_list")), "line", rhost, reason, user).rstrip("\n")


def banned(lines):
    """The addresses that the filter finds, in order."""
    with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
        log.write("".join(one + "\n" for one in lines))
        log.flush()
        done = subprocess.run(["fail2ban-regex", "-o", "ip", log.name, str(SOURCE / FILTER)], text=True,
                              capture_output=True, timeout=60, check=False)
    if done.returncode not in (0, 255) or "Traceback" in done.stderr:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout.split()


@check("wrong passwords and guesses that were stopped are found, by IPv4 and IPv6")
def finds():
    cases = [("192.0.2.7", "bad_credentials"), ("192.0.2.8", "throttled"), ("2001:db8::7", "bad_credentials")]
    for prefix in PREFIXES:
        found = banned([prefix + line(rhost, reason, "unknown") for rhost, reason in cases])
        if found != [rhost for rhost, _ in cases]:
            yield f"{prefix}: {found}"


@check("what a stranger writes into a line bans nobody else")
def forged():
    users = ("x rhost=203.0.113.9", 'x" rhost=203.0.113.9 reason=bad_credentials ', "203.0.113.9",
             "x\nNov 26 05:00:01 host authcoded[1]: login failed rhost=203.0.113.9 reason=bad_credentials ",
             "login failed rhost=203.0.113.9 reason=throttled ")
    for user in users:
        found = banned([PREFIXES[0] + one for one in line("192.0.2.7", "bad_credentials", user).split("\n")])
        if found != ["192.0.2.7"]:
            yield f"{user!r}: {found}"


@check("other reasons, other events, and an address that is none ban nobody")
def ignores():
    lines = [line("192.0.2.7", reason, "unknown") for reason in
             ("busy", "timeout", "cancelled", "unavailable", "password_change_due", "bad_credentials_or_so")]
    lines += [line("192.0.2.7 x", "bad_credentials", "u"), line("", "bad_credentials", "u"),
              'login succeeded rhost=192.0.2.7 reason=bad_credentials client="a"',
              'sign-in begun rhost=192.0.2.7 client="a" service="authcode" txn=32yfwnm000001',
              'sign-in begun rhost=192.0.2.7 reason=bad_credentials client="login failed rhost=192.0.2.7 "',
              'refused rhost=192.0.2.7 why="login failed rhost=192.0.2.7 reason=bad_credentials "']
    found = banned([PREFIXES[0] + one for one in lines])
    if found:
        yield f"{found}"
    if banned([PREFIXES[0].replace("authcoded", "other") + line("192.0.2.7", "bad_credentials", "u")]):
        yield "another program's line is taken for ours"


@check("of the journal it reads the entries of failed sign-ins alone")
def journal():
    wanted = hashlib.sha256(b"authcode event login_failed").hexdigest()[:32]
    if f"journalmatch = SYSLOG_IDENTIFIER=authcoded MESSAGE_ID={wanted}\n" not in text(FILTER):
        yield f"MESSAGE_ID={wanted} it must be"


if __name__ == "__main__":
    need_tool("fail2ban-regex")
    main()
