"""A proxy in front of an S3 server that counts what is asked of it."""
import collections, http.client, http.server, socket, socketserver, threading, urllib.parse


class _Handler(http.server.BaseHTTPRequestHandler):
    """Hands each request on as it is, host and all: it is signed."""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    far = None

    def hand_on(self):
        proxy = self.server.proxy
        if self.far is None:
            self.far = http.client.HTTPConnection("127.0.0.1", proxy.behind)
            self.far.connect()
            self.far.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        wanted = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(wanted)
        if len(body) != wanted:
            return self.hang_up()  # who asked is gone
        proxy.count(self.command, urllib.parse.urlsplit(self.path).query)
        self.far.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("expect", "connection"):
                self.far.putheader(name, value)
        self.far.endheaders(body)
        answer = self.far.getresponse()
        data = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", answer.getheader("Content-Length", "0") if self.command == "HEAD" else str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def hang_up(self):
        self.close_connection = True

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = hand_on

    def log_message(self, *_):
        pass


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        pass  # a client that was killed


class CountingProxy:
    """Runs on a free port of loopback, `port`, until the process ends. `requests` counts by method, `parts` those that send a part."""

    def __init__(self, behind):
        self.behind, self.lock = behind, threading.Lock()
        self.clear()
        server = _Server(("127.0.0.1", 0), _Handler)
        server.proxy, self.port = self, server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def clear(self):
        self.requests, self.parts = collections.Counter(), 0

    def count(self, method, query):
        with self.lock:
            self.requests[method] += 1
            self.parts += method == "PUT" and "partNumber=" in query
