"""A child process that never outlives its parent and whose output is kept in a file."""
import ctypes
import signal
import subprocess
import time

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)

STOP_SECONDS = 12  # a little more than the services' own drain_timeout


class ProcessFailed(Exception):
    """A process ended that should not have, or did not do what it should."""


def _die_with_parent():
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """Started by the constructor. Its session is its own, so that Ctrl-C reaches only the parent,
    which takes its children down in order."""

    def __init__(self, name, command, log, cwd, output=None, keep_input=False):
        self.name = name
        self.log = log
        self._log_file = open(log, "wb")
        self._popen = subprocess.Popen(
            [str(word) for word in command], cwd=cwd, start_new_session=True,
            stdin=subprocess.PIPE if keep_input else subprocess.DEVNULL,
            stdout=output if output is not None else self._log_file, stderr=self._log_file,
            preexec_fn=_die_with_parent)

    @property
    def pid(self):
        return self._popen.pid

    @property
    def stdout(self):
        return self._popen.stdout

    def exit_code(self):
        """None while it runs; a signal's number, negated, when one ended it."""
        return self._popen.poll()

    def wait(self, seconds):
        """The exit code, or None when it still runs after so long."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def check_alive(self):
        if self.exit_code() is not None:
            raise ProcessFailed(f"{self.name} ended with {describe(self.exit_code())}:\n{self.last_words()}")

    def last_words(self, lines=8):
        with open(self.log, encoding="utf-8", errors="replace") as stream:
            return "".join("  | " + line for line in stream.readlines()[-lines:]).rstrip()

    def tell(self, line):
        """Writes a line to its standard input (keep_input)."""
        self._popen.stdin.write(f"{line}\n".encode())
        self._popen.stdin.flush()

    def ask_to_stop(self):
        if self.exit_code() is None:
            self._popen.send_signal(signal.SIGTERM)

    def stop(self):
        """Ends it: SIGTERM, then SIGKILL when it takes too long. Returns the exit code."""
        self.ask_to_stop()
        if self.wait(STOP_SECONDS) is None:
            self._popen.kill()
            self._popen.wait()
        for stream in (self._popen.stdin, self._popen.stdout, self._log_file):
            if stream:
                stream.close()
        return self.exit_code()


def describe(code):
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def wait_until(condition, what, seconds, alive=()):
    """Returns when condition() is true; raises when it is not within so many seconds, or when one
    of the processes in `alive` ends meanwhile."""
    deadline = time.monotonic() + seconds
    while not condition():
        for process in alive:
            process.check_alive()
        if time.monotonic() > deadline:
            raise ProcessFailed(f"{what} took longer than {seconds} s")
        time.sleep(0.02)
