# SPDX-License-Identifier: Apache-2.0
"""The recipes of doc/integrations as data: which file of which program gets which lines.

A block whose language is followed by a path is meant for that file:

    ```apache /etc/apache2/conf-available/authcode.conf
"""
import collections
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "doc/integrations"
ISSUER = "https://login.example.org"
BLOCK = re.compile(r"^```(\w+) (/\S+)\n(.*?)^```$", re.M | re.S)
Block = collections.namedtuple("Block", "language path text")


def names():
    return sorted(page.stem for page in FOLDER.glob("*.md") if page.stem != "README")


def page(name):
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def blocks_of(text):
    return [Block(*found) for found in BLOCK.findall(text)]


def blocks(name):
    return blocks_of(page(name))


def block(name, language, path=""):
    """The one block of that language (and file)."""
    found = [each for each in blocks(name) if each.language == language and each.path.endswith(path)]
    assert len(found) == 1, f"{name} has {len(found)} blocks of {language} {path}"
    return found[0].text


def filled(text, values):
    """The text with each key replaced by its value; a key that is not there is a mistake of the recipe."""
    for key, value in values.items():
        assert key in text, f"the recipe does not say {key}"
        text = text.replace(key, str(value))
    return text
