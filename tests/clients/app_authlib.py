# SPDX-License-Identifier: Apache-2.0
"""A web application as Authlib's manual begins one: the Flask client, with discovery."""
import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, session, url_for

app = Flask(__name__)
app.secret_key = os.urandom(16)
oauth = OAuth(app)
oauth.register(
    "authcode",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_kwargs={"scope": os.environ.get("SCOPE", "openid profile email")},
)


@app.get("/")
def home():
    return "signed in" if "sub" in session else "nobody"


@app.get("/login")
def login():
    return oauth.authcode.authorize_redirect(url_for("callback", _external=True))


@app.get("/callback")
def callback():
    token = oauth.authcode.authorize_access_token()
    session["sub"] = token["userinfo"]["sub"]
    return jsonify(id_token=token["userinfo"], userinfo=oauth.authcode.userinfo(token=token), scope=token["scope"])


app.run("127.0.0.1", int(os.environ["PORT"]))
