#!/usr/bin/env python3
"""Writes expected.json: the stages that DVC makes of the pipelines in cases.yaml.

    python3 -m venv VENV && VENV/bin/pip install dvc==3.67.1 && VENV/bin/python tests/golden/dvc/expand.py

Run it after a case changed; tests/unit/pipeline/expand_golden_test.cpp compares mlo's stages with the file."""
import json, logging, os, pathlib, tempfile

import dvc
from dvc.dependency.param import ParamsDependency
from dvc.repo import Repo
from ruamel.yaml import YAML


def stage_facts(stage, root):
    relative = lambda path: os.path.relpath(path, root)
    cmd = [stage.cmd] if isinstance(stage.cmd, list) else stage.cmd.splitlines()
    cmd = [line for part in cmd for line in (part if isinstance(part, list) else [part])]
    params = {(relative(dep.fs_path), key) for dep in stage.deps if isinstance(dep, ParamsDependency) for key in dep.params or [""]}
    outs = [{"path": relative(out.fs_path), "kind": "metric" if out.metric else "plot" if out.plot else "out",
             "cache": out.use_cache, "persist": out.persist} for out in stage.outs]
    return {
        "name": stage.name,
        "commands": [line for line in cmd if line.strip()],
        "wdir": "" if relative(stage.wdir) == "." else relative(stage.wdir),
        "deps": sorted({relative(dep.fs_path) for dep in stage.deps if not isinstance(dep, ParamsDependency)}),
        "params": sorted(params),
        "outs": sorted(outs, key=lambda out: out["path"]),
        "frozen": stage.frozen,
        "always_changed": stage.always_changed,
    }


def expand(files):
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory).resolve()
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        os.chdir(root)
        try:
            repo = Repo.init(str(root), no_scm=True)
            stages = [stage_facts(stage, str(root)) for stage in repo.stage.load_all(str(root / "dvc.yaml"))]
        except Exception as error:
            return {"refused": f"{type(error).__name__}: {error}".replace(directory, "DIR")}
        return {"stages": sorted(stages, key=lambda stage: stage["name"])}


def main():
    logging.getLogger("dvc").setLevel(logging.CRITICAL)
    here = pathlib.Path(__file__).resolve().parent
    cases = YAML(typ="safe").load((here / "cases.yaml").read_text())
    out = {"dvc": dvc.__version__, "cases": [{"name": name, "files": files, **expand(files)} for name, files in cases.items()]}
    (here / "expected.json").write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n")


main()
