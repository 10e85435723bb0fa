# SPDX-License-Identifier: Apache-2.0
"""Real servers on loopback for the tests of sinks: started here, stopped at the end, in a folder of their own."""
import contextlib
import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SKIP = 77


def need(*programs):
    """Skips the test, and says why, where a server is not installed."""
    missing = [p for p in programs if shutil.which(p, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None]
    if missing:
        print("skipped, not installed:", " ".join(missing))
        sys.exit(SKIP)


def where(program):
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_port(port, process, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args[0]} does not listen on {port}")


def check(claim, what):
    if not claim:
        raise SystemExit(f"FAILED: {what}")


class Server:
    """A process that can be killed and started again with the same files."""

    def __init__(self, folder):
        self.folder = folder
        self.process = None
        os.makedirs(folder, exist_ok=True)

    def launch(self, arguments, port):
        log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen(arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder)
        log.close()
        if port:
            wait_port(port, self.process)

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None


class ClickHouse(Server):
    def __init__(self, folder, ports, cluster):
        super().__init__(folder)
        self.http, self.tcp, self.inter = ports
        shards = "".join(f"<shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>{p}</port></replica></shard>" for p in cluster)
        with open(os.path.join(folder, "users.xml"), "w") as out:
            out.write("<yandex><users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile>"
                      "<quota>default</quota></default></users><profiles><default><max_memory_usage>2000000000</max_memory_usage></default></profiles>"
                      "<quotas><default></default></quotas></yandex>")
        with open(os.path.join(folder, "config.xml"), "w") as out:
            out.write(f"<yandex><logger><level>warning</level><console>1</console></logger><http_port>{self.http}</http_port><tcp_port>{self.tcp}</tcp_port>"
                      f"<interserver_http_port>{self.inter}</interserver_http_port><listen_host>127.0.0.1</listen_host><path>{folder}/data/</path>"
                      f"<tmp_path>{folder}/tmp/</tmp_path><user_files_path>{folder}/files/</user_files_path><format_schema_path>{folder}/schemas/</format_schema_path>"
                      f"<users_config>{folder}/users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>"
                      f"<timezone>UTC</timezone><mark_cache_size>100000000</mark_cache_size><max_concurrent_queries>100</max_concurrent_queries>"
                      f"<remote_servers><dancecard>{shards}</dancecard></remote_servers></yandex>")

    def start(self):
        self.launch([where("clickhouse-server"), f"--config-file={self.folder}/config.xml"], self.http)

    def query(self, text, tries=20):
        settings = "output_format_json_quote_64bit_integers=0"
        for left in range(tries, 0, -1):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/?{settings}", text.encode(), timeout=60) as reply:
                    return reply.read().decode()
            except (OSError, urllib.error.HTTPError) as error:
                said = error.read().decode() if hasattr(error, "read") else str(error)
                if left == 1:
                    raise RuntimeError(f"{text}: {said}") from error
                time.sleep(0.3)

    def rows(self, text):
        return json.loads(self.query(text + " FORMAT JSON"))["data"]


@contextlib.contextmanager
def clickhouse_pair():
    """Two shards, with the tables of sensor/sink/clickhouse on both."""
    need("clickhouse-server")
    with tempfile.TemporaryDirectory(prefix="dancecard-ch-") as folder:
        ports = [[free_port() for _ in range(3)] for _ in range(2)]
        shards = [ClickHouse(f"{folder}/{i}", ports[i], [p[1] for p in ports]) for i in range(2)]
        try:
            for shard in shards:
                shard.start()
            for path in sorted(glob.glob(os.path.join(ROOT, "sensor/sink/clickhouse/*.sql"))):
                with open(path, encoding="utf-8") as sql:
                    text = sql.read()
                for shard in shards:
                    shard.query(text)
            yield shards
        finally:
            for shard in shards:
                shard.stop(signal.SIGKILL)


def run(program, *arguments, environment=None, timeout=300):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, env={**os.environ, **(environment or {})})


def reference(program, *arguments):
    """The events of a run into a file: {event_id: event}."""
    done = run(program, "-q", *arguments)
    check(done.returncode == 0, f"the reference run: {done.stderr}")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return {e["event_id"]: e for e in events}
