# SPDX-License-Identifier: Apache-2.0
"""What clients have been told, on disk before they ask for anything more; and what follows from it.

A ledger is one file for each client, a JSON object a line. What was acknowledged is synced; what was only sent is
synced with the next that was. The book is all of them read together: it finds what no server may have answered, and
knows of each token what it must be worth now.
"""
import json
import os

# A replaced refresh token may bring its successor again for ten seconds; what was asked for later proves nothing.
RETRY_S = 9.0
# A code lives for sixty.
CODE_S = 50.0


class Ledger:
    def __init__(self, path):
        self.file = open(path, "ab", buffering=0)

    def note(self, **line):
        self.file.write(json.dumps(line).encode() + b"\n")

    def keep(self, **line):
        self.note(**line)
        os.fdatasync(self.file.fileno())

    def close(self):
        self.file.close()


class Family:
    """A code and all that came of it."""

    def __init__(self, code, at):
        self.code, self.issued_at = code, at
        self.code_sent = 0
        self.access = []
        self.chain = []      # refresh tokens, each the successor of the one before
        self.refreshed_at = 0.0
        self.ended = False   # by somebody who had a right to
        self.unsure = False  # a request of which nobody knows the outcome is under way

    def must_live(self):
        """Tokens that are good for as long as nobody ends them; of refresh tokens the newest."""
        if self.ended:
            return []
        return self.access + ([] if self.unsure else self.chain[-1:])

    def must_be_dead(self):
        return self.access + self.chain if self.ended else self.chain[:-1]


class Book:
    def __init__(self):
        self.families = {}    # code -> Family
        self.owner = {}       # refresh token -> Family
        self.successors = {}  # refresh token -> (access token, refresh token)
        self.sent = {}        # refresh token -> when first, how often
        self.faults = []
        self.redeemed = self.refreshed = self.unanswered = self.excused = 0
        self.read_to = {}     # path -> offset

    def read(self, paths):
        """What has come since. The families it is about."""
        touched = {}
        for path in paths:
            with open(path, "rb") as file:
                file.seek(self.read_to.get(path, 0))
                for line in file:
                    family = self.take(json.loads(line))
                    if family:
                        touched[family.code] = family
                self.read_to[path] = file.tell()
        return list(touched.values())

    def take(self, line):
        return getattr(self, "take_" + line["did"])(line)

    def fault(self, text):
        self.faults.append(text)

    # --- codes ------------------------------------------------------------------

    def take_code(self, line):
        if line["code"] in self.families:
            self.fault(f"one code was given twice: {line['code']}")
        self.families[line["code"]] = Family(line["code"], line["at"])
        return self.families[line["code"]]

    def take_redeem_sent(self, line):
        family = self.families[line["code"]]
        family.code_sent += 1
        family.unsure = True
        self.unanswered += family.code_sent > 1
        return family

    def take_redeemed(self, line):
        family = self.families[line["code"]]
        if family.chain:
            self.fault(f"a code was redeemed twice: {line['code']}")
            return family
        family.unsure = False
        family.access.append(line["access"])
        family.chain.append(line["refresh"])
        self.owner[line["refresh"]] = family
        self.redeemed += 1
        return family

    def take_redeem_refused(self, line):
        """Right only of what was sent before and perhaps carried out."""
        family = self.families[line["code"]]
        family.ended = True
        if line["error"] != "invalid_grant":
            self.fault(f"a code was answered with {line['error']}: {line['code']}")
        elif family.code_sent == 1 and line["at"] - family.issued_at < CODE_S:
            self.fault(f"an acknowledged code was lost: {line['code']}")
        else:
            self.excused += 1
        return family

    # --- refresh tokens ---------------------------------------------------------

    def take_refresh_sent(self, line):
        token = line["token"]
        first, times = self.sent.get(token, (line["at"], 0))
        self.sent[token] = (first, times + 1)
        self.owner[token].unsure = True
        self.unanswered += times > 0
        return self.owner[token]

    def take_refreshed(self, line):
        token, family = line["token"], self.owner[line["token"]]
        new = (line["access"], line["refresh"])
        family.unsure = False
        if self.successors.setdefault(token, new) != new:
            self.fault(f"a refresh token was accepted twice: {token}")
        elif new[1] != family.chain[-1]:
            family.access.append(new[0])
            family.chain.append(new[1])
            family.refreshed_at = line["at"]
            self.owner[new[1]] = family
            self.refreshed += 1
        return family

    def take_refresh_refused(self, line):
        first, times = self.sent[line["token"]]
        family = self.owner[line["token"]]
        family.ended = True
        if line["error"] != "invalid_grant":
            self.fault(f"a refresh token was answered with {line['error']}: {line['token']}")
        elif times == 1 or line["at"] - first < RETRY_S:
            self.fault(f"an acknowledged refresh token was lost: {line['token']}")
        else:
            self.excused += 1
        return family
