"""The stream client and brokers that want a password, or speak TLS with a CA of their own: given by the config
file, by -X and by -F, and what is said when they are wrong. No secret is ever written."""
import subprocess
import unittest

from stream_support import Job, Scorer, wait_for_log
from support import ROOT, Kafka, temporary_folder
from stack.ports import free_port
from stack.process import Process
from stack.stack import binary
from stack.topics import read_topic

PASSWORD = "correct-horse"
WRONG = "battery-staple"
JAAS = ("org.apache.kafka.common.security.plain.PlainLoginModule required "
        f'user_ann="{PASSWORD}";')


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)


def make_certificates(folder):
    """A CA in ca.pem, and in broker.pem the broker's key and certificate, which the CA has signed."""
    openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=our own CA", "-days", "2",
            "-keyout", "ca.key", "-out", "ca.pem")
    openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", "broker.key",
            "-out", "broker.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(folder, "x509", "-req", "-in", "broker.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", "names", "-out", "broker.crt")
    (folder / "broker.pem").write_text((folder / "broker.key").read_text() + (folder / "broker.crt").read_text())


class SecurityTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls.addClassCleanup)
        make_certificates(cls.folder)
        sasl = free_port(())
        tls = free_port((sasl,))
        cls.kafka = Kafka(cls.folder, listeners={"SASL_PLAINTEXT": sasl, "SSL": tls}, **{
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl_plaintext.plain.sasl.jaas.config": JAAS,
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": cls.folder / "broker.pem"})
        cls.addClassCleanup(cls.kafka.stop)
        cls.scorer = Scorer(cls.folder)
        cls.addClassCleanup(cls.scorer.stop)
        cls.sasl, cls.tls = f"127.0.0.1:{sasl}", f"127.0.0.1:{tls}"

    def credentials(self, password=PASSWORD):
        return {"security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN", "sasl.username": "ann",
                "sasl.password": password}

    def job(self, topic, **options):
        job = Job(self.folder, self.kafka, topic, self.scorer.address, **options)
        job.create_topics()
        job.produce(50)
        return job

    def run_at(self, address, job, properties=None, flags=()):
        kafka = {"bootstrap_servers": address, "properties": properties or {}}
        code, out, said = job.run_to_end(kafka=kafka, flags=flags)
        for secret in (PASSWORD, WRONG):
            self.assertNotIn(secret, out + said)
        return code, said

    def test_a_password_is_taken_from_the_config_the_command_line_or_a_file(self):
        flags = [word for name, value in self.credentials().items() for word in ("-X", f"{name}={value}")]
        file = self.folder / "kafka.properties"
        file.write_text("# of Ann\n" + "".join(f"{name}={value}\n" for name, value in self.credentials().items()))
        ways = {"config": {"properties": self.credentials()}, "flags": {"flags": flags},
                "file": {"flags": ["-F", file]}}
        for name, way in ways.items():
            with self.subTest(name):
                job = self.job(f"sasl-{name}", delivery="exactly-once" if name == "config" else "at-least-once")
                code, said = self.run_at(self.sasl, job, **way)
                self.assertEqual(code, 0, said)
                job.check(self, exactly_once=True)

    def test_a_wrong_password_ends_the_run_with_what_to_do(self):
        job = self.job("refused")
        code, said = self.run_at(self.sasl, job, self.credentials(WRONG))
        self.assertEqual(code, 1, said)
        self.assertRegex(said, "UNAUTHENTICATED: kafka: .*Authentication failed.*; check sasl.username, sasl.password")
        self.assertEqual(job.results(), [])

    def test_a_client_without_the_brokers_protocol_says_why_it_waits(self):
        job = self.job("plain")
        config = job.config("a", "continuous")
        config["kafka"] = {"bootstrap_servers": self.tls}
        file = job.write(self.folder / "plain.yaml", config)
        client = Process("plain", [binary("serin-stream"), "run", "--config", file], self.folder / "plain.log", ROOT)
        self.addCleanup(client.stop)
        wait_for_log(client, "waiting for kafka")
        self.assertEqual(client.stop(), 0)
        lines = (self.folder / "plain.log").read_text().splitlines()
        self.assertRegex(next(line for line in lines if "waiting for kafka" in line), r"security.protocol|SSL")

    def test_tls_needs_the_ca_that_has_signed_the_brokers_certificate(self):
        job = self.job("tls", delivery="exactly-once")
        tls = {"security.protocol": "ssl"}
        code, said = self.run_at(self.tls, job, tls)
        self.assertEqual(code, 1, said)
        self.assertRegex(said, "certificate.*; check ssl.ca.location")
        code, said = self.run_at(self.tls, job, tls | {"ssl.ca.location": str(self.folder / "ca.pem")})
        self.assertEqual(code, 0, said)
        job.check(self, exactly_once=True)

    def test_produce_and_replay_take_the_same_properties(self):
        self.kafka.create_topics(sent=1)

        def produce(password):
            flags = [word for name, value in self.credentials(password).items() for word in ("-X", f"{name}={value}")]
            return subprocess.run([binary("serin-stream"), "produce", "-b", self.sasl, "-t", "sent", *flags],
                                  input="good\n", capture_output=True, text=True, check=False, timeout=60)
        done = produce(WRONG)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("check sasl.username", done.stderr)
        self.assertNotIn(WRONG, done.stdout + done.stderr)
        done = produce(PASSWORD)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(read_topic(self.kafka.address, "sent")), 1)

        letters = self.job("letters")
        self.kafka.produce("letters", "k", b"no JSON")
        letters.finish()
        flags = [word for name, value in self.credentials().items() for word in ("-X", f"{name}={value}")]
        done = subprocess.run([binary("serin-stream"), "replay", "-b", self.sasl, "-t", "letters-dead", *flags],
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, "sent back 1 dead letters\n"), done.stderr)

    def test_no_secret_is_printed_with_the_config_or_logged_in_full_detail(self):
        job = self.job("secret")
        config = job.config("a", "available-now", **self.credentials())
        file = job.write(self.folder / "secret.yaml", config)
        printed = subprocess.run([binary("serin-stream"), "run", "--config", file, "--check-config"],
                                 capture_output=True, text=True, check=True, timeout=60).stdout
        self.assertIn("sasl.password", printed)
        self.assertNotIn(PASSWORD, printed)
        code, _, said = job.run_to_end(kafka={"bootstrap_servers": self.sasl, "properties": self.credentials() | {
            "debug": "conf,security,broker"}}, log={"level": "debug"})
        self.assertEqual(code, 0, said)
        self.assertIn("sasl.mechanism", said)
        self.assertNotIn(PASSWORD, said)


if __name__ == "__main__":
    unittest.main()
