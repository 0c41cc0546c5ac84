#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright the authcode authors
#
# A --claims-command for authcode-login(8): prints what SSSD knows of a person as
# a JSON object of OpenID Connect claims. Asks sssd-ifp(5) over the system bus.
import json
import subprocess
import sys

INFOPIPE = "org.freedesktop.sssd.infopipe"
CLAIMS = {"mail": "email", "givenName": "given_name", "sn": "family_name"}


def attributes(user):
    """attribute -> its values"""
    reply = subprocess.run(
        ["busctl", "--system", "--json=short", "--timeout=4", "call", INFOPIPE,
         "/" + INFOPIPE.replace(".", "/"), INFOPIPE, "GetUserAttr", "sas", user,
         str(len(CLAIMS)), *CLAIMS], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return {name: value["data"] for name, value in json.loads(reply.stdout)["data"][0].items()}


def main():
    known = attributes(sys.argv[1])
    print(json.dumps({claim: known[name][0] for name, claim in CLAIMS.items() if known.get(name)}))


if __name__ == "__main__":
    main()
