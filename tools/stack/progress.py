"""Lines for the person who waits."""
import threading
import time

_PERIOD_SECONDS = 2.0


def say(text=""):
    print(text, flush=True)


class Progress:
    """Around anything that may take longer than two seconds: says every two seconds what is going
    on. `detail` gives the rest of the line.

        with Progress("waiting for the models"):
            ...
    """

    def __init__(self, what, detail=lambda: ""):
        self._what = what
        self._detail = detail
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._start = time.monotonic()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._done.set()
        self._thread.join()

    def _run(self):
        while not self._done.wait(_PERIOD_SECONDS):
            seconds = time.monotonic() - self._start
            detail = self._detail()
            say(f"  … {self._what} ({seconds:.0f} s){': ' + detail if detail else ''}")
