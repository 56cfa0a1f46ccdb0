"""tools/check_sizes finds long files and functions, and lets an explained one pass."""
import unittest

from source_tree import check_tree


def check(files):
    return check_tree("check_sizes", files)


def function(lines, name="Long"):
    """A function of so many lines with brackets in strings, comments and characters."""
    body = ['  Say("}{");  // }', "  int a = '}';", "  if (a) {", "  }"]
    body += ["  ++a;"] * (lines - 2 - len(body))
    return "\n".join([f"int {name}(int x) {{"] + body + ["}"]) + "\n"


class CheckSizesTest(unittest.TestCase):
    def assert_passes(self, files):
        code, output = check(files)
        self.assertEqual(code, 0, output)

    def assert_fault(self, files, expected):
        code, output = check(files)
        self.assertEqual(code, 1, output)
        self.assertIn(expected, output)

    def test_a_file_at_the_limit_passes_and_one_above_fails(self):
        self.assert_passes({"router/a.cc": "int a;\n" * 300})
        self.assert_fault({"router/a.cc": "int a;\n" * 301}, "router/a.cc:1: file of 301 lines")
        self.assert_passes({"tests/router/a.cc": "int a;\n" * 500})
        self.assert_fault({"tests/router/a.cc": "int a;\n" * 501}, "limit 500")

    def test_a_function_at_the_limit_passes_and_one_above_fails(self):
        self.assert_passes({"router/a.cc": function(50) + function(50)})
        self.assert_fault({"router/a.cc": function(50) + "\n" + function(51)},
                          "router/a.cc:52: function of 51 lines, limit 50")

    def test_a_long_member_function_in_a_namespace_and_class_is_found(self):
        text = "namespace a {\nclass B : public C {\n public:\n" + function(51) + "};\n}\n"
        self.assert_fault({"router/a.h": text}, "router/a.h:4: function of 51 lines")

    def test_a_long_constructor_with_initializers_is_found(self):
        text = "A::A(int a)\n    : a_(a) {\n" + "  ++a;\n" * 49 + "}\n"
        self.assert_fault({"router/a.cc": text}, "router/a.cc:1: function of 52 lines")

    def test_a_long_namespace_class_or_table_is_no_function(self):
        rows = "  {1, Make(2)},\n" * 80
        self.assert_passes({"router/a.cc": "namespace a {\n" + "int f();\n" * 80 + "}\n",
                            "router/b.h": "struct B {\n" + "  int b(int);\n" * 80 + "};\n",
                            "router/c.cc": "constexpr Row kRows[] = {\n" + rows + "};\n"})

    def test_a_long_function_with_a_reason_passes(self):
        self.assert_passes({"router/a.cc": "// size: one line a case\n" + function(80)})
        self.assert_fault({"router/a.cc": "// size:\n" + function(80)}, "function of 80 lines")

    def test_a_python_program_without_suffix_is_checked(self):
        self.assert_fault({"tools/a": "#!/usr/bin/env python3\n" + "a = 1\n" * 300}, "tools/a:1")

    def test_an_empty_tree_is_not_a_pass(self):
        self.assert_fault({"docs/a.md": ""}, "no source file")


if __name__ == "__main__":
    unittest.main()
