"""The Kubernetes manifests render, fit Kubernetes' schemas, keep our policies, and hold configs that
the real programs accept."""
import pathlib
import re
import subprocess
import tempfile
import unittest

from support import DEPLOY, ROOT, VENV, read_yaml, require
from stack.stack import binary

KUSTOMIZE, VALIDATE, _ = require(ROOT / ".data/bin/kustomize", VENV / "kubernetes-validate",
                                 VENV / "python")
OVERLAYS = sorted(path.parent for path in (DEPLOY / "k8s/overlays").glob("*/kustomization.yaml"))
PROGRAMS = {"model-server.yaml": ["serin-model-server"], "router.yaml": ["serin-router"],
            "stream.yaml": ["serin-stream", "run"]}
PORTS = {"model-server-v1": {50051, 9911}, "model-server-v2": {50052, 9912},
         "router": {50050, 50060, 9000, 9901}, "stream": {9921}}


def render(folder):
    return subprocess.run([KUSTOMIZE, "build", folder], capture_output=True, text=True, check=True).stdout


def rendered_with(overlay, name):
    """The overlay with an optional component, as a user would add it."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=DEPLOY / "k8s", prefix=".test-"))
    try:
        (folder / "kustomization.yaml").write_text(
            f"resources: [../overlays/{overlay}]\ncomponents: [../components/{name}]\n")
        return render(folder)
    finally:
        (folder / "kustomization.yaml").unlink()
        folder.rmdir()


def with_component(overlay, name):
    return read_yaml(rendered_with(overlay, name))


def self_signed(folder):
    """tls.crt, tls.key and ca.crt in the folder, all of one certificate."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-days", "1",
                    "-keyout", folder / "tls.key", "-out", folder / "tls.crt"], check=True, capture_output=True)
    (folder / "ca.crt").write_bytes((folder / "tls.crt").read_bytes())


def of_kind(objects, *kinds):
    return {thing["metadata"]["name"]: thing for thing in objects if thing["kind"] in kinds}


def faults_of(name, deployment):
    """What a Deployment does against our policies, a line each."""
    pod = deployment["spec"]["template"]["spec"]
    context = pod.get("securityContext", {})
    if not context.get("runAsNonRoot") or not context.get("runAsUser"):
        yield f"{name}: may run as root"
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield f"{name}: no seccomp profile"
    if pod.get("automountServiceAccountToken") is not False or "serviceAccountName" not in pod:
        yield f"{name}: gets a token or the default service account"
    for container in pod["containers"]:
        yield from container_faults(f"{name}/{container['name']}", container)


def container_faults(name, container):
    context = container.get("securityContext", {})
    if context.get("readOnlyRootFilesystem") is not True:
        yield f"{name}: its root file system can be written"
    if context.get("allowPrivilegeEscalation") is not False:
        yield f"{name}: may gain privileges"
    if context.get("capabilities", {}).get("drop") != ["ALL"]:
        yield f"{name}: keeps capabilities"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        if probe not in container:
            yield f"{name}: no {probe}"
    # One that waits for others, Kafka say, is not restarted for it.
    if container.get("startupProbe", {}).get("httpGet", {}).get("path") == "/readyz":
        yield f"{name}: its start must not depend on others: startupProbe on /livez"
    for bound in ("requests", "limits"):
        if set(container.get("resources", {}).get(bound, {})) != {"cpu", "memory"}:
            yield f"{name}: no {bound} of cpu and memory"
    tag = container["image"].rpartition(":")[2]
    if "/" in tag or tag == "latest":
        yield f"{name}: image {container['image']} names no version"


class ManifestsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = {folder.name: render(folder) for folder in OVERLAYS}
        cls.objects = {name: read_yaml(text) for name, text in cls.text.items()}

    def each(self):
        self.assertLessEqual({"dev", "production"}, set(self.objects))
        for name, objects in self.objects.items():
            with self.subTest(overlay=name):
                yield name, objects

    def config_of(self, objects, deployment):
        """The text of the config file that its pods mount."""
        (data,) = [thing["data"] for name, thing in of_kind(objects, "ConfigMap").items()
                   if name.startswith(f"{deployment}-")]
        (text,) = data.values()
        return text

    def router_config(self, objects):
        return self.config_of(objects, "router")

    def test_every_object_fits_the_schema_of_its_kind(self):
        for name, _ in self.each():
            done = subprocess.run([VALIDATE, "--strict", "-"], input=self.text[name],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_schema_check_finds_a_misspelt_key(self):
        text = self.text["dev"].replace("readinessProbe:", "readynessProbe:", 1)
        done = subprocess.run([VALIDATE, "--strict", "-"], input=text, capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("readynessProbe", done.stdout + done.stderr)

    def test_every_deployment_keeps_the_policies(self):
        for _, objects in self.each():
            deployments = of_kind(objects, "Deployment")
            self.assertLessEqual(set(PORTS), set(deployments))
            faults = [fault for name, thing in deployments.items() for fault in faults_of(name, thing)]
            self.assertEqual(faults, [])

    def test_the_policies_find_a_careless_deployment(self):
        careless = {"spec": {"template": {"spec": {"containers": [{"name": "a", "image": "b:latest"}]}}}}
        faults = "\n".join(faults_of("careless", careless))
        for word in ("root", "seccomp", "token", "written", "privileges", "capabilities", "readinessProbe",
                     "limits", "latest"):
            self.assertIn(word, faults)

    def test_ports_are_the_documented_ones(self):
        for _, objects in self.each():
            deployments = of_kind(objects, "Deployment")
            for name, ports in PORTS.items():
                (container,) = deployments[name]["spec"]["template"]["spec"]["containers"]
                self.assertEqual({port["containerPort"] for port in container["ports"]}, ports)

    def test_every_config_is_accepted_by_its_program_and_named_by_its_content(self):
        for _, objects in self.each():
            maps = of_kind(objects, "ConfigMap")
            used = set()
            for name, thing in of_kind(objects, "Deployment").items():
                for volume in thing["spec"]["template"]["spec"]["volumes"]:
                    used.add(volume.get("configMap", {}).get("name"))
            self.assertEqual(set(maps), used - {None})
            for name, config in maps.items():
                self.assertRegex(name, r"-[a-z0-9]{10}$")
                for file, text in config["data"].items():
                    with tempfile.NamedTemporaryFile("w", suffix=file) as copy:
                        copy.write(text)
                        copy.flush()
                        program, *words = PROGRAMS[file]
                        done = subprocess.run([binary(program), *words, "--config", copy.name, "--check-config"],
                                              capture_output=True, text=True)
                        self.assertEqual(done.returncode, 0, f"{name}: {done.stderr}")

    def test_several_routers_never_write_one_file(self):
        for _, objects in self.each():
            router = of_kind(objects, "Deployment")["router"]["spec"]
            config = self.router_config(objects)
            shared = "kafka:" in config
            self.assertEqual(router["replicas"] > 1, shared)
            self.assertEqual(router["strategy"]["type"], "RollingUpdate" if shared else "Recreate")
            self.assertEqual("router" in of_kind(objects, "HorizontalPodAutoscaler"), shared)
        self.assertGreaterEqual(of_kind(self.objects["production"], "Deployment")["router"]["spec"]["replicas"], 2)

    def test_the_router_follows_every_pod_of_the_headless_services(self):
        for _, objects in self.each():
            services = of_kind(objects, "Service")
            config = self.router_config(objects)
            names = re.findall(r'endpoints: \["dns:///([^:"]+):(\d+)"\]', config)
            self.assertEqual([name for name, _ in names], ["model-server-v1", "model-server-v2"])
            for name, port in names:
                self.assertEqual(services[name]["spec"]["clusterIP"], "None")
                self.assertIn(int(port), [known["port"] for known in services[name]["spec"]["ports"]])

    def test_a_pod_outlives_its_own_drain(self):
        for _, objects in self.each():
            maps = of_kind(objects, "ConfigMap")
            for name in PORTS:
                pod = of_kind(objects, "Deployment")[name]["spec"]["template"]["spec"]
                pause = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
                (text,) = next(config["data"] for key, config in maps.items()
                               if re.fullmatch(name + r"-[a-z0-9]{10}", key)).values()
                drain = int(re.search(r"(?m)^drain_timeout: (\d+)s$", text).group(1))
                self.assertGreater(pod["terminationGracePeriodSeconds"], pause + drain + 5)

    def test_only_the_router_reaches_the_model_servers(self):
        for _, objects in self.each():
            policies = of_kind(objects, "NetworkPolicy")
            self.assertEqual(policies["deny-all-ingress"]["spec"]["podSelector"], {})
            openings = [rule for policy in policies.values() for rule in policy["spec"].get("ingress", [])
                        if any(port["port"] in (50051, 50052) for port in rule["ports"])]
            self.assertEqual([rule["from"] for rule in openings], [
                [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "router"}}}]])
            admin = [rule["from"] for policy in policies.values()
                     for rule in policy["spec"].get("ingress", [])
                     if any(port["port"] == 50060 for port in rule["ports"])]
            self.assertEqual(admin, [[{"podSelector": {"matchLabels": {"serin.dev/canary-admin": "true"}}}]])

    def test_a_voluntary_disruption_takes_one_pod_at_a_time(self):
        for _, objects in self.each():
            budgets = of_kind(objects, "PodDisruptionBudget")
            self.assertEqual(set(budgets), set(PORTS))
            for budget in budgets.values():
                self.assertEqual(budget["spec"]["maxUnavailable"], 1)

    def test_keda_replaces_the_autoscaler_of_the_stream_client(self):
        objects = with_component("production", "keda")
        self.assertIn("stream", of_kind(objects, "ScaledObject"))
        self.assertEqual(set(of_kind(objects, "HorizontalPodAutoscaler")), {"model-server-v1", "model-server-v2", "router"})

    def test_the_pod_monitor_finds_every_metrics_port(self):
        objects = with_component("production", "pod-monitor")
        monitor = of_kind(objects, "PodMonitor")["serin"]
        (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
        for name in PORTS:
            pod = of_kind(objects, "Deployment")[name]["spec"]["template"]
            self.assertLessEqual(monitor["spec"]["selector"]["matchLabels"].items(),
                                 pod["metadata"]["labels"].items())
            self.assertIn(endpoint["port"], [p["name"] for p in pod["spec"]["containers"][0]["ports"]])

    def test_mutual_tls_is_whole(self):
        text = rendered_with("production", "mtls")
        objects = read_yaml(text)
        core = "\n---\n".join(part for part in text.split("\n---\n") if "cert-manager.io" not in part)
        done = subprocess.run([VALIDATE, "--strict", "-"], input=core, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

        certificates, issuers = of_kind(objects, "Certificate"), of_kind(objects, "Issuer")
        for certificate in certificates.values():
            self.assertIn(certificate["spec"]["issuerRef"]["name"], issuers)
        self.assertEqual(issuers["serin-ca"]["spec"]["ca"]["secretName"],
                         certificates["serin-ca"]["spec"]["secretName"])
        for name in ("router", "model-server-v1", "model-server-v2", "stream"):
            deployment = of_kind(objects, "Deployment")[name]
            self.assertEqual(list(faults_of(name, deployment)), [])
            pod = deployment["spec"]["template"]["spec"]
            secrets = [volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume]
            self.assertEqual(secrets, [certificates[name]["spec"]["secretName"]])
            (mount,) = [mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"] if mount["name"] == "tls"]
            self.assert_accepted(name, self.config_of(objects, name), mount)

        config = self.router_config(objects)
        self.assertIn(certificates["operator"]["spec"]["commonName"], config)
        self.assertNotIn("allow_insecure_admin", config)
        self.assertIn("client auth", certificates["router"]["spec"]["usages"], "the model servers ask for it")
        stream = read_yaml(self.config_of(objects, "stream"))[0]["router"]
        self.assertIn(stream["address"].split(":")[0], certificates["router"]["spec"]["dnsNames"])
        self.assertIn("tls", read_yaml(config)[0], "which stream clients expect")
        for version in read_yaml(config)[0]["routes"][0]["versions"]:
            (endpoint,) = version["endpoints"]
            host = endpoint.removeprefix("dns:///").split(":")[0]
            self.assertIn(host, certificates[host]["spec"]["dnsNames"], "what the router expects to find there")

    def assert_accepted(self, name, config, mount):
        """By its program, with files where the pod has the mount."""
        file = f"{name}.yaml" if name in ("router", "stream") else "model-server.yaml"
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            self_signed(folder)
            (folder / file).write_text(config.replace(mount, str(folder)))
            done = subprocess.run([binary(PROGRAMS[file][0]), *PROGRAMS[file][1:], "--config", folder / file,
                                   "--check-config"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_mutual_tls_changes_nothing_else_of_a_config(self):
        secure_objects = with_component("production", "mtls")
        for name in ("router", "model-server-v1", "model-server-v2", "stream"):
            (plain,) = read_yaml(self.config_of(self.objects["production"], name))
            (secure,) = read_yaml(self.config_of(secure_objects, name))
            self.assertNotEqual(plain, secure)
            for config in (plain, secure):
                for key in ("admin_tls", "admin_access", "allow_insecure_admin", "tls"):
                    config.pop(key, None)
                config.get("router", {}).pop("tls", None)
                for version in config.get("routes", [{"versions": []}])[0]["versions"]:
                    version.pop("tls", None)
            self.assertEqual(plain, secure)


if __name__ == "__main__":
    unittest.main()
