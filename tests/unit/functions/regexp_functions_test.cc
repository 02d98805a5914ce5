#include <stdexcept>

#include "engine/functions/java_regex.h"
#include "tests/unit/functions/function_test.h"

namespace weir::function_test {
namespace {

const TypePtr kText = Type::string();

ValueList texts(std::initializer_list<const char*> values) {
  ValueList out;
  for (const char* value : values) out.emplace_back(value ? Value(value) : Value());
  return out;
}

// Every match in brackets, or ! for an expression that is refused.
std::string matches(const std::string& pattern, const std::string& text) {
  try {
    const JavaRegex regex(pattern);
    RegexMatcher matcher;
    matcher.reset(regex, text);
    std::string out;
    while (matcher.find()) out += "[" + std::string(*matcher.group(0)) + "]";
    return out;
  } catch (const std::invalid_argument&) {
    return "!";
  }
}

}  // namespace

TEST_CASE("Java's regular expressions") {
  const struct {
    std::string pattern;
    std::string text;
    std::string expected;
  } cases[] = {{"a*", "baaac", "[][aaa][][]"},
               {"", "é", "[][]"},
               {"b$", "ab\r\n", "[b]"},
               {"(?m)^b$", "a\nb\r\nb", "[b][b]"},
               {"[a-z&&[^bc]]+", "abcd", "[a][d]"},
               {"[a-z&&[def]&&[e]]", "e", "[e]"},
               {"[a[xy]]+", "axyb", "[axy]"},
               {"[^a[xy]]+", "axyb", "[b]"},
               {"[\\w&&[^\\d_]]+", "a1_b", "[a][b]"},
               {"[&&a]", "&a", "[a]"},
               {"[a&&]", "a&", "[a]"},
               {"[a&b]", "&", "[&]"},
               {"[]a]", "]", "[]]"},
               {"[a\\-z]", "-", "[-]"},
               {"[[:alpha:]]", "l5:", "[l][:]"},
               {"[\\p{Alpha}0]+", "ab0-", "[ab0]"},
               {"\\P{Lower}", "aB", "[B]"},
               {"[x\\P{Lower}]", "axB", "[x][B]"},
               {"[^\\p{Lower}]", "aB", "[B]"},
               {"\\p{IsLatin}+", "aé1", "[aé]"},
               {"\\p{javaLowerCase}+", "aB", "[a]"},
               {"\\w+", "aé1", "[a][1]"},
               {"(?U)\\w+", "aé1", "[aé1]"},
               {"(?iu)É", "é", "[é]"},
               {"(?d)a", "a", "[a]"},
               {"\\u0041\\x41\\x{42}\\0103", "AABC", "[AABC]"},
               {"\\ud83d\\ude00", "😀", "[😀]"},
               {"[\\u00e9-\\u00fc]", "é", "[é]"},
               {"\\Qa.b\\E+", "a.bb", "[a.bb]"},
               {"[\\Q^]\\E]+", "^]", "[^]]"},
               {"(a)(?<n>b)\\k<n>\\2", "abbb", "[abbb]"},
               {"(?x) a # [\n b", "ab", "[ab]"},
               {"\\G\\d", "12a3", "[1][2]"},
               {"a{2,3}", "aaaa", "[aaa]"}};
  for (const auto& test : cases) CHECK_MESSAGE(matches(test.pattern, test.text) == test.expected, test.pattern);
  for (const char* pattern :
       {"(",   "[",     "[[]",  "*a",    "a**",      "a{2,",    "a{,3}",          "{",  "\\", "\\y", "\\N",
        "\\K", "\\u12", "\\09", "[z-a]", "\\p{Foo}", "(*FAIL)", "(?<n>a)(?<n>b)", "[]", "\\E"}) {
    CHECK_MESSAGE(matches(pattern, "a") == "!", pattern);
  }
}

TEST_CASE("an expression that never ends is given up") {
  const JavaRegex regex("(a+)+$");
  RegexMatcher matcher;
  matcher.reset(regex, std::string(40, 'a') + "!");
  CHECK(!matcher.find());
  CHECK(matcher.failed());
  check_fails("REGEXP_EXTRACT", {S("(a+)+$"), S(std::string(40, 'a') + "!")}, "too many steps");
}

TEST_CASE("text that is no UTF-8 is searched all the same") { CHECK(matches("b+", "\xFF\xC3 bb") == "[bb]"); }

TEST_CASE("REGEXP_EXTRACT") {
  check_calls({{"REGEXP_EXTRACT", {S("test."), S("some_test_string")}, "test_"},
               {"REGEXP_EXTRACT", {S("test."), S("anothertest")}, {}},
               {"REGEXP_EXTRACT", {S("(.*) (.*)"), S("steven zhang"), I(2)}, "zhang"},
               {"REGEXP_EXTRACT", {S("(.*) (.*)"), S("agavra"), I(2)}, {}},
               {"REGEXP_EXTRACT", {S("(a)|(b)"), S("b"), I(1)}, {}},
               {"REGEXP_EXTRACT", {S("(a)"), S("a"), I(2)}, {}},
               {"REGEXP_EXTRACT", {S("a"), null_of(kText)}, {}},
               {"REGEXP_EXTRACT", {null_of(kText), S("a")}, {}}});
  CHECK(refusal("REGEXP_EXTRACT", {S("(oops"), S("a")}).find("'(oops'") != std::string::npos);
  check_fails("REGEXP_EXTRACT", {S("(oops"), S("a")}, "'(oops'");
}

TEST_CASE("REGEXP_EXTRACT_ALL") {
  check_calls(
      {{"REGEXP_EXTRACT_ALL", {S("(\\w+) (\\w*)"), S("steven zhang andy coates"), I(2)}, texts({"zhang", "coates"})},
       {"REGEXP_EXTRACT_ALL", {S("(\\w+) (\\w*)"), S("apurva mehta agavra "), I(2)}, texts({"mehta", ""})},
       {"REGEXP_EXTRACT_ALL", {S("(\\w+) (\\w*)"), S("agavra"), I(2)}, ValueList{}},
       {"REGEXP_EXTRACT_ALL", {S("a|(b)"), S("ab"), I(1)}, texts({nullptr, "b"})},
       {"REGEXP_EXTRACT_ALL", {S("[a-z]"), S("a1b")}, texts({"a", "b"})},
       {"REGEXP_EXTRACT_ALL", {S("a"), S("a"), I(1)}, {}},
       {"REGEXP_EXTRACT_ALL", {S("a"), null_of(kText)}, {}}});
}

TEST_CASE("REGEXP_REPLACE") {
  check_calls({{"REGEXP_REPLACE", {S("a1b22"), S("\\d+"), S("#")}, "a#b#"},
               {"REGEXP_REPLACE", {S("abc"), S("(b)"), S("[$1]")}, "a[b]c"},
               {"REGEXP_REPLACE", {S("abc"), S("(?<n>b)"), S("${n}${n}")}, "abbc"},
               {"REGEXP_REPLACE", {S("abc"), S("(b)"), S("$12")}, "ab2c"},
               {"REGEXP_REPLACE", {S("abc"), S("b"), S("\\$x")}, "a$xc"},
               {"REGEXP_REPLACE", {S("abc"), S("x*"), S("-")}, "-a-b-c-"},
               {"REGEXP_REPLACE", {S("abc"), S("(x)?b"), S("[$1]")}, "a[]c"},
               {"REGEXP_REPLACE", {S("abc"), S("b"), null_of(kText)}, {}}});
  check_fails("REGEXP_REPLACE", {S("abc"), S("b"), S("$2")}, "no group 2");
  check_fails("REGEXP_REPLACE", {S("abc"), S("b"), S("${m}")}, "'m'");
  check_fails("REGEXP_REPLACE", {S("abc"), S("b"), S("$")}, "'$'");
  check_fails("REGEXP_REPLACE", {S("abc"), S("b"), S("x\\")}, "ends with");
}

TEST_CASE("REGEXP_SPLIT_TO_ARRAY") {
  check_calls({{"REGEXP_SPLIT_TO_ARRAY", {S("aabcda"), S("(ab|cd)")}, texts({"a", "", "a"})},
               {"REGEXP_SPLIT_TO_ARRAY", {S(",a,,"), S(",")}, texts({"", "a", "", ""})},
               {"REGEXP_SPLIT_TO_ARRAY", {S("abc"), S("x")}, texts({"abc"})},
               {"REGEXP_SPLIT_TO_ARRAY", {S("aéc"), S("")}, texts({"a", "é", "c"})},
               {"REGEXP_SPLIT_TO_ARRAY", {S("axxbx"), S("x*")}, texts({"a", "", "b"})},
               {"REGEXP_SPLIT_TO_ARRAY", {S(""), S("")}, texts({""})},
               {"REGEXP_SPLIT_TO_ARRAY", {S("a"), null_of(kText)}, {}}});
}

}  // namespace weir::function_test
