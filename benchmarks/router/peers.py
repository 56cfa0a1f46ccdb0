"""The proxies that are compared: how each is configured and started."""
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
http_listen: 127.0.0.1:0
admin_listen: 127.0.0.1:0
routes:
  - name: sentiment
    stable_version: v1
    versions:
      - name: v1
        weight: 80
        endpoints: [127.0.0.1:{servers[0]}]
      - name: v2
        weight: 20
        endpoints: [127.0.0.1:{servers[1]}]
revision_log:
  path: {folder}/revisions.log
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
    """Starts processes in a folder; `binaries` is where Serin's own are."""

    def __init__(self, folder, binaries):
        self.folder = folder
        self.binaries = binaries
        self.servers = []
        folder.mkdir(parents=True, exist_ok=True)

    def _file(self, name, text, port):
        path = self.folder / name
        path.write_text(text.format(port=port, servers=self.servers, folder=self.folder, root=ROOT))
        return path

    def _start(self, name, command):
        return Process(name, command, self.folder / f"{name}.log", ROOT)

    def model_server(self, name, port):
        config = self._file(f"{name}.yaml", MODEL_SERVER, port)
        self.servers.append(port)
        return self._start(name, [self.binaries / "serin-model-server", "--config", config])

    def serin(self, port):
        (self.folder / "revisions.log").unlink(missing_ok=True)
        config = self._file("serin.yaml", ROUTER, port)
        return self._start("serin", [self.binaries / "serin-router", "--config", config])

    def haproxy(self, port):
        config = self._file("haproxy.cfg", HAPROXY, port)
        return self._start("haproxy", ["haproxy", "-db", "-f", config])

    def nginx(self, port):
        config = self._file("nginx.conf", NGINX, port)
        return self._start("nginx", ["nginx", "-p", self.folder, "-c", config])

    def nghttpx(self, port):
        backends = [f"--backend=127.0.0.1,{server};;proto=h2;weight={weight}"
                    for server, weight in zip(self.servers, (80, 20))]
        return self._start("nghttpx", [
            "nghttpx", "--conf=/dev/null", f"--frontend=127.0.0.1,{port};no-tls", "--workers=2",
            "--accesslog-file=/dev/null", *backends])
