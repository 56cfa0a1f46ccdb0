"""Every alert fires when it should and stays silent when it should not, and its reader finds help."""
import re
import subprocess
import unittest

from support import DEPLOY, ROOT, require

(PROMTOOL,) = require("promtool")
PROMETHEUS = DEPLOY / "prometheus"


def promtool(*words):
    done = subprocess.run([PROMTOOL, *words], cwd=PROMETHEUS, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def alerts():
    return re.findall(r"- alert: (\w+)", (PROMETHEUS / "rules.yml").read_text())


class AlertsTest(unittest.TestCase):
    def test_the_scrape_configs_and_rules_are_valid(self):
        for file in ("prometheus.yml", "prometheus-compose.yml"):
            code, text = promtool("check", "config", file)
            self.assertEqual(code, 0, text)

    def test_every_case_of_the_rule_tests_holds(self):
        code, text = promtool("test", "rules", "rules_test.yml")
        self.assertEqual(code, 0, text)

    def test_every_alert_has_a_case_that_fires_and_one_that_does_not(self):
        cases = (PROMETHEUS / "rules_test.yml").read_text()
        both = {"SerinProcessDown", "SerinRevisionLogUnwritable"}  # one case holds a healthy series too
        for alert in alerts():
            with self.subTest(alert):
                self.assertRegex(cases, rf"alertname: {alert}\n +exp_alerts:\n")
                if alert not in both:
                    self.assertRegex(cases, rf"alertname: {alert}\n +exp_alerts: \[\]\n")

    def test_every_alert_is_explained_to_the_operator(self):
        page = (ROOT / "docs/operations.md").read_text()
        for alert in alerts():
            self.assertIn(f"| `{alert}` |", page)


if __name__ == "__main__":
    unittest.main()
