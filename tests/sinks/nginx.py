#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""nginx.py DANCECARD: an nginx that fails on purpose (500, 429, slow, cut) before servers that take Elastic's, Splunk's and plain batches.

nginx is the end that the sensor speaks to; what it lets through goes to a small server here, which answers as each API's documentation says
and keeps what it took. TLS is nginx's.
"""
import base64
import http.server
import json
import os
import sys
import tempfile
import threading

from servers import ROOT, Server, check, free_port, need, reference, run, where
from rsyslog import certificate


class Store:
    def __init__(self):
        self.events, self.rows, self.posts, self.heads = {}, 0, 0, []

    def take(self, event):
        self.rows += 1
        self.events[event["event_id"]] = event


def elastic(store, body):
    """Takes each document by its id; every fifth post has one item that is busy, `stats` are refused for good."""
    items, lines = [], body.decode().splitlines()
    for action, text in zip(lines[0::2], lines[1::2]):
        event, ident = json.loads(text), json.loads(action)["create"]["_id"]
        assert ident == event["event_id"]
        if event["event_type"] == "stats":
            items.append({"create": {"status": 400, "error": {"type": "document_parsing_exception", "reason": "object mapping for [stats] \"no\""}}})
        elif ident in store.events:
            items.append({"create": {"status": 409, "error": {"type": "version_conflict_engine_exception", "reason": "exists"}}})
        elif store.posts % 5 == 4 and not items:
            items.append({"create": {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "busy"}}})
        else:
            store.take(event)
            items.append({"create": {"status": 201}})
    return 200, {"errors": True, "items": items}


def splunk(store, body):
    docs = [json.loads(line) for line in body.decode().splitlines()]
    for number, doc in enumerate(docs):
        if doc["event"]["event_type"] == "stats":
            return 400, {"text": "Invalid data format", "code": 6, "invalid-event-number": number}
    for doc in docs:
        assert doc["sourcetype"] == "dancecard:json" and abs(doc["time"]) > 1e9
        store.take(doc["event"])
    return 200, {"text": "Success", "code": 0}


def plain(store, body):
    docs = [json.loads(line) for line in body.decode().splitlines()]
    if any(d["event_type"] == "stats" for d in docs):
        return 422, {"error": "no stats"}
    for doc in docs:
        store.take(doc)
    return 200, {}


APIS = {"/dancecard/_bulk": ("elastic", elastic), "/services/collector/event": ("splunk", splunk), "/in": ("plain", plain)}


def serve(stores):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            name, take = APIS[self.path.split("?")[0]]
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, reply = take(stores[name], body)
            stores[name].posts += 1
            stores[name].heads.append(dict(self.headers))
            text = json.dumps(reply, separators=(",", ":")).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


class Nginx(Server):
    def __init__(self, folder, behind):
        super().__init__(folder)
        self.port = free_port()
        with open(f"{folder}/nginx.conf", "w") as out:
            out.write(f"""
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  split_clients $request_id $fate {{ 20% 500; 20% 429; 10% 503; 5% 444; 5% slow; * ok; }}
  server {{
    listen 127.0.0.1:{self.port} ssl; ssl_certificate {folder}/right.pem; ssl_certificate_key {folder}/right.key; client_max_body_size 1k;
    location / {{
      client_max_body_size 64k;
      error_page 418 = @slow; error_page 419 = @ok;
      if ($fate = 500) {{ return 500 "on purpose"; }}
      if ($fate = 429) {{ add_header Retry-After 1 always; return 429 "on purpose"; }}
      if ($fate = 503) {{ return 503; }}
      if ($fate = 444) {{ return 444; }}
      if ($fate = slow) {{ return 418; }}
      return 419;
    }}
    location @ok {{ client_max_body_size 64k; proxy_pass http://127.0.0.1:{behind}; }}
    location @slow {{ client_max_body_size 64k; limit_rate 100; proxy_pass http://127.0.0.1:{behind}; }}
  }}
}}
""")

    def start(self):
        self.launch([where("nginx"), "-p", self.folder, "-c", f"{self.folder}/nginx.conf"], self.port)


def main(program):
    need("nginx", "openssl")
    captures = os.path.join(ROOT, "pcaps")
    expected = reference(program, "-r", captures)
    stats = {i for i, e in expected.items() if e["event_type"] == "stats"}
    with tempfile.TemporaryDirectory(prefix="dancecard-http-") as folder:
        os.chmod(folder, 0o755)
        certificate(folder, "right", "IP:127.0.0.1")
        for name in ("token", "password"):
            with open(f"{folder}/{name}", "w") as out:
                out.write("s3cret\n")
        stores = {name: Store() for name, _ in APIS.values()}
        nginx = Nginx(folder, serve(stores))
        nginx.start()
        base = f"https://127.0.0.1:{nginx.port}"
        try:
            for name, path, secret, head in (
                    ("elastic", "/", f"user=elastic&password_file={folder}/password", "Basic " + base64.b64encode(b"elastic:s3cret").decode()),
                    ("splunk", "/", f"token_file={folder}/token", "Splunk s3cret"), ("plain", "/in", f"token_file={folder}/token", "Bearer s3cret")):
                done = run(program, "-q", "-r", captures, "-o", f"{base}{path}?api={name}&{secret}&ca={folder}/right.pem&batch=10&journal={folder}/{name}&drain=120s")
                store = stores[name]
                lost = set(expected) - stats - set(store.events)
                check(not lost and not set(store.events) & stats, f"{name}: lost {len(lost)}: {done.stderr}")
                check(done.returncode == 1 and "refuses events" in done.stderr, f"{name}: refused ones are told: {done.stderr}")
                check("s3cret" not in done.stderr, "no secret is told")
                check(all(h.get("Authorization") == head for h in store.heads), f"{name}: {store.heads[0]}")
                letters = []
                for root, _, files in os.walk(f"{folder}/{name}"):
                    for file in files:
                        if file == "dead-letters.jsonl":
                            with open(os.path.join(root, file), encoding="utf-8") as text:
                                letters += [json.loads(line) for line in text]
                check({x["event"]["event_id"] for x in letters} == stats and all(x["reason"] for x in letters), f"{name}: dead letters")
                print(f"{name}: {len(store.events)} events in {store.posts} posts that came through, {store.rows - len(store.events)} repeats, {len(letters)} dead letters: {letters[0]['reason'][:60]}")
            unknown = run(program, "-q", "-r", captures, "-o", f"{base}/in?journal={folder}/x&drain=1s")
            check(unknown.returncode == 1 and "certificate" in unknown.stderr, f"an unknown CA is refused: {unknown.stderr}")
        finally:
            nginx.stop()


if __name__ == "__main__":
    main(sys.argv[1])
