# SPDX-License-Identifier: Apache-2.0
"""The arrows of ARCHITECTURE.md: who may include whom, and which library."""
import pathlib
import re

from drift import check, files, main, text

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)

# Room of the including file -> rooms it may include. "public" is <authcode/...>.
ARROWS = {
    "public": {"public"},
    "base": {"base", "public"},
    "jose": {"jose", "base", "public"},
    "store": {"store", "base", "public"},
    "protocol": {"protocol", "store", "jose", "base", "public"},
    "pam_authcode": {"pam_authcode", "base", "public"},
    "fetch": {"fetch", "base", "public"},
    "server": {"server", "base", "public"},
    "ctl": {"ctl", "base", "public"},
    "examples": {"public"},
}
# Single headers beyond the arrows.
SIDE_DOORS = {"server": {"pam_authcode/check_relay.h", "pam_authcode/relay.h", "pam_authcode/wire.h",
                         "fetch/wire.h"}}
# The PAM side links base alone, so these are all it can have of the library.
PAM_PUBLIC = {"authcode/error.h", "authcode/request.h"}

# Prefix of a system header -> where it may be included.
LIBRARIES = {
    "openssl/": ("libauthcode/jose/", "server/config_hash.c",  # there: the SHA-256 of files
                 "server/etag.c",  # there: half a SHA-256
                 "server/mac.c",  # there: HMAC-SHA-256
                 "server/page_script.c"),  # there: the SHA-256 of a page's script
    "jansson.h": ("libauthcode/jose/", "libauthcode/protocol/", "ctl/",
                  "server/account_claims.c", "server/admin_clients.c", "server/client_json.h",
                  "server/client_work.h"),  # there: claims as their sources wrote them
    "curl/": ("ctl/", "fetch/"),
    "sqlite3.h": ("libauthcode/store/sqlite",),
    "microhttpd.h": ("server/http",),
    "gnutls/": ("server/http",),
    "confuse.h": ("server/config",),
    "security/": ("pam_authcode/",),
    "syslog.h": ("pam_authcode/", "server/log"),
    "cmocka.h": (),
}


def room_of(path):
    path = str(path)
    for prefix, room in (("libauthcode/include/authcode/", "public"), ("libauthcode/", None),
                         ("pam_authcode/", "pam_authcode"), ("server/", "server"),
                         ("fetch/", "fetch"),
                         ("ctl/", "ctl"), ("doc/examples/", "examples")):
        if path.startswith(prefix):
            return room or path.split("/")[1]
    return None


def complaints_about(path, source):
    """One line for every include of this file that no arrow allows."""
    room = room_of(path)
    for quote, name in INCLUDE.findall(source):
        if quote == "<" and name.startswith("authcode/"):
            target = "public"
        elif name == "config.h":
            continue
        elif quote == '"' and "/" in name:
            target = name.split("/")[0]
        elif quote == '"':
            yield f"{path}: \"{name}\" does not name its room"
            continue
        else:
            for prefix, places in LIBRARIES.items():
                if name.startswith(prefix) and not str(path).startswith(places):
                    yield f"{path}: <{name}> belongs to {', '.join(places) or 'tests'}"
            continue
        if name in SIDE_DOORS.get(room, ()):
            continue
        if target not in ARROWS[room]:
            yield f"{path}: {room} may not include {name}"
        if room == "pam_authcode" and target == "public" and name not in PAM_PUBLIC:
            yield f"{path}: the PAM side links base alone, {name} is not in it"


@check("every include follows an arrow of ARCHITECTURE.md")
def arrows():
    for path in files(("libauthcode", "pam_authcode", "fetch", "server", "ctl", "doc/examples"), ".c", ".h"):
        yield from complaints_about(path, text(path))


@check("a source file includes its own header first")
def own_header_first():
    for path in files(("libauthcode", "pam_authcode", "fetch", "server", "ctl"), ".c"):
        header = path.with_suffix(".h")
        own = str(header).removeprefix("libauthcode/")
        try:
            text(header)
        except Exception:  # no header of that name: nothing to prove
            continue
        found = INCLUDE.findall(text(path))
        if not found or found[0][1] != own:
            yield f"{path}: the first include is not \"{own}\""


@check("the check itself refuses wrong arrows")
def refuses():
    wrong = {
        "libauthcode/base/x.c": '#include "protocol/scope.h"\n',
        "libauthcode/store/x.c": '#include "jose/digest.h"\n',
        "libauthcode/protocol/x.c": '#include "server/http.h"\n',
        "libauthcode/protocol/y.c": "#include <microhttpd.h>\n",
        "pam_authcode/x.c": "#include <authcode/issuer.h>\n",
        "server/x.c": '#include "protocol/credential.h"\n',
        "fetch/x.c": '#include "server/fetch.h"\n',
        "fetch/y.c": "#include <jansson.h>\n",
        "server/w.c": '#include "fetch/transfer.h"\n',
        "server/y.c": "  #  include <security/pam_appl.h>\n",
        "server/z.c": '#include "log.h"\n',
        "doc/examples/x.c": '#include "base/buf.h"\n',
    }
    for path, source in wrong.items():
        if not list(complaints_about(pathlib.Path(path), source)):
            yield f"{path} with {source.strip()} was let through"


if __name__ == "__main__":
    main()
