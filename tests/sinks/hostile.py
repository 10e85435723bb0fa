#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hostile.py DANCECARD: servers that answer wrongly, half, never or with our own secret, and targets that cannot be right.

For each: the exit status, what is said and that it is said soon, that no secret is, and where the events are: there, in the journal, or among
the dead letters. Nothing else than the server that was named is ever asked.
"""
import http.server
import json
import os
import socket
import ssl
import sys
import tempfile
import threading
import time
from glob import glob

from rsyslog import certificate
from servers import ROOT, check, free_port, need, run

SECRET = "s3cretW0rd"
ASKED = []  # paths
NOBODY = "a" * 64 + ".invalid"  # a label too long to ask any server for


def answer(status, body=b"", head=()):
    def write(handler):
        text = body(handler) if callable(body) else body
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(text)}", *head]
        handler.wfile.write("\r\n".join(lines).encode() + b"\r\n\r\n" + text)
    return write


def raw(data, times=1):
    def write(handler):
        for _ in range(times):
            handler.wfile.write(data)
        handler.close_connection = True
    return write


def never(_):
    time.sleep(300)


def echo(handler):
    return b"denied: " + json.dumps(dict(handler.headers)).encode()


WAITS, GOES, DIES = "waits", "goes", "dies"
ANSWERS = {  # path: what it does, what becomes of the events, words that are said
    "fine": (answer("200 OK"), GOES, ""),
    "nothing": (answer("204 No Content"), GOES, ""),
    "large": (answer("413 Payload Too Large", b"too large"), DIES, "HTTP 413: too large"),
    "bad": (answer("400 Bad", b'a"\\\x01\xff'), DIES, 'HTTP 400: a"'),
    "busy": (answer("429 Too Many", b"busy", ("Retry-After: 99999999",)), WAITS, "HTTP 429: busy"),
    "down": (answer("503 Down", b"down"), WAITS, "HTTP 503: down"),
    "moved": (answer("301 Moved", b"", ("Location: /stolen",)), WAITS, "HTTP 301"),
    "terminal": (answer("401 No", b"\x1b[31m\x1b]0;title\x07"), WAITS, "HTTP 401: \\027[31m\\027]0;title\\007"),
    "echo": (answer("401 No", echo), WAITS, "speaks of credentials"),
    "half": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"), WAITS, "997 bytes remaining"),
    "noise": (raw(bytes(range(256)) * 8), WAITS, ""),
    "heads": (raw(b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 1000 + b"\r\n", 1000), WAITS, ""),
    "endless": (raw(b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 100000, 1000), WAITS, ""),
    "continue": (lambda handler: raw(b"HTTP/1.1 100 Continue\r\n\r\n")(handler) or never(handler), WAITS, "no answer until the end"),
    "never": (never, WAITS, "no answer until the end"),
    "items": (answer("200 OK", b'{"errors":true,"items":['), WAITS, "no items"),
}
# What cannot be right is said at once. $P: a port where a server is.
TARGETS = [
    ("http://127.0.0.1:99999/", "a port is a number from 1 to 65535"), ("http://127.0.0.1:http/", "a port is a number"),
    ("http:///", "no host"), (f"http://me:{SECRET}@127.0.0.1/", "seen by everybody"), ("http://127.0.0.1/?api=no", "api is one of"),
    ("http://127.0.0.1/?no=1", "no such option"), ("http://127.0.0.1/?token_file=/dev/null", "secret cannot be read"),
    ("http://127.0.0.1/?user=a", "a user without password"), ("http://127.0.0.1/?password_file=$F/secret", "a password without user"),
    ("https://127.0.0.1/?ca=/nonexistent", "the file of its CA cannot be read"), ("https://127.0.0.1/?cert=$F/none", "our certificate cannot be read"),
    ("https://127.0.0.1/?batch=x", "a size is a number"), ("http://127.0.0.1/?journal=/dev/null", "Not a directory"),
    ("syslog://127.0.0.1:syslog", "a port is a number"), ("syslog+tls://127.0.0.1?ca=/nonexistent", "the file of its CA cannot be read"),
    ("syslog://127.0.0.1?facility=x", "no such facility"),
]
KAFKA = [
    ("kafka://127.0.0.1:1/", "kafka://BROKERS/TOPIC"), ("kafka://127.0.0.1:1/t?user=a", "a user without password"),
    ("kafka://127.0.0.1:1/t?user=a&mechanism=no&password_file=$F/secret", "Unsupported SASL mechanism"),
    ("kafka://127.0.0.1:1/t?tls=1&ca=/nonexistent", "ssl.ca.location"),
]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        path = self.path.strip("/").split("/")[0]
        ASKED.append(path)
        self.rfile.read(int(self.headers["Content-Length"]))
        ANSWERS[path][0](self)

    do_GET = do_PUT = do_POST

    def log_message(self, *_):
        pass


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


def serve(context=None):
    server = Quiet(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def tls_talker(folder):
    """TLS 1.3 with session tickets, that takes all and says nothing more, as a syslog server does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/right.pem", f"{folder}/right.key")
    listener = socket.create_server(("127.0.0.1", 0))

    def take():
        while True:
            peer, _ = listener.accept()
            with context.wrap_socket(peer, server_side=True) as tls:
                while tls.recv(65536):
                    pass

    threading.Thread(target=take, daemon=True).start()
    return listener.getsockname()[1]


class Case:
    def __init__(self, program, folder, target, **more):
        self.journal = tempfile.mkdtemp(dir=folder)
        joint = "&" if "?" in target else "?"
        given = "" if "journal=" in target else f"{joint}journal={self.journal}&drain=1s"
        begin = time.monotonic()
        self.done = run(program, "-q", "-r", os.path.join(ROOT, "pcaps", "pixel-quic.pcap"), "-o", target + given, **more)
        self.seconds = time.monotonic() - begin
        self.target = target
        check(SECRET not in self.done.stderr.replace(target, ""), f"{target}: the secret is told: {self.done.stderr}")

    def says(self, words):
        check(words in self.done.stderr, f"{self.target}: does not say {words!r}: {self.done.stderr}")

    def dead(self):
        count = 0
        for path in glob(f"{self.journal}/*/dead-letters.jsonl"):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            check(SECRET not in text, f"{self.target}: the secret is among the dead letters")
            count += sum(bool(json.loads(line)["reason"]) for line in text.splitlines())
        return count


def bounded(program, folder, port):
    """A server that refuses everything: the dead letters keep within the journal's bound."""
    target = f"http://127.0.0.1:{port}/bad?journal={folder}/bounded&journal_size=20k&batch=1&drain=9s"
    done = run(program, "-q", "-a", "-r", os.path.join(ROOT, "pcaps"), "-o", target)
    sizes = [os.path.getsize(path) for path in glob(f"{folder}/bounded/*/dead-letters*.jsonl")]
    check(len(sizes) == 2 and max(sizes) < 20000 and sum(sizes) > 2000, f"dead letters: {sizes}: {done.stderr}")
    check("what was in" in done.stderr, f"what is given up is said: {done.stderr}")


def answers(program, folder, port):
    events = 13
    for path, (_, fate, words) in ANSWERS.items():
        for api in ("elastic",) if path == "items" else ("plain", "splunk", "clickhouse"):
            case = Case(program, folder, f"http://127.0.0.1:{port}/{path}?api={api}&token_file={folder}/secret")
            check(case.done.returncode == (0 if fate == GOES else 1), f"{path} {api}: status {case.done.returncode}: {case.done.stderr}")
            if api == "plain" or path == "items":
                case.says(words)
                check(case.dead() == (events if fate == DIES else 0), f"{path}: {case.dead()} dead letters")
            if fate == WAITS:
                case.says("stay in" if case.dead() == 0 else "")
            check(case.seconds < 40, f"{path}: {case.seconds:.0f} s for an end that waits 1 s")  # loaded machines
    check(set(ASKED) <= set(ANSWERS), f"who was not named was asked: {set(ASKED) - set(ANSWERS)}")


def certificates(program, folder):
    contexts = {}
    for name, address in (("right", "IP:127.0.0.1"), ("other", "DNS:other.example")):
        certificate(folder, name, address)
        contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexts[name].load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
    right, other = serve(contexts["right"]), serve(contexts["other"])
    for target, words in (
            (f"https://127.0.0.1:{right}/fine?ca={folder}/right.pem", ""), (f"https://127.0.0.1:{right}/fine", "certificate"),
            (f"https://127.0.0.1:{other}/fine?ca={folder}/other.pem", "match"), (f"syslog+tls://127.0.0.1:{right}", "certificate"),
            (f"syslog+tls://127.0.0.1:{other}?ca={folder}/other.pem", "mismatch")):
        case = Case(program, folder, target)
        check((case.done.returncode == 0) == (words == ""), f"{target}: {case.done.stderr}")
        case.says(words)
    case = Case(program, folder, f"syslog+tls://127.0.0.1:{tls_talker(folder)}?ca={folder}/right.pem")
    check(case.done.returncode == 0, f"TLS with tickets: {case.done.stderr}")
    check(case.seconds < 9, f"TLS with tickets: {case.seconds:.1f} s, as if it waited for an answer")


def main(program):
    need("openssl")
    with tempfile.TemporaryDirectory(prefix="dancecard-hostile-") as folder:
        with open(f"{folder}/secret", "w", encoding="utf-8") as file:
            file.write(SECRET + "\n")
        has_kafka = "kafka://" in run(program, "-q", "-r", "/dev/null", "-o", "nope://x").stderr
        for target, words in TARGETS + (KAFKA if has_kafka else []):
            case = Case(program, folder, target.replace("$F", folder))
            check(case.done.returncode == 1, f"{target}: status {case.done.returncode}")
            case.says(words)
        for target, words in ((f"http://127.0.0.1:{free_port()}/", "connect"), (f"http://{NOBODY}/", "resolve"), (f"syslog://{NOBODY}", NOBODY),
                              (f"syslog+tcp://127.0.0.1:{free_port()}", "refused")):
            case = Case(program, folder, target)
            check(case.done.returncode == 1, f"{target}: {case.done.stderr}")
            case.says(words)
            case.says("13 events stay in")
        case = Case(program, folder, f"syslog://127.0.0.1:{free_port()}")
        check(case.done.stderr.count("events wait in the journal") <= 1, f"UDP to nobody fills the log: {case.done.stderr}")
        answers(program, folder, serve())
        bounded(program, folder, serve())
        certificates(program, folder)
        print(f"{len(ANSWERS)} kinds of answers, {len(TARGETS)} targets, certificates: as they must be")


if __name__ == "__main__":
    main(sys.argv[1])
