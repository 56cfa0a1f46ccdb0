"""The proxies that are compared: how each is configured and started."""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from stack.process import Process  # noqa: E402

MODEL_SERVER = """
listen: 127.0.0.1:{port}
admin_listen: 127.0.0.1:0
repository:
  path: {root}/.data/repository
  models:
    - name: sentiment
      versions: [v1]
log:
  level: warning
"""

ROUTER = """
listen: 127.0.0.1:{port}
admin_grpc_listen: 127.0.0.1:0
http_listen: 127.0.0.1:{http_port}
admin_listen: 127.0.0.1:0
routes:
  - name: sentiment
    stable_version: v1
    versions: {versions}
revision_log:
  path: {folder}/{name}.log.revisions
log:
  level: warning
"""

HAPROXY = """
global
  nbthread 2
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend data
  bind 127.0.0.1:{port} proto h2
  default_backend versions
backend versions
  balance roundrobin
  server v1 127.0.0.1:{servers[0]} proto h2 weight 80
  server v2 127.0.0.1:{servers[1]} proto h2 weight 20
"""

NGINX = """
worker_processes 2;
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/nginx-body;
  upstream versions {{
    server 127.0.0.1:{servers[0]} weight=80;
    server 127.0.0.1:{servers[1]} weight=20;
    keepalive 128;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{port} http2;
    keepalive_requests 1000000000;
    client_max_body_size 0;
    location / {{ grpc_pass grpc://versions; grpc_read_timeout 60s; grpc_send_timeout 60s; }}
  }}
}}
"""


class Bench:
    """Starts processes in a folder; `binaries` is where Serin's own are. All of them run on the first
    CPU alone if `one_cpu`."""

    def __init__(self, folder, binaries, one_cpu=False):
        self.folder = folder
        self.binaries = binaries
        self.servers = []
        self._prefix = ["taskset", "--cpu-list", "0"] if one_cpu else []
        folder.mkdir(parents=True, exist_ok=True)

    def _file(self, file, text, port, **values):
        path = self.folder / file
        path.write_text(text.format(port=port, servers=self.servers, folder=self.folder, root=ROOT, **values))
        return path

    def start(self, name, command):
        return Process(name, [*self._prefix, *command], self.folder / f"{name}.log", ROOT)

    def model_server(self, name, port):
        config = self._file(f"{name}.yaml", MODEL_SERVER, port)
        self.servers.append(port)
        return self.start(name, [self.binaries / "serin-model-server", "--config", config])

    def serin(self, port, name="serin", endpoints=None, http_port=0):
        """The router: 80/20 over the first two servers, or one version on so many `endpoints`."""
        weights = [("v1", 100, self.servers[:endpoints])] if endpoints else [
            ("v1", 80, self.servers[:1]), ("v2", 20, self.servers[1:2])]
        versions = [{"name": version, "weight": weight, "endpoints": [f"127.0.0.1:{port}" for port in ports]}
                    for version, weight, ports in weights]
        (self.folder / f"{name}.log.revisions").unlink(missing_ok=True)
        config = self._file(f"{name}.yaml", ROUTER, port, name=name, http_port=http_port,
                            versions=json.dumps(versions))
        return self.start(name, [self.binaries / "serin-router", "--config", config])

    def haproxy(self, port):
        config = self._file("haproxy.cfg", HAPROXY, port)
        return self.start("haproxy", ["haproxy", "-db", "-f", config])

    def nginx(self, port):
        config = self._file("nginx.conf", NGINX, port)
        return self.start("nginx", ["nginx", "-p", self.folder, "-c", config])

    def nghttpx(self, port):
        backends = [f"--backend=127.0.0.1,{server};;proto=h2;weight={weight}"
                    for server, weight in zip(self.servers, (80, 20))]
        return self.start("nghttpx", [
            "nghttpx", "--conf=/dev/null", f"--frontend=127.0.0.1,{port};no-tls", "--workers=2",
            "--accesslog-file=/dev/null", *backends])


OTHERS = {"haproxy": Bench.haproxy, "nginx": Bench.nginx, "nghttpx": Bench.nghttpx}
PEERS = {**OTHERS, "serin": Bench.serin}
