"""The config files of everything the chaos runs on."""
import json

MODEL_SERVER = """
listen: 127.0.0.1:{port}
admin_listen: 127.0.0.1:{admin}
repository: {{path: {root}/.data/repository, models: [{{name: sentiment, versions: [{version}]}}]}}
drain_delay: 0.5s
"""

ROUTER = """
listen: 127.0.0.1:{port}
admin_grpc_listen: 127.0.0.1:{control}
http_listen: 127.0.0.1:0
admin_listen: 127.0.0.1:{admin}
routes:
  - name: sentiment
    stable_version: v1
    versions:
      - {{name: v1, weight: 80, endpoints: {v1}}}
      - {{name: v2, weight: 20, endpoints: {v2}}}
revision_log: {log}
"""

# The broker's own lower bound for a session is six seconds.
STREAM = """
kafka:
  bootstrap_servers: {kafka}
  properties: {{session.timeout.ms: "6000", heartbeat.interval.ms: "500"}}
source: {{topic: {job}-in, group_id: {job}}}
router: {{address: "127.0.0.1:{router}"}}
sink: {{results_topic: {job}-out, dead_letter_topic: {job}-dead, console: {{enabled: false}}}}
batch: {{max_records: 50}}
delivery: {{mode: {mode}, instance: "{name}"}}
trigger: {{mode: continuous}}
admin_listen: 127.0.0.1:{admin}
"""
JOBS = {"once": "exactly-once", "least": "at-least-once"}


def model_server(root, name, ports):
    return MODEL_SERVER.format(root=root, version=name[:2], port=ports[name], admin=ports[f"{name} admin"])


def router(name, ports, kafka, disk):
    """`disk`: the folder for a revision log that is a file."""
    def endpoints(version):
        return json.dumps([f"127.0.0.1:{ports[f'link {version}-{letter}']}" for letter in "ab"])

    log = (f"{{path: {disk}/revisions.log}}" if name == "solo"
           else f'{{kafka: {{brokers: "{kafka}", topic: revisions, timeout: 5s}}}}')
    return ROUTER.format(port=ports[name], control=ports[f"{name} control"], admin=ports[f"{name} admin"],
                         v1=endpoints("v1"), v2=endpoints("v2"), log=log)


def stream(name, ports, kafka):
    job = name.split("-")[0]
    link = "link to-pair" if job == "once" else "link to-solo"
    return STREAM.format(kafka=kafka, job=job, router=ports[link], mode=JOBS[job], name=name,
                         admin=ports[f"{name} admin"])
