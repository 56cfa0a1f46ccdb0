"""All processes in the foreground until somebody ends them or one of them ends."""
import pathlib
import signal
import sys
import time

from stack.process import ProcessFailed, describe, wait_until
from stack.progress import Progress, say
from stack.stack import READY_SECONDS, Stack, http_status


class _Stopped(Exception):
    pass


def _stop(number, _frame):
    # A second signal must not interrupt the way down.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Stopped(signal.Signals(number).name)


def print_what_to_try(stack):
    router, admin = stack.address("router"), stack.address("router CanaryAdmin")
    http, metrics = stack.address("router HTTP"), stack.address("router admin")
    say(f"""
All processes are up. In another terminal (grpcurl: .data/bin/grpcurl after tools/setup):

  grpcurl -plaintext -d '{{"text":"VADER is smart, handsome, and funny!"}}' \\
      {router} serin.v1.Predictor/Predict
  curl -s -H 'content-type: application/json' \\
      -d '{{"data":"VADER is smart, handsome, and funny!"}}' http://{http}/predict
  echo 'The book was good.' | \\
      build/release/bin/serin-stream produce -b {stack.kafka} -t test
  kcat -b {stack.kafka} -C -t predictions -e

  build/release/bin/serinctl --address {admin} status
  build/release/bin/serinctl --address {admin} weights v1=50 v2=50
  grpcurl -plaintext -d '{{"weights":{{"v1":50,"v2":50}}}}' \\
      {admin} serin.v1.CanaryAdmin/SetWeights
  curl -s http://{metrics}/metrics

Logs: {stack.folder}/logs. Micro-batches of topic `test` appear below. Ctrl-C ends everything.
""")


def watch(processes):
    """Returns the first process that ends."""
    while True:
        for process in processes:
            if process.exit_code() is not None:
                return process
        time.sleep(0.1)


def serve(folder, any_free, kafka):
    with Progress("starting Kafka, two model servers and the router") as starting, \
            Stack(folder, kafka=kafka, any_free=any_free, say=say) as stack:
        stream = stack.run_stream("stream", output=sys.stdout)
        wait_until(lambda: http_status(stack.ports["stream admin"], "/readyz") == 200,
                   "waiting for the stream client", READY_SECONDS, [stream])
        starting.stop()
        print_what_to_try(stack)
        stack.write_addresses()
        ended = watch(stack.processes)
        raise ProcessFailed(f"{ended.name} ended with {describe(ended.exit_code())}; "
                            f"all others are taken down:\n{ended.last_words()}")


def run(folder, any_free=False, kafka=None):
    """Runs until a signal (exit code 0) or until a process ends (1)."""
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    try:
        serve(pathlib.Path(folder), any_free, kafka)
    except _Stopped as stopped:
        say(f"{stopped}: everything is down")
        return 0
    except ProcessFailed as failure:
        print(f"up: {failure}", file=sys.stderr, flush=True)
        return 1
