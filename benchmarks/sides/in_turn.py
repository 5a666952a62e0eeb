"""Runs commands one after the other, as a shell script would. They are given as JSON."""

import json
import subprocess
import sys

for words in json.loads(sys.argv[1]):
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
