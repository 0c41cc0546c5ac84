# SPDX-License-Identifier: Apache-2.0
"""sign_in.py READY TOLD USER PASSWORD: from what ./run printed to the curl line with the code."""
import re
import sys
import urllib.parse

from person import Person

ready, told, user, password = sys.argv[1:]
issuer = open(ready, encoding="utf-8").read().split()[1]
said = open(told, encoding="utf-8").read()
url = re.search(r"^\s*(https?://\S+/authorize\?\S+)$", said, re.M).group(1)
curl = re.search(r"^\s*(curl -v -X POST .*)$", said, re.M).group(1)
landed = Person(issuer).sign_in(url, user, password)
assert isinstance(landed, str), landed.text
code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(landed).query))["code"]
print(curl.replace("<AUTHORIZATION_CODE>", code))
