#!/usr/bin/env python3
"""install.py BUILD_DIR: what `cmake --install` puts into a prefix works from there."""
import pathlib
import subprocess
import sys
import tempfile

build = sys.argv[1]
with tempfile.TemporaryDirectory() as temp:
    prefix = pathlib.Path(temp) / "prefix"
    subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
    shown = subprocess.run([prefix / "bin/mlo", "version"], capture_output=True, text=True, check=True, cwd=temp, env={}).stdout
    assert shown.startswith("mlo "), shown
    commands = subprocess.run([prefix / "bin/mlo", "help"], capture_output=True, text=True, check=True, env={}).stdout
    assert "version-data" in commands, commands
    for name in ("share/bash-completion/completions/mlo", "share/zsh/site-functions/_mlo", "share/fish/vendor_completions.d/mlo.fish",
                 "share/man/man1/mlo.1", "share/man/man1/mlo-version.1"):
        assert (prefix / name).stat().st_size > 0, name
    pages = sorted(p.name for p in (prefix / "share/man/man1").iterdir())
    reference = pathlib.Path(__file__).parents[2].joinpath("cli/README.md").read_text()
    expected = sorted(["mlo.1"] + ["mlo-" + line[7:].replace(" ", "-") + ".1" for line in reference.splitlines() if line.startswith("## mlo ")])
    assert pages == expected, (pages, expected)
