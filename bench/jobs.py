# SPDX-License-Identifier: Apache-2.0
"""What is measured: each row a request that is sent over and over, or one made from what an
earlier row has brought (a code, a refresh token), which is good once.
"""
import dataclasses
import urllib.parse

CALLBACK = "https://app.example/callback"
FORM = "application/x-www-form-urlencoded"


@dataclasses.dataclass(frozen=True)
class Job:
    name: str
    said: str                 # in the table
    method: str
    path: str
    form: dict | None = None  # of a POST
    query: dict | None = None
    client: str | None = None # who authenticates, by Basic
    cookie: bool = False      # of a person who has signed in
    takes: str | None = None  # the parameter that an earlier job's harvest fills
    fed_by: str | None = None # that job
    mark: str | None = None   # what stands before what a later job takes
    status: str = "2xx"
    most: float | None = None # target, as a ratio to the floor
    conns: int = 16           # of the target, and in the picture
    told: bool = True         # it is a row of the table


def authorize(client, scope, told=False, **more):
    return Job(f"authorize-{client}", "authorization redirect, signed in", "GET", "/authorize", cookie=True,
               query={"response_type": "code", "client_id": client, "redirect_uri": CALLBACK, "scope": scope,
                      "state": "a-state-of-22-characters", "nonce": "a-nonce-of-22-characters"},
               mark="code=", status="3xx", told=told, **more)


def redeem(client, said, **more):
    return Job(f"code-{client}", said, "POST", "/token", client=client, takes="code", fed_by=f"authorize-{client}",
               form={"grant_type": "authorization_code", "redirect_uri": CALLBACK}, mark='"refresh_token":"', **more)


def refresh(client, said, **more):
    return Job(f"refresh-{client}", said, "POST", "/token", client=client, takes="refresh_token",
               fed_by=f"code-{client}", form={"grant_type": "refresh_token"}, **more)


FLOOR = Job("floor", "libmicrohttpd, one fixed JSON", "POST", "/token", client="app", form={"token": "x" * 55})

JOBS = (
    Job("discovery", "discovery document", "GET", "/.well-known/openid-configuration"),
    Job("introspection", "introspection", "POST", "/introspect", client="app", takes="token", most=2.3,
        form={"token_type_hint": "access_token"}),
    Job("client_credentials", "client_credentials", "POST", "/token", client="machine",
        form={"grant_type": "client_credentials"}, most=4.2, conns=64),
    authorize("es256", "openid profile offline_access", told=True, most=6),
    redeem("es256", "code, ID token ES256", most=8.4, conns=64),
    refresh("es256", "refresh, ID token ES256", most=7.7, conns=64),
    authorize("rs256", "openid profile offline_access"),
    redeem("rs256", "code, ID token RS256"),
    refresh("rs256", "refresh, ID token RS256"),
    authorize("plain", "profile offline_access"),
    redeem("plain", "code, no ID token", conns=64),
)

CLIENTS = """
client "app" {{ client_secret_file = "{secret}" redirect_uris = {{"{callback}"}} scope = "profile" trusted = yes }}
client "machine" {{ client_secret_file = "{secret}" scope = "read" grant_types = {{client_credentials}} }}
client "es256" {{ client_secret_file = "{secret}" redirect_uris = {{"{callback}"}} trusted = yes
	scope = "openid profile offline_access" grant_types = {{authorization_code, refresh_token}}
	refresh_rotation = always id_token_signed_response_alg = ES256 }}
client "rs256" {{ client_secret_file = "{secret}" redirect_uris = {{"{callback}"}} trusted = yes
	scope = "openid profile offline_access" grant_types = {{authorization_code, refresh_token}}
	refresh_rotation = always id_token_signed_response_alg = RS256 }}
client "plain" {{ client_secret_file = "{secret}" redirect_uris = {{"{callback}"}} trusted = yes
	scope = "profile offline_access" grant_types = {{authorization_code, refresh_token}} }}
"""


def wire(job, host, headers, value=None):
    """One request as load.c has it: its length on a line, then its bytes."""
    path, body, lines = job.path, b"", [f"Host: {host}", *headers]
    if job.query:
        path += "?" + urllib.parse.urlencode(job.query)
    if job.method == "POST":
        form = dict(job.form or {})
        if job.takes:
            form[job.takes] = value
        body = urllib.parse.urlencode(form).encode()
        lines += [f"Content-Type: {FORM}", f"Content-Length: {len(body)}"]
    data = "\r\n".join([f"{job.method} {path} HTTP/1.1", *lines, "", ""]).encode() + body
    return f"{len(data)}\n".encode() + data
