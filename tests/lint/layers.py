#!/usr/bin/env python3
"""layers.py ROOT: who may include whom, and which file may name what.

- a module of lib/ includes itself and what lib/LAYERS allows; lib/CMakeLists.txt says the same to the linker
- nothing in lib/ includes cli/ or tests/
- each library is included by the one place that hides it
- clock, environment and streams are named in cli/host.cpp alone
"""
import pathlib
import re
import sys

# header prefix: path prefixes that may include it
HIDDEN = {
    "CLI/": ["cli/parse.cpp"],
    "yaml-cpp/": ["lib/codec/"],
    "nlohmann/": ["lib/codec/"],
    "git2": ["lib/git/"],
    "sqlite3.h": ["lib/db/"],
    "zstd.h": ["lib/util/compress.cpp"],
    "openssl/": ["lib/crypto/"],
    "dlfcn.h": ["lib/util/shared_library.cpp", "tests/fault/"],
    "catch2/": ["tests/"],
}
# what may be named in cli/ and lib/ only by these files
NAMED = {
    r"\bsystem_clock::now\b": ["cli/host.cpp"],
    r"\bsteady_clock::now\b": ["cli/host.cpp"],
    r"\b(secure_)?getenv\b": ["cli/host.cpp"],
    r"\bstd::(cout|cerr|clog|cin)\b": [],
    r"\brandom_device\b": [],
    r"\bgit_signature_now\b": [],
    r"\bcurrent_path\(": ["cli/host.cpp"],
    r"(?<!\w)::chdir\(": ["lib/util/process.cpp"],  # in the child, between fork and exec
}
INCLUDE = re.compile(r'^\s*#include\s+[<"]([^>"]+)[>"]')


def allowed_modules(root):
    layers = {}
    for line in (root / "lib/LAYERS").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            module, _, rest = line.partition(":")
            for used in rest.split():
                if used not in layers:
                    yield f"lib/LAYERS: {module} uses {used}, which does not stand below it"
            layers[module] = set(rest.split())
    linked = {}
    for name, uses in re.findall(r"mlo_module\((\w+)(?:\s+USES((?:\s+(?!LIBS)\w+)*))?", (root / "lib/CMakeLists.txt").read_text()):
        linked[name] = set(uses.split())
    for module in sorted(layers.keys() | linked.keys()):
        if layers.get(module) != linked.get(module):
            yield f"lib/CMakeLists.txt: {module} links {linked.get(module)}, lib/LAYERS says {layers.get(module)}"
    for directory in sorted(p for p in (root / "lib").iterdir() if p.is_dir()):
        if directory.name not in layers:
            yield f"lib/{directory.name}: not in lib/LAYERS"
            continue
        for file in sources(directory):
            for number, header in includes(file):
                parts = header.split("/")
                if parts[0] in ("cli", "tests"):
                    yield f"{file.relative_to(root)}:{number}: lib must not include {header}"
                elif parts[0] == "lib" and parts[1] != directory.name and parts[1] not in layers[directory.name]:
                    yield f"{file.relative_to(root)}:{number}: {directory.name} may not include {header}"


def sources(directory):
    return sorted(p for p in directory.rglob("*") if p.suffix in (".cpp", ".hpp"))


def includes(file):
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if found := INCLUDE.match(line):
            yield number, found.group(1)


def hidden_names(root):
    for top in ("cli", "lib", "tests"):
        for file in sources(root / top):
            name = str(file.relative_to(root))
            for number, header in includes(file):
                for prefix, places in HIDDEN.items():
                    if header.startswith(prefix) and not any(name.startswith(p) for p in places):
                        yield f"{name}:{number}: <{header}> belongs to {', '.join(places)}"
            if top == "tests":
                continue
            for number, line in enumerate(file.read_text().splitlines(), 1):
                code = line.split("//")[0]
                for pattern, places in NAMED.items():
                    if re.search(pattern, code) and name not in places:
                        yield f"{name}:{number}: `{re.search(pattern, code).group(0)}` belongs to {', '.join(places) or 'nobody'}"


def main():
    root = pathlib.Path(sys.argv[1])
    complaints = [*allowed_modules(root), *hidden_names(root)]
    print("\n".join(complaints))
    return 1 if complaints else 0


sys.exit(main())
