"""serin-probe tells a healthy process from one that is not, as a container's health check must."""
import http.server
import os
import pathlib
import socket
import subprocess
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROBE = pathlib.Path(os.environ.get("SERIN_BIN", ROOT / "build/release/bin")) / "serin-probe"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # noqa: N802 (http.server's name)
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()
        self.wfile.write(b"kafka: ok\n")

    def log_message(self, *_):
        pass


def probe(url):
    done = subprocess.run([PROBE, url], capture_output=True, text=True, timeout=10)
    return done.returncode, done.stdout + done.stderr


class ProbeTest(unittest.TestCase):
    def test_only_200_is_healthy(self):
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        address = f"http://127.0.0.1:{server.server_port}"
        self.assertEqual(probe(f"{address}/readyz"), (0, "200\nkafka: ok\n"))
        self.assertEqual(probe(f"{address}/other")[0], 1)

    def test_a_process_that_is_not_there_is_unhealthy(self):
        code, text = probe("http://127.0.0.1:1/readyz")
        self.assertEqual(code, 1)
        self.assertIn("refused", text)

    def test_a_process_that_hangs_is_unhealthy_within_its_time(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen(1)
            start = time.monotonic()
            code, text = probe(f"http://127.0.0.1:{silent.getsockname()[1]}/readyz")
            self.assertEqual(code, 1, text)
            self.assertLess(time.monotonic() - start, 8)

    def test_another_url_is_refused(self):
        for url in ("localhost", "https://localhost:1/", "http://localhost/readyz"):
            self.assertEqual(probe(url)[0], 64, url)


if __name__ == "__main__":
    unittest.main()
