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
# What the one process that goes out is allowed more is the network, and so is the server
# with a listener of its own.
FETCH_CEILING = 15
SERVER_CEILING = 14
# With drop-ins of doc/units.md, one at a time.
DROPINS = {
    "authcoded.service.d/behind-proxy.conf": 6,
    "authcode-login@.service.d/faillock.conf": 15, "authcode-login@.service.d/otp-root.conf": 15,
    "authcode-login@.service.d/jit.conf": 16, "authcode-login@.service.d/network.conf": 26,
    "authcode-login@.service.d/otp-home-read.conf": 26, "authcode-login@.service.d/otp-home.conf": 26,
    "authcode-check@.service.d/network.conf": 26, "authcode-check@.service.d/claims-command.conf": 26,
    "authcoded.socket.d/port-443.conf": None, "authcoded.socket.d/proxy-group.conf": None,  # sockets have no score
}
WIDEST = 31  # every drop-in of the login unit together

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
        source = source.replace("@sbindir@", str(built("authcoded").parent))
        (place / path.stem).write_text(source, encoding="utf-8")
    return place


def analyze(place, *words):
    # The colon keeps the system's own units, such as sockets.target, in sight.
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{place}:", "SYSTEMD_LOG_LEVEL": "info", "LC_ALL": "C.UTF-8"}
    return subprocess.run([TOOL, *words], env=environment, capture_output=True, text=True, timeout=60, check=False)


@check("authcoded, each entry of the helper and authcode-fetch have a socket and a service, and there are no others")
def complete():
    expected = {name_of(entry, kind) + ".in" for entry in UNITS for kind in ("socket", "service")}
    expected |= {"authcode-fetch.socket.in", "authcode-fetch.service.in", "authcoded.service.in", "authcoded.socket.in",
                 "authcoded-admin.socket.in"}
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


def exposed(place, name, ceiling):
    """What is wrong with its exposure, or None."""
    done = analyze(place, "security", "--offline=true", "--no-pager", f"--threshold={ceiling}", str(place / name))
    overall = re.search(r"Overall exposure level.*: (\d+\.\d)", done.stdout)
    if done.returncode != 0 or not overall or float(overall.group(1)) * 10 > ceiling:
        return f"{name}: status {done.returncode}, {overall.group(0) if overall else done.stderr}"
    return None


@check("no unit is more exposed than its ceiling")
def exposure():
    place = written()
    services = {name_of(entry, "service"): ceiling for entry, ceiling in CEILINGS.items()}
    for name, ceiling in {**services, "authcode-fetch.service": FETCH_CEILING,
                          "authcoded.service": SERVER_CEILING}.items():
        problem = exposed(place, name, ceiling)
        if problem:
            yield problem


def with_dropins(*names):
    place = written()
    for name in names:
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text(f"dist/systemd/{name}"), encoding="utf-8")
    return place


@check("every drop-in is taken by systemd, leaves no more exposed than is said, and is explained")
def dropins():
    present = {str(path.relative_to("dist/systemd")) for path in files(("dist/systemd",), ".conf")}
    for name in sorted(present ^ set(DROPINS)):
        yield f"{name} is {'missing' if name in DROPINS else 'not expected'}"
    page, made = text("doc/units.md"), text("dist/local.mk")
    for name in sorted(present & set(DROPINS)):
        unit, ceiling = name.split(".d/")[0], DROPINS[name]
        place = with_dropins(name)
        done = analyze(place, "verify", "--man=no", str(place / unit))
        if done.returncode != 0 or done.stderr or done.stdout:
            yield f"{name}: {done.returncode} {done.stderr}{done.stdout}"
        problem = exposed(place, unit, ceiling) if ceiling else None
        if problem:
            yield f"with {name}: {problem}"
        row = re.search(rf"^\|.*`{re.escape(name)}`.*\| ([\d.]+|-) \|$", page, re.M)
        if not row or row.group(1) != (f"{ceiling / 10:.1f}" if ceiling else "-"):
            yield f"doc/units.md has no row for {name} with its ceiling"
        if f"dist/systemd/{name}" not in made:
            yield f"dist/local.mk does not install {name}"


@check("a drop-in is seen by the analysis, and all together are what is said at most")
def widest():
    place = written()
    if exposed(place, "authcoded.service", DROPINS["authcoded.service.d/behind-proxy.conf"]) is None:
        yield "the server without its drop-in is as little exposed as with it"
    names = [name for name in DROPINS if name.startswith("authcode-login@.service.d/")]
    problem = exposed(with_dropins(*names), "authcode-login@.service", WIDEST)
    if problem:
        yield problem


SERVER = ("Type=notify", "User=_authcode", "Group=_authcode", "ExecReload=/bin/sh -c \"kill -HUP $MAINPID\"", "StateDirectory=authcode",
          "StateDirectoryMode=0700", "RestartPreventExitStatus=78", "NoNewPrivileges=yes", "CapabilityBoundingSet=",
          "ProtectSystem=strict", "ReadOnlyPaths=/run", "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes", "DevicePolicy=closed",
          "ProtectClock=yes", "ProtectHostname=yes", "ProtectKernelLogs=yes", "ProtectKernelModules=yes",
          "ProtectKernelTunables=yes", "ProtectControlGroups=yes", "ProtectProc=invisible", "ProcSubset=pid",
          "PrivateIPC=yes", "RestrictNamespaces=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes",
          "LockPersonality=yes", "MemoryDenyWriteExecute=yes", "RemoveIPC=yes", "KeyringMode=private",
          "SystemCallArchitectures=native", "SystemCallFilter=@system-service", "SystemCallFilter=~@privileged @resources",
          "UMask=0077", "LimitCORE=0", "LimitNOFILE=16384", "LimitMEMLOCK=1M", "TasksMax=128", "Restart=on-failure",
          "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "ConditionPathExists=@sysconfdir@/authcode/authcode.conf",
          "ExecStart=@sbindir@/authcoded --config @sysconfdir@/authcode/authcode.conf")


@check("authcoded is nobody but its user, owns its state alone, and is not started unconfigured")
def server():
    found = text("dist/systemd/authcoded.service.in")
    for line in SERVER:
        if f"\n{line}\n" not in found:
            yield f"the service has no {line}"
    for name, mode in (("authcoded-admin.socket", "SocketGroup=authcode-admin"), ("authcoded.socket", "SocketGroup=root")):
        listener = text(f"dist/systemd/{name}.in")
        for line in (mode, "SocketUser=root", "SocketMode=0660", "Service=authcoded.service", "DirectoryMode=0755",
                     "ConditionPathExists=@sysconfdir@/authcode/authcode.conf"):
            if f"\n{line}\n" not in listener:
                yield f"{name} has no {line}"


@check("sysusers.d and tmpfiles.d are what systemd can read, and make the accounts and modes that are needed")
def accounts():
    with tempfile.TemporaryDirectory(prefix="authcode-root.") as root:
        place = pathlib.Path(root)
        for folder in ("etc", "usr/lib/tmpfiles.d", "run", "etc/authcode/clients.d"):
            (place / folder).mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["systemd-sysusers", f"--root={root}", "--dry-run", "-"], capture_output=True, text=True,
                              input=text("dist/sysusers.d/authcode.conf"), timeout=60, check=False)
        if done.returncode != 0 or "_authcode" not in done.stderr + done.stdout:
            yield f"systemd-sysusers: {done.returncode} {done.stderr}{done.stdout}"
    lines = text("dist/tmpfiles.d/authcode.conf.in")
    for line in ("d /run/authcode 0755 root root -", "d @sysconfdir@/authcode 0750 root _authcode -",
                 "z @sysconfdir@/authcode/authcode.conf 0640 root _authcode -",
                 "z @sysconfdir@/authcode/clients.d/*.conf 0640 root _authcode -"):
        if f"\n{line}\n" not in lines:
            yield f"tmpfiles.d has no {line}"


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
