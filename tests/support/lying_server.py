#!/usr/bin/env python3
"""A small S3 in memory, without signatures, that fails as it is told. Prints its port.

POST /__fault__ with {"method", "path" (regular expression), "action", "times", "value"}: the next `times` such requests
  status    answer `value`, store nothing
  after     do as asked, then answer `value` (the answer was lost)
  drop      close the connection without an answer
  cut       send the first half of the body under its full length
  flip      send the body with one byte changed
  long      send more than the body, under that length
  whole     ignore Range
  shift     send another range than was asked for
  redirect  answer 302 to `value`
  region    answer 400, the bucket is in region `value`
  stall     send the first half, then nothing for `value` seconds
  meet      do as asked, but not before `value` requests were under way at once, and a moment later
GET /__requests__: what was asked so far, a line each; reading it empties it.
GET /__most__: how many requests were under way at once, at most.
"""
import hashlib
import json
import re
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

lock = threading.Lock()
arrived = threading.Condition(lock)
objects, uploads, faults, seen = {}, {}, [], []
under_way, most = 0, 0
page_size = 1000


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def enter(self):
        global under_way, most
        with arrived:
            self.counted = True
            under_way += 1
            most = max(most, under_way)
            arrived.notify_all()

    def leave(self):
        """Before the answer: who has it may ask for something else."""
        global under_way
        with lock:
            if self.counted:
                under_way -= 1
            self.counted = False

    def answer(self, status, body=b"", headers=(), length=None):
        self.leave()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def fault_for(self):
        with lock:
            for fault in faults:
                if fault["times"] > 0 and fault["method"] == self.command and re.search(fault["path"], self.path):
                    fault["times"] -= 1
                    return fault
        return {"action": None, "value": None}

    counted = False

    def handle_any(self):
        try:
            self.handle_one()
        finally:
            self.leave()

    def handle_one(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/__fault__":
            with lock:
                faults.append(json.loads(body))
            return self.answer(204)
        if self.path == "/__requests__":
            with lock:
                text = "".join(line + "\n" for line in seen)
                seen.clear()
            return self.answer(200, text.encode())
        if self.path == "/__most__":
            return self.answer(200, str(most).encode())
        self.enter()
        with lock:
            names = " ".join(sorted(name.lower() for name in self.headers if name.lower() in ("authorization", "if-match", "range", "x-secret")))
            region = re.search(r"Credential=[^/]*/[0-9]*/([^/]*)/", self.headers.get("Authorization", ""))
            seen.append(f"{self.command} {self.path} {names} {region[1] if region else ''}".strip())
        fault = self.fault_for()
        action, value = fault["action"], fault["value"]
        if action == "status":
            return self.answer(value, b"<Error><Code>SlowDown</Code><Message>told to fail</Message></Error>")
        if action == "region":
            return self.answer(400, headers=[("x-amz-bucket-region", value)])
        if action == "redirect":
            return self.answer(302, headers=[("Location", value)])
        if action == "meet":
            with arrived:
                arrived.wait_for(lambda: most >= value, timeout=60)
            time.sleep(0.02)
        if action == "drop":
            self.close_connection = True
            return None
        with lock:
            status, out, headers = self.perform(body, action)
        if action == "after":
            return self.answer(value)
        if action in ("cut", "stall"):
            self.answer(status, out[: len(out) // 2], headers, len(out))
            if action == "stall":
                self.wfile.flush()
                time.sleep(value)
            self.close_connection = True
            return None
        if action == "flip":
            out = out[:-1] + bytes([out[-1] ^ 1])
        if action == "long":
            out = out + b"more"
        return self.answer(status, out, headers)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_any

    def perform(self, body, action):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        path = urllib.parse.unquote(url.path)
        return getattr(self, "on_" + self.command.lower())(path, query, body, action)

    def on_put(self, path, query, body, _):
        said = self.headers.get("x-amz-content-sha256")
        if said not in (None, "UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
            return 400, b"<Error><Code>XAmzContentSHA256Mismatch</Code></Error>", []
        if "uploadId" in query:
            if query["uploadId"] not in uploads:
                return 404, b"<Error><Code>NoSuchUpload</Code></Error>", []
            uploads[query["uploadId"]][1][int(query["partNumber"])] = body
            kept = self.headers.get("x-amz-checksum-sha256")
            return 200, b"", [("ETag", '"%s"' % hashlib.md5(body).hexdigest())] + ([("x-amz-checksum-sha256", kept)] if kept else [])
        if self.headers.get("If-None-Match") == "*" and path in objects:
            return 412, b"<Error><Code>PreconditionFailed</Code></Error>", []
        objects[path] = body
        return 200, b"", [("ETag", '"x"')]

    def on_post(self, path, query, body, __):
        if "uploads" in query:
            name = f"upload/{len(uploads)}+="
            uploads[name] = (path, {})
            return 200, f"<R><UploadId>{name}</UploadId></R>".encode(), []
        if query.get("uploadId") not in uploads:
            return 404, b"<Error><Code>NoSuchUpload</Code></Error>", []
        # As SeaweedFS: it does not list the parts' checksums, and wants all of them.
        if body.count(b"<ChecksumSHA256>") != len(uploads[query["uploadId"]][1]):
            return 400, b"<Error><Code>InvalidRequest</Code></Error>", []
        _, parts = uploads.pop(query["uploadId"])
        objects[path] = b"".join(parts[n] for n in sorted(parts))
        return 200, b"<CompleteMultipartUploadResult></CompleteMultipartUploadResult>", []

    def on_delete(self, path, query, _, __):
        if "uploadId" in query:
            uploads.pop(query["uploadId"], None)
        else:
            objects.pop(path, None)
        return 204, b"", []

    def on_head(self, path, *_):
        return self.judged(objects[path], "") if path in objects else (404, b"", [])

    def judged(self, out, action):
        """200, or what the conditions of the request say."""
        tag = '"%s"' % hashlib.md5(out).hexdigest()
        headers = [("ETag", tag), ("Accept-Ranges", "bytes")]
        if self.headers.get("If-Match", tag) != tag:
            return 412, b"", headers
        if self.headers.get("If-None-Match") == tag and action != "whole":
            return 304, b"", headers
        return 200, out, headers

    def on_get(self, path, query, _, action):
        if "list-type" in query:
            return 200, self.list_objects(path, query), []
        if "uploads" in query:
            rows = "".join(
                f"<Upload><Key>{escape(key[len(path):].lstrip('/'))}</Key><UploadId>{name}</UploadId></Upload>" for name, (key, _) in uploads.items()
            )
            return 200, f"<ListMultipartUploadsResult>{rows}</ListMultipartUploadsResult>".encode(), []
        if "uploadId" in query:
            if query["uploadId"] not in uploads:
                return 404, b"<Error><Code>NoSuchUpload</Code></Error>", []
            parts = uploads[query["uploadId"]][1]
            rows = "".join(
                f'<Part><PartNumber>{n}</PartNumber><ETag>"{hashlib.md5(parts[n]).hexdigest()}"</ETag><Size>{len(parts[n])}</Size></Part>'
                for n in sorted(parts)
            )
            return 200, f"<ListPartsResult>{rows}<IsTruncated>false</IsTruncated></ListPartsResult>".encode(), []
        if path not in objects:
            return 404, b"<Error><Code>NoSuchKey</Code></Error>", []
        status, out, headers = self.judged(objects[path], action)
        if status != 200:
            return status, out, headers
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not wanted or action == "whole":
            return 200, out, headers
        first = int(wanted[1]) + (1 if action == "shift" else 0)
        last = min(int(wanted[2]) if wanted[2] else len(out), len(out) - 1)
        if first > last:
            return 416, b"", []
        return 206, out[first : last + 1], headers + [("Content-Range", f"bytes {first}-{last}/{len(out)}")]

    def list_objects(self, path, query):
        bucket = path.rstrip("/") + "/"
        keys = sorted(key[len(bucket) :] for key in objects if key.startswith(bucket + query.get("prefix", "")))
        keys = [key for key in keys if key > query.get("continuation-token", query.get("start-after", ""))]
        size = min(page_size, int(query.get("max-keys", 1000)))
        more = len(keys) > size
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><ETag>&quot;{hashlib.md5(objects[bucket + key]).hexdigest()}&quot;</ETag>"
            f"<Size>{len(objects[bucket + key])}</Size></Contents>"
            for key in keys[:size]
        )
        token = f"<NextContinuationToken>{escape(keys[size - 1])}</NextContinuationToken>" if more else ""
        return f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{token}{rows}</ListBucketResult>".encode()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *about):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client may stop listening
            super().handle_error(*about)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        page_size = int(sys.argv[1])
    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
