# SPDX-License-Identifier: Apache-2.0
"""The recipes of doc/integrations say nothing that is not so: authcode's side of each is loaded and looked up."""
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse

from drift import Missing, SOURCE, built, check, main, output_of, text

sys.path.insert(0, str(SOURCE / "tests/clients"))
import recipes  # noqa: E402

APPLICATIONS = ("dovecot gitea gitlab grafana jenkins jupyterhub mod_auth_openidc nextcloud oauth2-proxy "
                "open-ondemand").split()
RUN = {"dovecot": "tests/clients/test_dovecot.py", "mod_auth_openidc": "tests/clients/test_mod_auth_openidc.py"}
SECRET = "a-client-secret-of-256-random-bits-for-a-check"
# How applications name the two ways to send a secret.
SENDS = {"gitlab": ("client_auth_method: \"query\"", "client_secret_post"),
         "grafana": ("auth_style = InHeader", "client_secret_basic"),
         "jupyterhub": ("basic_auth = False", "client_secret_post")}


def of_files(found, where):
    """Blocks of authcode's own files: the main file's and those of clients."""
    found = [each for each in found if each.language == "authcode"]
    main_file = [each.text for each in found if each.path == "/etc/authcode/authcode.conf"]
    clients = [each for each in found if each.path.startswith("/etc/authcode/clients.d/")]
    if not clients or len(main_file) + len(clients) != len(found):
        raise Missing(f"{where}: the blocks of authcode are not for authcode.conf and clients.d")
    return "".join(main_file), "".join(each.text for each in clients)


def ours(name):
    return of_files(recipes.blocks(name), name)


def values(clients, option):
    return re.findall(rf"'([^']*)'|([\w.-]+)", " ".join(re.findall(rf"^\t{option} = (\{{[^}}]*\}}|.*)$", clients, re.M)))


def words(clients, option):
    return [quoted or bare for quoted, bare in values(clients, option)]


def theirs(name):
    return "\n".join(each.text for each in recipes.blocks(name) if each.language != "authcode") + \
        "\n".join(re.findall(r"^```sh\n(.*?)^```$", recipes.page(name), re.M | re.S))


@check("every application has its recipe, in the list and whole")
def there():
    if recipes.names() != APPLICATIONS:
        yield f"there are {recipes.names()}"
    index = text("doc/integrations/README.md")
    for name in APPLICATIONS:
        page = recipes.page(name)
        run = "run by `./check --full`" if name in RUN else "not run here"
        if not re.search(rf"^\| \[[^\]]+\]\({name}\.md\) \|.*\| {re.escape(run)} \|$", index, re.M):
            yield f"{name}: the list does not say '{run}'"
        if ("*Not run here" in page) == (name in RUN) or (name in RUN and f"`{RUN[name]}`" not in page):
            yield f"{name}: does not say whether it is run"
        if [title for title in re.findall(r"^## (.*)$", page, re.M)][-1] != "When it fails":
            yield f"{name}: does not end with what to look at"
        if not theirs(name).strip():
            yield f"{name}: says nothing to the application"


@check("what runs a recipe reads it from the page")
def run():
    for name, path in RUN.items():
        if f'recipes.block("{name}"' not in text(path):
            yield f"{path} does not take its lines from {name}.md"


def refusal(settings, clients):
    """What authcoded --check-config has against them; None when it takes them."""
    with tempfile.TemporaryDirectory() as top:
        os.mkdir(f"{top}/clients.d", 0o755)
        secrets = set(re.findall(r"/etc/authcode/[\w.-]+\.secret", clients))
        files = {f"{top}/{os.path.basename(secret)}": SECRET + "\n" for secret in secrets}
        files[f"{top}/authcode.conf"] = f"state_dir = '{top}/state'\n" + settings
        files[f"{top}/clients.d/recipe.conf"] = re.sub(r"/etc/authcode/([\w.-]+\.secret)", rf"{top}/\1", clients)
        for place, said in files.items():
            with open(place, "w", encoding="utf-8") as opened:
                opened.write(said)
            os.chmod(place, 0o600)
        done = subprocess.run([str(built("authcoded")), "--config", f"{top}/authcode.conf", "--check-config"],
                              capture_output=True, text=True, timeout=60, check=False)
    return done.stderr.strip() if done.returncode != 0 else None


BEHIND = f"issuer = '{recipes.ISSUER}'\ntrusted_proxies = '127.0.0.1'\n"


@check("authcoded takes the lines of every recipe")
def taken():
    for name in APPLICATIONS:
        settings, clients = ours(name)
        why = refusal(BEHIND + settings, clients)
        if why is not None:
            yield f"{name}: {why}"
        if refusal(BEHIND + settings, clients.replace("redirect_uris", "redirect_uri")) is None and "redirect_uris" in clients:
            yield f"{name}: a wrong option is taken, too"


@check("authcoded takes the lines of README.md")
def readme():
    settings, clients = of_files(recipes.blocks_of(text("README.md")), "README.md")
    # a certificate is at hand nowhere
    without = re.sub(r"^(tls_|listen).*\n", "", settings, flags=re.M)
    if len(without.splitlines()) != len(settings.splitlines()) - 3:
        yield "README.md no longer sets up TLS of its own"
    why = refusal("trusted_proxies = '127.0.0.1'\n" + without, clients)
    if why is not None:
        yield why


@check("every URL of ours in a recipe is a route")
def routes():
    known = {""} | set(re.findall(r'\.path = "([^"]*)"', text("server/routes.c")))
    known |= set(re.findall(r'_PATH "(/\.well-known/[a-z-]+)"', text("libauthcode/include/authcode/issuer.h")))
    if "/token" not in known:
        raise Missing("server/routes.c: no row found")
    for name in APPLICATIONS + ["README"]:
        for url in re.findall(r"https://(?:[\w:-]+@)?login\.example\.org[^\s\"'`;,)\]]*", recipes.page(name)):
            path = urllib.parse.urlsplit(url).path
            if path not in known:
                yield f"{name}: {url} does not exist"


@check("every option that a recipe names is one")
def options():
    listing = output_of(str(built("authcoded")), "--help")
    known = set(re.findall(r"^  (?:client\.|service\.|resource\.)?([a-z][a-z0-9_]+) ", listing, re.M))
    for name in APPLICATIONS:
        for clients in ours(name):
            for option in re.findall(r"^\t?([a-z_]+) =", clients, re.M):
                if option not in known:
                    yield f"{name}: {option}"


@check("every redirect URI of a recipe is one that the application has")
def redirects():
    for name in APPLICATIONS:
        _, clients = ours(name)
        for uri in words(clients, "redirect_uris"):
            # some applications make it of their own address; then the page shows that
            said = recipes.BLOCK.sub(lambda found: "" if found.group(1) == "authcode" else found.group(0), recipes.page(name))
            if uri not in said and urllib.parse.urlsplit(uri).netloc not in said:
                yield f"{name}: nothing of {uri} is in the application's lines"


@check("every claim that a recipe reads is told to its client")
def claims():
    rows = dict(re.findall(r'^\t\{ "(\w+)", "(\w+)",', text("libauthcode/protocol/claims.c"), re.M))
    if rows.get("email") != "email":
        raise Missing("libauthcode/protocol/claims.c: no row found")
    rows |= {"sub": "openid", "preferred_username": "profile", "groups": "groups"}
    described = set(re.findall(r'ac_json_answer_\w+\(answer, "(\w+)"', text("libauthcode/protocol/introspect.c")))
    for name in APPLICATIONS:
        said = re.search(r"^(Claims|Members) (?:it|they) reads?: (.*?)(?:, from|, all|, of|\.)", recipes.page(name), re.M | re.S)
        if said is None:
            yield f"{name}: does not say which claims it reads"
            continue
        scope = " ".join(words(ours(name)[1], "scope")).split()
        for claim in re.findall(r"`(\w+)`", said.group(2)):
            if said.group(1) == "Members" and claim not in described:
                yield f"{name}: introspection has no {claim}"
            if said.group(1) == "Claims" and rows.get(claim) not in scope:
                yield f"{name}: {claim} is not released by {scope}"


@check("every recipe sends the secret the way its client is registered")
def methods():
    for name, (sign, method) in SENDS.items():
        registered = words(ours(name)[1], "token_endpoint_auth_method") or ["client_secret_basic"]
        if sign not in theirs(name) or registered != [method]:
            yield f"{name}: {sign} and {registered}"


PRESET = re.compile(r'\{ \.name = "([\w-]+)",(.*?)\}', re.S)


@check("client add --for does what the recipe of the application says")
def presets():
    rows = {name: {key: value.strip() for key, value in re.findall(r'\.(\w+) = "?([^",\n]*)', rest)} for name, rest in
            PRESET.findall(text("server/client_preset.c"))}
    if "grafana" not in rows:
        raise Missing("server/client_preset.c: no row found")
    for name in APPLICATIONS:
        said = re.search(r"`authcodectl client add --for ([\w-]+) --url (\S+?)(?: --id ([\w-]+))?`", recipes.page(name))
        if said is None:
            if name != "dovecot":
                yield f"{name}: does not say how to do without a file"
            continue
        preset, url, client = said.groups()
        row, clients = rows.get(preset, {}), ours(name)[1]
        if url + row.get("redirect_path", "?") not in words(clients, "redirect_uris"):
            yield f"{name}: redirect_path of {preset} is another one"
        method = {"BASIC": "client_secret_basic", "POST": "client_secret_post"}.get(row.get("auth"))
        if [method] != (words(clients, "token_endpoint_auth_method") or ["client_secret_basic"]):
            yield f"{name}: auth of {preset} is another one"
        if not set(" ".join(words(clients, "scope")).split()) <= set(row.get("scope", "").split()):
            yield f"{name}: scope of {preset} is less"
        if f'client "{client or preset}"' not in clients:
            yield f"{name}: the client has another id"


if __name__ == "__main__":
    main()
