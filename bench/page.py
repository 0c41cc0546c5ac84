#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench-doc: puts the figures of the last runs into doc/performance.md, and the picture of them beside it.

Each part of the page stands between two marks, and is made of the JSON of its benchmark. What has not been run keeps
the figures that are there; every part says when and on what it was taken.
"""
import argparse
import json
import pathlib
import re
import sys

import stand  # first: it says where the others are
import bench
import login
import peers
import scale
import table

TREE = stand.HERE.parent
PAGE = TREE / "doc" / "performance.md"
PICTURE = TREE / "doc" / "images" / "performance.svg"
PARTS = {"bench": bench.markdown, "peers": peers.markdown, "login": login.markdown, "scale": scale.markdown}


def marks(name):
    return f"<!-- {name}: made by make bench-doc -->", f"<!-- end of {name} -->"


def part_of(page, name):
    """What stands between the marks; each must be there once."""
    begin, end = map(re.escape, marks(name))
    found = re.findall(f"{begin}\n(.*?){end}", page, re.S)
    if len(found) != 1:
        raise SystemExit(f"{PAGE}: the marks of {name} must be there once")
    return found[0]


def with_part(page, name, text):
    begin, end = marks(name)
    return page.replace(f"{begin}\n{part_of(page, name)}{end}", f"{begin}\n{text}{end}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=stand.BUILD / "bench", help="where the figures are")
    parser.add_argument("--page", type=pathlib.Path, default=PAGE)
    parser.add_argument("--picture", type=pathlib.Path, default=PICTURE)
    chosen = parser.parse_args()
    page, made = chosen.page.read_text(), 0
    for name, markdown in PARTS.items():
        path = chosen.out / f"{name}.json"
        if not path.exists():
            stand.say(f"{path} is not there: {name} stays as it is")
            continue
        figures = json.loads(path.read_text())
        page = with_part(page, name, markdown(figures))
        if name == "bench":
            chosen.picture.write_text(table.picture(figures))
        made += 1
    chosen.page.write_text(page)
    sys.exit(made == 0)


if __name__ == "__main__":
    main()
