# SPDX-License-Identifier: Apache-2.0
"""jose/ against an independent implementation, python3-jwcrypto, in both directions."""
import base64
import hashlib
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "drift"))

from drift import built, check, main  # noqa: E402

try:
    from jwcrypto import jwk, jws
except ImportError:
    print("1..0 # SKIP python3-jwcrypto is not installed")
    sys.exit(0)

CLAIMS = {"iss": "https://as.example", "sub": "\u00e4\"\\", "aud": ["a", "b"], "exp": 2**53 - 1, "none": None}
# What jwcrypto makes for each algorithm. It takes EdDSA only when asked.
KINDS = {"RS256": {"kty": "RSA", "size": 2048}, "PS256": {"kty": "RSA", "size": 2048},
         "ES256": {"kty": "EC", "crv": "P-256"}, "EdDSA": {"kty": "OKP", "crv": "Ed25519"}}
SECRETS = ["s" * 32, "s" * 63, "s" * 64, "s" * 65, "a-client-secret-that-somebody-chose-0123456789" * 4]

TOOL = subprocess.Popen([built("tests/unit/jose/jose_tool")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                        text=True)


def ask(*fields):
    TOOL.stdin.write(" ".join(fields) + "\n")
    TOOL.stdin.flush()
    return TOOL.stdout.readline().rstrip("\n")


def compact(value):
    """As one field: without a space."""
    return json.dumps(value, separators=(",", ":"))


def theirs(key, alg, **header):
    token = jws.JWS(compact(CLAIMS))
    token.allowed_algs = [alg]
    token.add_signature(key, alg, protected=compact({"alg": alg, **header}))
    return token.serialize(compact=True)


def accepted(token, key, alg):
    """What jwcrypto reads in our token; it raises when the signature is wrong."""
    read = jws.JWS()
    read.allowed_algs = [alg]
    read.deserialize(token, key, alg)
    return read.jose_header, json.loads(read.payload)


@check("jwcrypto verifies what we sign, with the key we publish")
def ours():
    for alg in KINDS:
        key, token = ask("sign", alg, compact(CLAIMS)).split(" ")
        key = jwk.JWK(**json.loads(key))
        header, claims = accepted(token, key, alg)
        if header != {"alg": alg, "kid": key.thumbprint(), "typ": "JWT"} or claims != CLAIMS or key.has_private:
            yield f"{alg}: {header} {claims}"


@check("jwcrypto refuses our token when one character of it is another")
def ours_changed():
    for alg in KINDS:
        key, token = ask("sign", alg, compact(CLAIMS)).split(" ")
        at = token.rindex(".") - 5
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:]
        try:
            accepted(changed, jwk.JWK(**json.loads(key)), alg)
            yield f"{alg}: {changed}"
        except jws.InvalidJWSSignature:
            pass


@check("we verify what jwcrypto signs, with the key it exports")
def theirs_verified():
    for alg, kind in KINDS.items():
        for header in ({}, {"typ": "JWT"}, {"typ": "application/jwt", "kid": "k"}):
            key = jwk.JWK.generate(kid="k", **kind)
            keys = compact({"keys": [key.export_public(as_dict=True)]})
            answer = ask("verify", alg, keys, theirs(key, alg, **header))
            if not answer.startswith("good ") or json.loads(answer[5:]) != CLAIMS:
                yield f"{alg} {header}: {answer}"


@check("we refuse what jwcrypto signs with another key, algorithm or extension")
def theirs_refused():
    for alg, kind in KINDS.items():
        key, other = jwk.JWK.generate(**kind), jwk.JWK.generate(**kind)
        keys = compact({"keys": [other.export_public(as_dict=True)]})
        for answer, expected in (
                (ask("verify", alg, keys, theirs(key, alg)), "wrong signature"),
                (ask("verify", alg, keys, theirs(other, alg, kid="k")), "no such key"),
                (ask("verify", "ES256" if alg != "ES256" else "RS256", keys, theirs(other, alg)),
                 "another algorithm than expected"),
                (ask("verify", "HS256", keys, theirs(other, alg)), "another algorithm than expected"),
                (ask("verify", alg, compact({"keys": [other.export(as_dict=True)]}), theirs(other, alg)),
                 "contains a private key")):
            if answer != expected:
                yield f"{alg}: {answer}, expected {expected}"


@check("HS256 agrees in both directions, for secrets around the block length")
def hmac():
    for secret in SECRETS:
        key = jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="))
        _, claims = accepted(ask("hmac-sign", secret, compact(CLAIMS)), key, "HS256")
        answer = ask("hmac-verify", secret, theirs(key, "HS256"))
        if claims != CLAIMS or not answer.startswith("good ") or json.loads(answer[5:]) != CLAIMS:
            yield f"{len(secret)}: {claims}, {answer}"
        for wrong in (secret[1:] + "t", secret + "s"):
            if ask("hmac-verify", wrong, theirs(key, "HS256")) != "wrong signature":
                yield f"{len(secret)}: another secret verifies"


@check("thumbprints agree")
def thumbprints():
    for kind in KINDS.values():
        for _ in range(3):
            key = jwk.JWK.generate(**kind)
            answer = ask("thumbprint", key.export_public())
            if answer != key.thumbprint():
                yield f"{kind}: {answer}, expected {key.thumbprint()}"


@check("at_hash is the left half of the hash of the algorithm")
def half_hashes():
    text = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
    for alg in (*KINDS, "HS256"):
        digest = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(text.encode()).digest()
        expected = base64.urlsafe_b64encode(digest[:len(digest) // 2]).decode().rstrip("=")
        if ask("half-hash", alg, text) != expected:
            yield f"{alg}: not {expected}"


if __name__ == "__main__":
    main()
