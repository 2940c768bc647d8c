#!/usr/bin/env python3
"""Gives mlo and AWS's own library the same environment and files, and compares whose credentials sign what they send.

    tests/interop/aws_chain.py SOURCE MLO     exit 77: botocore is not installed (cmake/setup.sh tests)
"""
import hashlib, json, os, pathlib, re, shutil, subprocess, sys, tempfile, time, urllib.request

source, mlo = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
python = source / ".deps/botocore/bin/python"
if not python.exists():
    sys.exit(77)
scratch = pathlib.Path(tempfile.mkdtemp(prefix="mlo-chain-"))
server = subprocess.Popen([sys.executable, source / "tests/support/aws_server.py"], stdout=subprocess.PIPE, text=True)
url = "http://127.0.0.1:" + server.stdout.readline().strip()
plain = {
    "PATH": os.environ["PATH"], "HOME": str(scratch), "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org", "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": url, "AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": "eu-central-1", "AWS_MAX_ATTEMPTS": "1",
}

THEIRS = """
import sys, botocore.session
session = botocore.session.Session(profile=sys.argv[1] or None)
session.create_client('s3').list_objects_v2(Bucket='bucket')
"""

STATE = {
    "users": {"AKIDUSER": {"secret": "s"}, "AKIDFILE": {"secret": "s"}, "AKIDCONFIG": {"secret": "s"}, "AKIDPROC": {"secret": "s"}},
    "roles": {
        "arn:aws:iam::123456789012:role/a": {"key": "ROLEA", "trust": ["AKID", "MACHINE", "LOGIN", "CONTAINER", "WEB"]},
        "arn:aws:iam::123456789012:role/b": {"key": "ROLEB", "trust": ["ROLEA"], "external_id": "x y"},
        "arn:aws:iam::123456789012:role/web": {"key": "WEB", "tokens": ["jwt.a.b"]},
    },
    "logins": {"bearer": {"1/dev": "LOGIN"}, "other": {"1/dev": "LOGIN"}},
    "exchanges": {"again": {"client": "c/s", "gives": "other", "next": "later"}}, "machine": "MACHINE", "container": {"key": "CONTAINER", "token": "let me in"},
}

ENV = {"AWS_ACCESS_KEY_ID": "AKIDUSER", "AWS_SECRET_ACCESS_KEY": "s"}
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(scratch / "token"), "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/web", "AWS_ROLE_SESSION_NAME": "pod"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "let me in"}
ROLE = "role_arn = arn:aws:iam::123456789012:role/a\n"
SSO = "sso_account_id = 1\nsso_role_name = dev\nsso_region = eu-west-1\nsso_start_url = https://s\n"
PROC = """credential_process = sh -c 'echo "{\\"Version\\": 1, \\"AccessKeyId\\": \\"AKIDPROC\\", \\"SecretAccessKey\\": \\"s\\"}"'\n"""
KEYS = "aws_access_key_id = AKIDCONFIG\naws_secret_access_key = s\n"
FILE = "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = s\n"
BASE = FILE.replace("default", "base")

# What is set, `~/.aws/config`, `~/.aws/credentials`, the profile asked for by argument, and who it is that signs ("": nobody).
CASES = [
    ({}, "", "", "", "MACHINE"),
    (CONTAINER, "", "", "", "CONTAINER"),
    ({**CONTAINER, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "no"}, "", "", "", ""),
    (CONTAINER, "[default]\n" + KEYS, "", "", "AKIDCONFIG"),
    ({}, "[default]\n" + PROC + KEYS, "", "", "AKIDPROC"),
    ({}, "[default]\n" + PROC + KEYS, FILE, "", "AKIDFILE"),
    ({}, "[default]\n" + SSO + PROC + KEYS, FILE, "", "LOGIN"),
    ({}, "[default]\nsso_session = w\nsso_account_id = 1\nsso_role_name = dev\n[sso-session w]\nsso_region = eu-west-1\nsso_start_url = https://s\n", FILE, "", "LOGIN"),
    ({}, "[default]\nsso_session = w\nsso_account_id = 1\nsso_role_name = dev\n", FILE, "", ""),
    ({}, "[default]\nsso_role_name = dev\n", FILE, "", ""),
    ({}, "[default]\nsso_session = w\n[sso-session w]\nsso_region = eu-west-1\nsso_start_url = https://s\n", FILE, "", "AKIDFILE"),
    (WEB, "[default]\n" + SSO + PROC + KEYS, FILE, "", "WEB"),
    (WEB, "[profile p]\n" + PROC, "", "p", "AKIDPROC"),
    ({**WEB, "AWS_PROFILE": "p"}, "[profile p]\n" + PROC, "", "", "WEB"),
    ({**WEB, "AWS_ROLE_ARN": ""}, "", FILE, "", ""),
    ({**WEB, "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere"}, "", FILE, "", ""),
    (WEB, "[default]\n" + ROLE + "source_profile = base\n", BASE, "", "ROLEA"),
    ({"AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/a"}, "", FILE, "", "AKIDFILE"),
    ({}, f"[default]\nrole_arn = arn:aws:iam::123456789012:role/web\nweb_identity_token_file = {scratch}/token\n", FILE, "", "WEB"),
    (ENV, "[default]\n" + ROLE + "source_profile = base\n", BASE, "", "AKIDUSER"),
    ({**ENV, "AWS_PROFILE": "base"}, "", BASE, "", "AKIDUSER"),
    (ENV, "", BASE, "base", "AKIDFILE"),
    ({"AWS_ACCESS_KEY_ID": "AKIDUSER"}, "", FILE, "", ""),
    ({"AWS_SECRET_ACCESS_KEY": "s"}, "", FILE, "", "AKIDFILE"),
    ({}, "[default]\n" + ROLE + "source_profile = base\nduration_seconds = 900\n", BASE, "", "ROLEA"),
    ({}, "[default]\n" + ROLE + "source_profile = default\n", FILE, "", "ROLEA"),
    ({}, "[default]\n" + ROLE + "source_profile = default\n", "", "", ""),
    ({}, "[default]\n" + ROLE + "source_profile = nope\n", FILE, "", ""),
    ({}, "[default]\n" + ROLE, FILE, "", ""),
    ({}, "[default]\n" + ROLE + "source_profile = base\ncredential_source = Environment\n", BASE, "", ""),
    ({}, "[default]\n" + ROLE + "credential_source = Ec2InstanceMetadata\n", "", "", "ROLEA"),
    (CONTAINER, "[default]\n" + ROLE + "credential_source = EcsContainer\n", "", "", "ROLEA"),
    (ENV, "[profile p]\n" + ROLE + "credential_source = Environment\n", "", "p", "ROLEA"),
    ({}, "[default]\n" + ROLE + "credential_source = Environment\n", FILE, "", ""),
    ({}, "[default]\n" + ROLE + "credential_source = Magic\n", FILE, "", ""),
    ({}, "[default]\n" + ROLE + "source_profile = base\n[profile base]\n" + SSO, "", "", "ROLEA"),
    ({}, "[default]\n" + ROLE + "source_profile = base\n[profile base]\n" + PROC, "", "", "ROLEA"),
    (WEB, "[default]\n" + ROLE + f"source_profile = base\n[profile base]\nrole_arn = arn:aws:iam::123456789012:role/web\nweb_identity_token_file = {scratch}/token\n", "", "", "ROLEA"),
    ({}, "[default]\n" + ROLE + "source_profile = base\n[profile base]\nregion = r\n", "", "", ""),
    ({}, "[profile p]\nrole_arn = arn:aws:iam::123456789012:role/b\nexternal_id = x y\nsource_profile = a\n[profile a]\n" + ROLE + "source_profile = base\n", BASE, "p", "ROLEB"),
    ({}, "[profile p]\nrole_arn = arn:aws:iam::123456789012:role/b\nsource_profile = a\n[profile a]\n" + ROLE + "source_profile = base\n", BASE, "p", ""),
    ({}, "[profile p]\n" + ROLE + "source_profile = a\n[profile a]\n" + ROLE + "source_profile = p\n", FILE, "p", ""),
    ({"AWS_PROFILE": "nope"}, "", FILE, "", ""),
    ({"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_S3": url},
     f"[default]\nservices = here\n{ROLE}source_profile = base\n[services here]\nsts =\n  endpoint_url = {url}\n", BASE, "", "ROLEA"),
]


def ask(path, body=None):
    with urllib.request.urlopen(url + path, data=body) as answer:
        return answer.read().decode()


def write(name, text):
    path = scratch / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def who_signs(argv, env, cwd):
    """Who signed the request to S3, and the answers of STS on the way there."""
    ask("/__setup__", json.dumps(STATE).encode())
    ask("/__requests__")
    done = subprocess.run(argv, env=env, cwd=cwd, capture_output=True, text=True)
    lines = ask("/__requests__").splitlines()
    # The name of a session has the time in it, unless it was given.
    steps = [re.sub(r"(mlo|botocore-session)-\d+", "SESSION", line) for line in lines if line.startswith("sts ")]
    signed = re.findall(r"s3 [A-Z]+ by ([A-Z]+)\d* ", "\n".join(lines))
    assert (done.returncode == 0) == bool(signed), f"{argv}: {done.returncode}\n{lines}\n{done.stdout}{done.stderr}"
    return (signed[0] if signed else ""), steps, done.stdout + done.stderr


try:
    write("token", "jwt.a.b")
    for name in ("w", "https://s"):
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        write(f".aws/sso/cache/{hashlib.sha1(name.encode()).hexdigest()}.json",
              json.dumps({"accessToken": "bearer", "expiresAt": end, "startUrl": "https://s", "region": "eu-west-1"}))
    repo = scratch / "repo"
    repo.mkdir()
    ask("/__setup__", json.dumps(STATE).encode())
    for argv in (["git", "init", "-q"], [mlo, "init", "-q"], [mlo, "remote", "add", "origin", "s3://bucket/p"]):
        subprocess.run(argv, cwd=repo, env={**plain, **ENV}, check=True, capture_output=True)
    for number, (variables, config, credentials, profile, wanted) in enumerate(CASES):
        write(".aws/config", config)
        write(".aws/credentials", credentials)
        env = {name: text for name, text in {**plain, **variables}.items() if text}
        theirs, their_steps, they_said = who_signs([python, "-c", THEIRS, profile], env, scratch)
        write("repo/.mlo/config.yaml", "mlo: config/1\nremotes:\n  origin: {url: s3://bucket/p" + (f", profile: {profile}" if profile else "") + "}\n")
        ours, our_steps, said = who_signs([mlo, "remote", "check", "origin"], env, repo)
        case = f"case {number}: {variables} with\n{config}{credentials}{profile}\nmlo said {said}"
        assert theirs == wanted, f"{case}\nbotocore signs as `{theirs}`, not as `{wanted}`:\n{they_said}"
        assert ours == wanted, f"{case}\nmlo signs as `{ours}`, not as `{wanted}`"
        assert our_steps == their_steps, f"{case}\nbotocore:\n{their_steps}\nmlo:\n{our_steps}"

    # A login that has ended and can be exchanged: what one leaves the other uses.
    write(".aws/config", "[default]\nsso_session = x\nsso_account_id = 1\nsso_role_name = dev\n[sso-session x]\nsso_region = eu-west-1\nsso_start_url = https://s\n")
    write(".aws/credentials", "")
    write("repo/.mlo/config.yaml", "mlo: config/1\nremotes:\n  origin: {url: s3://bucket/p}\n")
    shared = scratch / f".aws/sso/cache/{hashlib.sha1(b'x').hexdigest()}.json"
    botocore, own = ([python, "-c", THEIRS, ""], scratch), ([mlo, "remote", "check", "origin"], repo)
    for first, second in ((botocore, own), (own, botocore)):
        shared.write_text(json.dumps({"accessToken": "ended", "expiresAt": "2001-02-03T04:05:06Z", "startUrl": "https://s", "region": "eu-west-1",
                                      "clientId": "c", "clientSecret": "s", "registrationExpiresAt": "2101-02-03T04:05:06Z", "refreshToken": "again"}))
        for argv, cwd in (first, second):
            who, _, said = who_signs(argv, plain, cwd)
            assert who == "LOGIN", f"{argv}: {said}"
            left = json.loads(shared.read_text())
            assert left["accessToken"] == "other" and left["refreshToken"] == "later", f"{argv} left {left}"
    print(f"{len(CASES)} cases: mlo signs as botocore does")
finally:
    server.terminate()
    server.wait()
    shutil.rmtree(scratch, ignore_errors=True)
