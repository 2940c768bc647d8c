#!/usr/bin/env python3
"""files.py ROOT: shape of the files git knows: length, line ends, file names, no leftovers."""
import pathlib
import re
import subprocess
import sys

LONGEST = 400
TEXT = {".cpp", ".hpp", ".py", ".sh", ".t", ".cmake"}
NAME = re.compile(r"^[a-z0-9_.]+$")


def complaints(root):
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "cli", "lib", "tests", "cmake"], capture_output=True, check=True)
    for name in listed.stdout.decode().rstrip("\0").split("\0"):
        path = root / name
        if path.suffix not in TEXT or not path.is_file():
            continue
        text = path.read_text()
        lines = text.splitlines()
        if len(lines) > LONGEST:
            yield f"{name}: {len(lines)} lines, at most {LONGEST}"
        if path.suffix in (".cpp", ".hpp") and not NAME.match(path.name):
            yield f"{name}: file names are lower_case"
        if path.suffix == ".hpp" and not text.startswith("#pragma once\n"):
            yield f"{name}: begins with #pragma once"
        if text and not text.endswith("\n"):
            yield f"{name}: no newline at the end"
        for number, line in enumerate(lines, 1):
            if "\t" in line and path.suffix in (".cpp", ".hpp"):
                yield f"{name}:{number}: a tab"
            if "std::call_once" in line and path.suffix in (".cpp", ".hpp"):
                yield f"{name}:{number}: an exception cannot pass std::call_once in the static binary: lib/util/once.hpp"
            if re.match(r"^(<<<<<<<|>>>>>>>) ", line):
                yield f"{name}:{number}: a conflict marker"
            if re.search(r"//\s*TODO(?!\(\w+\): )", line):
                yield f"{name}:{number}: write TODO(name): with the condition that ends it"


def main():
    found = list(complaints(pathlib.Path(sys.argv[1])))
    print("\n".join(found))
    return 1 if found else 0


sys.exit(main())
