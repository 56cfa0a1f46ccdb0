"""tools/check_layers finds what breaks the arrows, and nothing else."""
import unittest

from source_tree import check_tree


def check(files):
    return check_tree("check_layers", files)


class CheckLayersTest(unittest.TestCase):
    def assert_fault(self, path, text, expected):
        code, output = check({path: text})
        self.assertEqual(code, 1, output)
        self.assertIn(expected, output)

    def test_a_good_tree_passes(self):
        code, output = check({
            "router/grpc/service.cc": '#include <grpcpp/grpcpp.h>\n#include "router/router.h"\n'
                                      '#include "serin/v1/predictor.pb.h"\n',
            "router/traffic/split.h": '#include "absl/status/status.h"\n'
                                      '#include "common/hashing/stable_hash.h"\n',
            "router/revisions/file_log.cc": "#include <fstream>\n",
        })
        self.assertEqual(code, 0, output)
        self.assertIn("3 files, 0 faults", output)

    def test_a_service_that_includes_another_fails(self):
        self.assert_fault("router/grpc/a.cc", '\n#include "model-server/inference/model.h"\n',
                          "router/grpc/a.cc:2: router must not include model-server")

    def test_common_that_includes_a_service_fails(self):
        self.assert_fault("common/time/a.h", '#include "router/traffic/split.h"\n',
                          "common must not include router")

    def test_pure_code_that_includes_grpc_fails(self):
        for header in ("grpcpp/grpcpp.h", "librdkafka/rdkafka.h", "boost/beast.hpp", "spdlog/spdlog.h",
                       "serin/v1/predictor.pb.h", "prometheus/counter.h", "yaml-cpp/yaml.h"):
            self.assert_fault("router/traffic/a.cc", f"#include <{header}>\n", f"<{header}>")

    def test_pure_code_that_includes_an_adapter_of_its_service_fails(self):
        self.assert_fault("stream-client/pipeline/a.cc", '#include "stream-client/kafka/source.h"\n',
                          "must not include an adapter")
        self.assert_fault("router/revisions/log.cc", '#include "router/revisions/file_log.h"\n',
                          "must not include an adapter")

    def test_pure_code_that_reads_the_time_or_sleeps_fails(self):
        self.assert_fault("router/traffic/a.cc", "auto t = absl::Now();\n", "Clock")
        self.assert_fault("router/traffic/a.cc", "std::chrono::steady_clock::now();\n", "Clock")
        self.assert_fault("router/traffic/a.cc", "absl::SleepFor(x);\n", "does not sleep")

    def test_a_comment_may_speak_of_the_time(self):
        code, output = check({"router/traffic/a.cc": "// not absl::Now()\n/* sleep(1) */\n"})
        self.assertEqual(code, 0, output)

    def test_an_empty_tree_is_not_a_pass(self):
        code, output = check({"docs/a.md": ""})
        self.assertEqual(code, 1)
        self.assertIn("no source file", output)


if __name__ == "__main__":
    unittest.main()
