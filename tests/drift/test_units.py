# SPDX-License-Identifier: Apache-2.0
"""systemd takes the units as they are, and finds in them what they must not lose."""
import atexit
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from drift import built, check, files, main, need_tool, text

TOOL = need_tool("systemd-analyze")
UNITS = ("login", "check", "passwd")
# Of 10, in tenths. What passwd is allowed more is the right to write /etc and to give files away.
CEILINGS = {"login": 15, "check": 15, "passwd": 16}
# What the one process that goes out is allowed more is the network.
FETCH_CEILING = 15

SOCKET = {"Accept": "yes", "SocketMode": "0660", "SocketUser": "root", "SocketGroup": "_authcode",
          "DirectoryMode": "0755", "TriggerLimitIntervalSec": "0"}
SERVICE = {"StandardInput": "socket", "KillMode": "control-group", "NoNewPrivileges": "yes",
           "ProtectSystem": "strict", "ReadOnlyPaths": "/run", "ProtectHome": "yes", "PrivateNetwork": "yes",
           "RestrictAddressFamilies": "AF_UNIX AF_NETLINK", "MemoryDenyWriteExecute": "yes", "LimitCORE": "0"}
SMALL = "CAP_DAC_READ_SEARCH CAP_AUDIT_WRITE"


def name_of(entry, kind):
    return f"authcode-{entry}.socket" if kind == "socket" else f"authcode-{entry}@.service"


def settings(entry, kind):
    """name -> values, in the order of the file."""
    found = {}
    source = text(f"dist/systemd/{name_of(entry, kind)}.in").replace("\\\n\t", "")
    for name, value in re.findall(r"^(\w+)=(.*)$", source, re.M):
        found.setdefault(name, []).append(value)
    return found


def written():
    """The units with the places of this build, in a directory of their own."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="authcode-units."))
    atexit.register(shutil.rmtree, place)
    helper = built("authcode-login").parent
    for path in files(("dist/systemd",), ".in"):
        source = text(path).replace("@pkglibexecdir@", str(helper)).replace("@sysconfdir@", "/etc")
        (place / path.stem).write_text(source, encoding="utf-8")
    return place


def analyze(place, *words):
    # The colon keeps the system's own units, such as sockets.target, in sight.
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{place}:", "SYSTEMD_LOG_LEVEL": "info", "LC_ALL": "C.UTF-8"}
    return subprocess.run([TOOL, *words], env=environment, capture_output=True, text=True, timeout=60, check=False)


@check("each entry of the helper and authcode-fetch have a socket and a service, and there are no others")
def complete():
    expected = {name_of(entry, kind) + ".in" for entry in UNITS for kind in ("socket", "service")}
    expected |= {"authcode-fetch.socket.in", "authcode-fetch.service.in"}
    present = {path.name for path in files(("dist/systemd",), ".in")}
    for name in sorted(expected ^ present):
        yield f"{name} is {'missing' if name in expected else 'not expected'}"
    made = text("dist/local.mk")
    for name in sorted(present):
        if f"dist/systemd/{name}" not in made:
            yield f"dist/local.mk does not install {name}"


@check("systemd-analyze verify has nothing to say")
def verified():
    place = written()
    done = analyze(place, "verify", "--man=no", *sorted(map(str, place.iterdir())))
    if done.returncode != 0 or done.stderr or done.stdout:
        yield f"status {done.returncode}: {done.stderr}{done.stdout}"


@check("systemd-analyze verify does speak up about a unit that is wrong")
def verify_can_fail():
    place = written()
    unit = place / name_of("login", "service")
    unit.write_text(unit.read_text(encoding="utf-8").replace("KillMode=control-group", "KillMode=some"), encoding="utf-8")
    if not analyze(place, "verify", "--man=no", str(unit)).stderr:
        yield "it accepts KillMode=some"


@check("no unit is more exposed than its ceiling")
def exposure():
    place = written()
    services = {name_of(entry, "service"): ceiling for entry, ceiling in CEILINGS.items()}
    for name, ceiling in {**services, "authcode-fetch.service": FETCH_CEILING}.items():
        done = analyze(place, "security", "--offline=true", "--no-pager", f"--threshold={ceiling}",
                       str(place / name))
        overall = re.search(r"Overall exposure level.*: (\d+\.\d)", done.stdout)
        if done.returncode != 0 or not overall or float(overall.group(1)) * 10 > ceiling:
            yield f"{name}: status {done.returncode}, {overall.group(0) if overall else done.stderr}"


@check("a socket lets the daemon in, and never stops because of too many")
def sockets():
    for entry in UNITS:
        found = settings(entry, "socket")
        wanted = {**SOCKET, "ListenSequentialPacket": f"/run/authcode/{entry}.sock"}
        for name, value in wanted.items():
            if found.get(name) != [value]:
                yield f"{entry}: {name} is {found.get(name)}, not {value}"
        if int(found.get("MaxConnections", ["0"])[0]) < 16:
            yield f"{entry}: MaxConnections is {found.get('MaxConnections')}"


@check("a service is one process group with an end, and has no more rights than it needs")
def services():
    for entry in UNITS:
        found = settings(entry, "service")
        wanted = {**SERVICE, "CollectMode": "inactive-or-failed",
                  "CapabilityBoundingSet": SMALL + (" CAP_CHOWN" if entry == "passwd" else "")}
        for name, value in wanted.items():
            if found.get(name) != [value]:
                yield f"{entry}: {name} is {found.get(name)}, not {value}"
        for name in ("RuntimeMaxSec", "MemoryMax", "TasksMax", "LimitNOFILE"):
            if not re.fullmatch(r"[1-9]\d*M?", "".join(found.get(name, []))):
                yield f"{entry}: no limit {name}"
        option = {"login": "", "check": " --check", "passwd": " --passwd"}[entry]
        command = ("@pkglibexecdir@/authcode-login --inetd --peer-user _authcode "
                   f"--config @sysconfdir@/authcode/login.conf{option}")
        if found.get("ExecStart") != [command]:
            yield f"{entry}: ExecStart is {found.get('ExecStart')}"


@check("authcode-fetch is a user that owns nothing, behind a socket for the daemon alone")
def fetch():
    service, listener = (text(f"dist/systemd/authcode-fetch.{kind}.in") for kind in ("service", "socket"))
    for line in ("DynamicUser=yes", "CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict",
                 "ProtectHome=yes", "MemoryDenyWriteExecute=yes", "LimitCORE=0",
                 "ExecStart=@pkglibexecdir@/authcode-fetch --peer-user _authcode"):
        if f"\n{line}\n" not in service:
            yield f"the service has no {line}"
    if "\nPrivateUsers=" in service:
        yield "in a namespace of its own it cannot see whose connection it is"
    for line in ("ListenSequentialPacket=/run/authcode/fetch.sock", "SocketUser=root", "SocketGroup=_authcode",
                 "SocketMode=0660"):
        if f"\n{line}\n" not in listener:
            yield f"the socket has no {line}"


@check("passwd is the only unit that may write below /etc")
def writers():
    for entry in UNITS:
        if settings(entry, "service").get("ReadWritePaths", []) != (["/etc"] if entry == "passwd" else []):
            yield f"{entry}: ReadWritePaths"


if __name__ == "__main__":
    main()
