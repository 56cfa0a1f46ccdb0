"""Which port each listener gets: its own when it is free, else another one, and that is said."""
import re
import socket

# Listener -> port, as in deploy/local/*.yaml.
DEFAULT_PORTS = {
    "model server v1": 50051,
    "model server v1 admin": 9911,
    "model server v2": 50052,
    "model server v2 admin": 9912,
    "router": 50050,
    "router CanaryAdmin": 50060,
    "router HTTP": 9000,
    "router admin": 9901,
    "stream admin": 9921,
}
KAFKA_PORT = 9092

_ADDRESS = re.compile(r"\b127\.0\.0\.1:(\d+)\b")


def is_free(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


# As long as this process lives, so do its claims.
_claims = []


def _claim(port):
    """Whether no other process has been given that port. A claim is a socket without a file, whose name
    the kernel gives to one process at a time and frees when that ends."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0serin-port-{port}")
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True


def free_port(taken):
    """A free port that is not in `taken` and, until this process ends, goes to no other that asks here: several
    tests run at once, and a server listens some time after its port was chosen."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in taken and _claim(port):
            return port


def choose(any_free=False):
    """Listener -> port, and the listeners whose own port was busy."""
    chosen, replaced = {}, []
    for listener, port in DEFAULT_PORTS.items():
        if any_free or not is_free(port):
            if not any_free:
                replaced.append(listener)
            port = free_port(set(chosen.values()) | set(DEFAULT_PORTS.values()))
        chosen[listener] = port
    return chosen, replaced


def rewrite(text, actual):
    """The text with every address of a default port (a key of `actual`) on its actual port."""
    def replace(match):
        port = int(match.group(1))
        return f"127.0.0.1:{actual.get(port, port)}"
    return _ADDRESS.sub(replace, text)
