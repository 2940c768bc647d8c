#!/usr/bin/env python3
"""The services of AWS that give credentials, and an S3 that wants them, with a clock of their own. Prints its port.

It checks every signature (Signature Version 4, computed here once more from its description), the time in it, and that session tokens come back.

POST /__setup__ lays its JSON object over what was said before:
  now        its time in seconds since 1970; absent: the real one
  users      {access key id: {"secret": ..}}: who may sign
  roles      {arn: {"key": .., "trust": [beginnings of ids], "tokens": [web identities], "external_id": .., "life": seconds}}
  logins     {bearer token of SSO: {"ACCOUNT/ROLE": key}}
  exchanges  {refresh token of SSO: {"client": "ID/SECRET", "gives": bearer token, "next": refresh token, if it is another}}
  machine    key that IMDSv2 gives
  container  {"key": .., "token": what Authorization must say}, at /container
  lies       [{"of": name of an action, "status": .., "body": .., "times": ..}]
Who gets credentials gets `key` and a number as their id; they are good for `life` seconds, an hour if it is not said.
GET /__requests__: what was asked so far, a line each; reading it empties it.
"""
import datetime
import hashlib
import hmac
import json
import sys
import threading
import time
import urllib.parse
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

lock = threading.Lock()
state = {"users": {}, "roles": {}, "logins": {}, "exchanges": {}, "machine": "", "container": {}, "lies": []}
seen, objects, imds_tokens = [], {}, set()


class Refused(Exception):
    def __init__(self, status, code, message=""):
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


def now():
    return state.get("now") or time.time()


def iso(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def issue(key, life=3600):
    number = sum(1 for name in state["users"] if name.startswith(key)) + 1
    user = {"secret": f"secret/{key}+{number}", "token": f"token/{key}+{number}==", "expires": now() + life}
    state["users"][f"{key}{number}"] = user
    return f"{key}{number}", user


def encode(text):
    return urllib.parse.quote(text, safe="-_.~")


def signature(request, date, region, service, names, secret, payload):
    url = urllib.parse.urlsplit(request.path)
    query = sorted((encode(k), encode(v)) for k, v in urllib.parse.parse_qsl(url.query, keep_blank_values=True))
    headers = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in names)
    canonical = "\n".join([request.command, url.path, "&".join(f"{k}={v}" for k, v in query), headers, ";".join(names), payload])
    scope = f"{date[:8]}/{region}/{service}/aws4_request"
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = "\n".join(["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def who_signed(request, body, service, allowed):
    """The id of who signed, and the region it was signed for."""
    kind, _, rest = request.headers.get("Authorization", "").partition(" ")
    if kind != "AWS4-HMAC-SHA256":
        raise Refused(403, "MissingAuthenticationToken")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    name, day, region, of, end = parts["Credential"].split("/")
    date = request.headers["x-amz-date"]
    if of != service or end != "aws4_request" or not date.startswith(day):
        raise Refused(403, "SignatureDoesNotMatch", "Credential should be scoped to correct service")
    user = state["users"].get(name)
    if user is None:
        raise Refused(403, "InvalidClientTokenId" if service == "sts" else "InvalidAccessKeyId")
    payload = request.headers.get("x-amz-content-sha256", hashlib.sha256(body).hexdigest())
    if payload not in ("UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
        raise Refused(400, "XAmzContentSHA256Mismatch")
    names = parts["SignedHeaders"].split(";")
    if "host" not in names or ("token" in user and "x-amz-security-token" not in names):
        raise Refused(403, "SignatureDoesNotMatch", "a header that must be is not signed")
    if not hmac.compare_digest(parts["Signature"], signature(request, date, region, service, names, user["secret"], payload)):
        raise Refused(403, "SignatureDoesNotMatch", "the signature is wrong")
    signed = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc).timestamp()
    if abs(signed - now()) > allowed:
        code = "SignatureDoesNotMatch" if service == "sts" else "RequestTimeTooSkewed"
        raise Refused(403, code, f"Signature expired: {date} is now earlier than {iso(now())}")
    if request.headers.get("x-amz-security-token", "") != user.get("token", ""):
        raise Refused(403, "InvalidToken")
    if user.get("expires", now() + 1) <= now():
        raise Refused(400, "ExpiredToken")
    return name, region


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return formatdate(now() if timestamp is None else timestamp, usegmt=True)

    def answer(self, status, body=b"", kind="text/xml"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def lie(self, action):
        for lie in state["lies"]:
            if lie["of"] == action and lie.get("times", 1) > 0:
                lie["times"] = lie.get("times", 1) - 1
                self.answer(lie["status"], lie["body"].encode())
                return True
        return False

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with lock:
            if self.path == "/__setup__":
                state.update(json.loads(body))
                return self.answer(204)
            if self.path == "/__requests__":
                text = "".join(line + "\n" for line in seen)
                seen.clear()
                return self.answer(200, text.encode())
            path = urllib.parse.urlsplit(self.path).path
            if self.command == "POST" and path == "/":
                return self.sts(body)
            if self.command == "POST" and path == "/token":
                return self.oidc(body)
            if path == "/federation/credentials":
                return self.sso()
            if path.startswith("/latest/"):
                return self.machine(path)
            if path == "/container":
                return self.container()
            return self.s3(path, body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_any

    def sts(self, body):
        form = dict(urllib.parse.parse_qsl(body.decode()))
        action, arn = form.get("Action", ""), form.get("RoleArn", "")
        line = f"sts {action} {arn} {form.get('RoleSessionName', '')}"
        try:
            if form.get("Version") != "2011-06-15" or not form.get("RoleSessionName"):
                raise Refused(400, "ValidationError", "a parameter is missing")
            role = state["roles"].get(arn, {})
            if action == "AssumeRole":
                name, region = who_signed(self, body, "sts", 300)
                line += f" by {name} in {region}"
                trusted = any(name.startswith(begin) for begin in role.get("trust", []))
                trusted = trusted and form.get("ExternalId") == role.get("external_id")
                who = name
            else:
                if "Authorization" in self.headers:
                    raise Refused(400, "ValidationError", "this must not be signed")
                who = "web identity"
                if form.get("WebIdentityToken") == "expired":
                    raise Refused(400, "ExpiredTokenException", "Token expired: current date/time must be before the expiration")
                trusted = action == "AssumeRoleWithWebIdentity" and form.get("WebIdentityToken") in role.get("tokens", [])
            seen.append(line + (f" for {form['DurationSeconds']}" if "DurationSeconds" in form else ""))
            if self.lie(action):
                return None
            if not trusted:
                raise Refused(403, "AccessDenied", f"User: {who} is not authorized to perform: sts:{action} on resource: {arn}")
            name, user = issue(role["key"], int(form.get("DurationSeconds", role.get("life", 3600))))
            keys = f"<AccessKeyId>{name}</AccessKeyId><SecretAccessKey>{user['secret']}</SecretAccessKey><SessionToken>{user['token']}</SessionToken>"
            keys += f"<Expiration>{iso(user['expires'])}</Expiration>"
            arn = f"<AssumedRoleUser><Arn>{arn}/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>"
            inner = f"<{action}Result>{arn}<Credentials>{keys}</Credentials></{action}Result>"
            xml = f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">{inner}</{action}Response>'
            return self.answer(200, xml.encode())
        except Refused as no:
            seen.append(f"sts refused: {no.code}")
            xml = f"<ErrorResponse><Error><Type>Sender</Type><Code>{no.code}</Code><Message>{no.message}</Message></Error></ErrorResponse>"
            return self.answer(no.status, xml.encode())

    def sso(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        login = state["logins"].get(self.headers.get("x-amz-sso_bearer_token", ""))
        seen.append(f"sso {query.get('account_id')}/{query.get('role_name')}")
        if self.lie("GetRoleCredentials"):
            return None
        if login is None:
            return self.answer(401, b'{"message":"Session token not found or invalid","__type":"UnauthorizedException"}', "application/json")
        key = login.get(f"{query.get('account_id')}/{query.get('role_name')}")
        if key is None:
            return self.answer(403, b'{"message":"No access","__type":"ForbiddenException"}', "application/json")
        name, user = issue(key)
        keys = {"accessKeyId": name, "secretAccessKey": user["secret"], "sessionToken": user["token"], "expiration": int(user["expires"] * 1000)}
        return self.answer(200, json.dumps({"roleCredentials": keys}).encode(), "application/json")

    def oidc(self, body):
        try:
            asked = json.loads(body)
        except ValueError:
            asked = {}
        seen.append(f"oidc {asked.get('grantType')} {asked.get('refreshToken')}")
        if self.lie("CreateToken"):
            return None
        known = state["exchanges"].get(asked.get("refreshToken"), {})
        if asked.get("grantType") != "refresh_token" or known.get("client") != f"{asked.get('clientId')}/{asked.get('clientSecret')}":
            return self.answer(400, b'{"error":"invalid_grant","error_description":"Invalid refresh token provided"}', "application/json")
        given = {"accessToken": known["gives"], "expiresIn": 3600, "tokenType": "Bearer"}
        if "next" in known:
            given["refreshToken"] = known["next"]
        return self.answer(200, json.dumps(given).encode(), "application/json")

    def keys(self, key):
        name, user = issue(key)
        keys = {"Code": "Success", "AccessKeyId": name, "SecretAccessKey": user["secret"], "Token": user["token"], "Expiration": iso(user["expires"])}
        return self.answer(200, json.dumps(keys).encode(), "application/json")

    def machine(self, path):
        seen.append(f"machine {self.command} {path}")
        if not state["machine"]:
            return self.answer(404)
        if path == "/latest/api/token":
            if self.command != "PUT" or not self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "").isdigit():
                return self.answer(400)
            token = f"AQAE{len(imds_tokens)}=="
            imds_tokens.add(token)
            return self.answer(200, token.encode(), "text/plain")
        if self.headers.get("X-aws-ec2-metadata-token") not in imds_tokens:
            return self.answer(401)
        roles = "/latest/meta-data/iam/security-credentials/"
        if path == roles:
            return self.answer(200, b"the-role", "text/plain")
        return self.keys(state["machine"]) if path == roles + "the-role" else self.answer(404)

    def container(self):
        seen.append(f"container {self.path} {self.headers.get('Authorization', '')}".strip())
        if not state["container"] or self.headers.get("Authorization") != state["container"].get("token"):
            return self.answer(403)
        return self.keys(state["container"]["key"])

    def s3(self, path, body):
        try:
            name, region = who_signed(self, body, "s3", 900)
            seen.append(f"s3 {self.command} by {name} in {region}")
            if self.command == "PUT":
                objects[path] = body
                return self.answer(200)
            if "list-type=" in self.path:
                return self.answer(200, b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")
            if path not in objects:
                raise Refused(404, "NoSuchKey")
            return self.answer(200, objects[path])
        except Refused as no:
            if no.status != 404:
                seen.append(f"s3 refused: {no.code}")
            return self.answer(no.status, f"<Error><Code>{no.code}</Code><Message>{no.message}</Message></Error>".encode())


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
