#!/usr/bin/env python3
"""ci_gate.py ROOT MLO: runs examples/ci-gate with the built mlo, then its CI files' own steps, shallow clones and hooks."""
import os, pathlib, re, subprocess, sys, tempfile, xml.etree.ElementTree

import yaml

root, mlo = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
files = root / "examples/ci-gate/files"
wrong = []


def check(condition, what):
    if not condition:
        wrong.append(what)


github = yaml.safe_load((files / ".github/workflows/model-gate.yml").read_text())
gitlab = yaml.safe_load((files / ".gitlab-ci.yml").read_text())
(github_job,) = github["jobs"].values()
(gitlab_job,) = gitlab.values()
checkout, = [step for step in github_job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
check(checkout["with"]["fetch-depth"] == 0 and gitlab_job["variables"]["GIT_DEPTH"] == "0", "the CI files ask for shallow clones")
GITHUB = [step["run"] for step in github_job["steps"] if "run" in step]
GITLAB = gitlab_job["script"]
check(GITHUB == GITLAB == ["ci/model-gate.sh"], f"the steps are {GITHUB} and {GITLAB}, not the script")
check("pull_request" in github[True], "GitHub runs it at other times")  # YAML 1.1 reads the key `on` so
check(gitlab_job["artifacts"]["reports"]["junit"] == "model-gate/gates.xml", "GitLab reads another report")


def run(*command, cwd, expect=0, **more):
    done = subprocess.run(command, cwd=cwd, env=dict(env, **more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    check(done.returncode == expect, f"{command} in {cwd.name}: exit {done.returncode}, not {expect}: {done.stdout}")
    return done.stdout


def clone(name, *options):
    run("git", "clone", "-q", *options, f"file://{work}/origin.git", name, cwd=work)
    return work / name


def steps(lines, where, expect, **variables):
    return run("sh", "-euc", "\n".join(lines), cwd=where, expect=expect, CI="true", **variables)


def reports(where, tests, failures):
    suites = xml.etree.ElementTree.parse(where / "model-gate/gates.xml").getroot()
    counts = (suites.get("tests"), suites.get("failures"), len(suites.findall("testsuite/testcase")),
              len(suites.findall("testsuite/testcase/failure")))
    check(counts == (str(tests), str(failures), tests, failures), f"{where.name}: JUnit counts {counts}")
    return (where / "model-gate/gates.md").read_text()


with tempfile.TemporaryDirectory(prefix="mlo-ci-gate-") as scratch:
    home = pathlib.Path(scratch).resolve()
    work = home / "walk"
    env = {"PATH": f"{work}/bin:{os.environ['PATH']}", "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1"}
    shown = run(root / "examples/ci-gate/run.sh", mlo, work, cwd=home)
    check("yes: delay@v1.1.0 may go to `merge`; compared with delay@v1.0.0" in shown, "the better change was refused")
    check("no: delay@v1.2.0 may not go to `merge`; compared with delay@v1.0.0" in shown, "the worse change was let in")
    check(shown.count("exit status 3") == 1, "not one change was refused")
    check("may be promoted" in reports(work / "ci-leaner", 3, 0), "the summary of the better change")
    check("is refused" in reports(work / "ci-richer", 3, 1), "the summary of the worse change")

    # GitHub checks out what the merge would be, detached, in a clone of everything: the summary and the annotations.
    merge = clone("merge")
    run("git", "-c", "user.name=GitHub", "-c", "user.email=noreply@github.com", "merge", "-q", "--no-ff", "-m", "merge",
        "origin/richer", cwd=merge)
    run("git", "push", "-q", "origin", "HEAD:refs/pull/7/merge", cwd=merge)

    def github_checkout(name, *refs):
        job = work / name
        run("git", "init", "-q", name, cwd=work)
        run("git", "remote", "add", "origin", f"file://{work}/origin.git", cwd=job)
        run("git", "fetch", "-q", "--no-tags", *refs, "+refs/pull/7/merge:refs/remotes/pull/7/merge", cwd=job)
        run("git", "checkout", "-q", "--force", "refs/remotes/pull/7/merge", cwd=job)
        return job

    summary = home / "summary.md"
    summary.write_text("of another step\n")
    job = github_checkout("github", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
    said = steps(GITHUB, job, 3, GITHUB_ACTIONS="true", GITHUB_BASE_REF="main", GITHUB_STEP_SUMMARY=str(summary))
    annotations = [line for line in said.splitlines() if line.startswith("::")]
    check(all(re.fullmatch(r"::(error|warning) title=model gate::[^%\n]*(%25[^%\n]*)*", line) for line in annotations),
          f"annotations are {annotations}")
    check(any("::error title=model gate::fail: ranking auc" in line for line in annotations) and
          any("::error title=model gate::no: delay@v1.2.0" in line for line in annotations), f"annotations are {annotations}")
    check(re.match("of another step\n## ❌ ", summary.read_text()), "the summary of the step")

    # In what GitHub checks out unless told otherwise, and in what `git clone --depth 1 --no-tags` leaves, mlo says what is
    # missing, and what it says mends it.
    def mends(lines, job, verdict, **variables):
        said = steps(lines, job, 1, **variables)
        line = re.search(r"^hint: (git fetch .*)$", said, re.M)
        check(line and "--unshallow" in line[1], f"no line that mends a shallow clone: {said}")
        if line:
            run("sh", "-c", line[1], cwd=job)
            steps(lines, job, verdict, **variables)
            reports(job, 3, 1 if verdict else 0)

    mends(GITHUB, github_checkout("github-cut", "--depth=1", "origin"), 3, GITHUB_BASE_REF="main")
    for branch, verdict in ("leaner", 0), ("richer", 3):
        job = clone(f"gitlab-{branch}", "--depth", "1", "--no-tags", "-b", branch)
        mends(GITLAB, job, verdict, CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main")
    main = clone("main")
    for subject in "later", "latest":  # one of which a cut clone lacks
        run("git", "-c", "user.name=Eve", "-c", "user.email=eve@example.org", "commit", "-q", "--allow-empty", "-m", subject, cwd=main)
    run("git", "push", "-q", "origin", "main", cwd=main)
    # Tags alone do not tell who is in production: a cut history must not pass for an empty stage.
    job = clone("tags", "--depth", "1", "--no-single-branch", "-b", "leaner")
    run("git", "fetch", "-q", "--depth", "1", "--tags", cwd=job)
    said = steps(GITLAB, job, 1)
    check("cannot tell who holds `prod`" in said and "git fetch --unshallow --tags" in said, f"cut history: {said}")
    run("git", "fetch", "-q", "--unshallow", "--tags", cwd=job)
    steps(GITLAB, job, 0)
    # Nothing new is a yes, with an empty report; a change of the policy by the change itself does not count.
    job = clone("nothing")
    check("no new version of a model since origin/main" in steps(GITHUB, job, 0), "main was asked about itself")
    check(len(xml.etree.ElementTree.parse(job / "model-gate/gates.xml").getroot()) == 0, "an empty report has suites")

    # The hooks, as the README installs them.
    team = work / "team"
    run("sh", "-c", "cp ci/hooks/* .git/hooks/ && mlo hooks install", cwd=team)
    check("installed pre-commit" in re.sub(" +", " ", run(mlo, "hooks", "status", cwd=team)), "mlo's hooks gave way")
    run("git", "switch", "-q", "main", cwd=team)
    run("git", "pull", "-q", "origin", "main", cwd=team)
    before = run("git", "rev-parse", "main", cwd=team)
    check("no: delay@v1.2.0" in run("git", "merge", "-q", "--no-ff", "-m", "richer", "richer", cwd=team, expect=1),
          "pre-merge-commit does not say why")
    run("git", "merge", "--abort", cwd=team)
    check(run("git", "rev-parse", "main", cwd=team) == before, "main moved")
    check("no: delay@v1.2.0" in run("git", "push", "-q", "origin", "+richer:main", cwd=team, expect=1), "pre-push does not say why")
    run("git", "merge", "-q", "--no-ff", "-m", "leaner", "leaner", cwd=team)
    run("git", "push", "-q", "origin", "main", cwd=team)
    run("git", "push", "-q", "origin", "leaner:aside", cwd=team)  # not main: not asked
    check(run("git", "status", "--porcelain", cwd=team) == "", "the hooks leave files")

if wrong:
    print("\n".join(wrong))
print("" if wrong else "the gates of examples/ci-gate hold")
sys.exit(1 if wrong else 0)
