#include "tests/unit/functions/function_test.h"

namespace weir::function_test {
namespace {

const TypePtr kText = Type::string();
const TypePtr kBytes = Type::bytes();
const char* const kSmiley = "\xF0\x9F\x98\x80";

ValueList texts(std::initializer_list<const char*> values) {
  ValueList out;
  for (const char* value : values) out.emplace_back(value);
  return out;
}

}  // namespace

TEST_CASE("CONCAT skips NULL") {
  check_calls({{"CONCAT", {S("prefix-"), S("s1"), S("-postfix")}, "prefix-s1-postfix"},
               {"CONCAT", {S("a"), null(), S("b")}, "ab"},
               {"CONCAT", {null_of(kText), null_of(kText)}, ""},
               {"CONCAT", {Y("yes"), null(), Y("no")}, "yesno"},
               {"CONCAT", {Y(""), Y("no")}, "no"}});
}

TEST_CASE("CONCAT_WS separates what isn't NULL") {
  check_calls({{"CONCAT_WS", {S("SEP"), S("foo"), S("bar"), null(), S("literal")}, "fooSEPbarSEPliteral"},
               {"CONCAT_WS", {S("SEP"), null_of(kText), null_of(kText)}, ""},
               {"CONCAT_WS", {S("-"), S(""), S("")}, "-"},
               {"CONCAT_WS", {null_of(kText), S("foo")}, {}},
               {"CONCAT_WS", {Y("a"), Y("b"), Y(""), Y("no")}, "baano"}});
  CHECK(refusal("CONCAT_WS", {S(",")}).find("CONCAT_WS") != std::string::npos);
}

TEST_CASE("letter case follows Unicode") {
  check_calls({{"LCASE", {S("MiXeD 1")}, "mixed 1"},
               {"UCASE", {S("MiXeD 1")}, "MIXED 1"},
               {"UCASE", {S("straße é")}, "STRASSE É"},
               {"LCASE", {S("ÀΣ")}, "àς"},
               {"UCASE", {S("")}, ""},
               {"LCASE", {null_of(kText)}, {}},
               {"INITCAP", {S("the   Quick br0wn fOx")}, "The   Quick Br0wn Fox"},
               {"INITCAP", {S("some_string\tx")}, "Some_string\tX"},
               {"INITCAP", {S("ÉCOLE élan")}, "École Élan"}});
}

TEST_CASE("TRIM") {
  check_calls({{"TRIM", {S(" \t with white space \t")}, "with white space"},
               {"TRIM", {S(" \n ")}, ""},
               {"TRIM", {S("x")}, "x"}});
}

TEST_CASE("LEN counts UTF-16 units or bytes") {
  check_calls({{"LEN", {S("stream")}, 6},
               {"LEN", {S("Übermensch")}, 10},
               {"LEN", {S(kSmiley)}, 2},
               {"LEN", {Y("Ü")}, 2},
               {"LEN", {null_of(kBytes)}, {}}});
}

TEST_CASE("SUBSTRING") {
  check_calls({{"SUBSTRING", {S("some_string"), I(6)}, "string"},
               {"SUBSTRING", {S("short"), I(6)}, ""},
               {"SUBSTRING", {S("some_string"), I(6), I(3)}, "str"},
               {"SUBSTRING", {S("some string"), I(0), I(2)}, "so"},
               {"SUBSTRING", {S("stream"), I(-3)}, "eam"},
               {"SUBSTRING", {S("stream"), I(-9), I(2)}, "st"},
               {"SUBSTRING", {S("stream"), I(2), I(-1)}, ""},
               {"SUBSTRING", {S("stream"), I(2), I(2147483647)}, "tream"},
               {"SUBSTRING", {S("stream"), null_of(Type::integer())}, {}},
               {"SUBSTRING", {S("stream"), I(1), null()}, {}},
               {"SUBSTRING", {S("αβγδ"), I(2), I(2)}, "βγ"},
               {"SUBSTRING", {S(std::string("a") + kSmiley + "b"), I(4)}, "b"},
               {"SUBSTRING", {S(std::string("a") + kSmiley + "b"), I(2), I(2)}, kSmiley},
               {"SUBSTRING", {S(std::string("a") + kSmiley + "b"), I(3)}, "?b"},
               {"SUBSTRING", {S(std::string("a") + kSmiley + "b"), I(1), I(2)}, "a?"},
               {"SUBSTRING", {Y("another"), I(6)}, "er"},
               {"SUBSTRING", {Y("some_string"), I(6), I(3)}, "str"},
               {"SUBSTRING", {Y("short"), I(6), I(3)}, ""}});
}

TEST_CASE("LPAD and RPAD") {
  check_calls({{"LPAD", {S("foo"), I(7), S("Bar")}, "BarBfoo"},
               {"RPAD", {S("foo"), I(7), S("Bar")}, "fooBarB"},
               {"LPAD", {S("foo"), I(2), S("Bar")}, "fo"},
               {"LPAD", {S("foo"), I(-1), S("Bar")}, {}},
               {"LPAD", {S("foo"), I(7), S("")}, {}},
               {"LPAD", {S(""), I(7), S("Bar")}, "BarBarB"},
               {"LPAD", {S("foo"), I(3), S("Bar")}, "foo"},
               {"RPAD", {S("é"), I(3), S("ü")}, "éüü"},
               {"LPAD", {Y("yes"), I(8), Y("no")}, "nononyes"},
               {"LPAD", {Y("yes"), I(0), Y("no")}, ""},
               {"RPAD", {Y("yes"), I(2), Y("no")}, "ye"}});
  check_fails("RPAD", {S("x"), I(2147483647), S("ab")}, "too large");
}

TEST_CASE("INSTR") {
  check_calls({{"INSTR", {S("corporate floor"), S("or")}, 2},
               {"INSTR", {S("should I stay or should I go"), S("or")}, 15},
               {"INSTR", {S("no substring"), S("or")}, 0},
               {"INSTR", {S("corporate floor"), S("or"), I(4)}, 5},
               {"INSTR", {S("short"), S("or"), I(4)}, 0},
               {"INSTR", {S("corporate floor"), S("or"), I(3), I(2)}, 14},
               {"INSTR", {S("corporate floor"), S("or"), I(-3)}, 5},
               {"INSTR", {S("corporate floor"), S("or"), I(-3), I(2)}, 2},
               {"INSTR", {S("corporate floor"), S("or"), I(-4), I(3)}, 0},
               {"INSTR", {S("corporate floor"), S("or"), I(-1)}, 14},
               {"INSTR", {S("short"), S("or"), I(-4), I(2)}, 0},
               {"INSTR", {S("aaaa"), S("aa"), I(1), I(3)}, 3},
               {"INSTR", {S("éaéa"), S("a"), I(3)}, 4},
               {"INSTR", {S("abc"), S("a"), I(9)}, 0},
               {"INSTR", {S("abc"), S("a"), I(-2147483647 - 1)}, 0},
               {"INSTR", {S("abc"), S("a"), I(1), I(0)}, 0},
               {"INSTR", {null_of(kText), S("a")}, 0},
               {"INSTR", {S("abc"), S("a"), null_of(Type::integer())}, {}}});
}

TEST_CASE("REPLACE") {
  check_calls({{"REPLACE", {S("a-b-c"), S("-"), S("+=")}, "a+=b+=c"},
               {"REPLACE", {S("aaa"), S("aa"), S("b")}, "ba"},
               {"REPLACE", {S("abc"), S("x"), S("y")}, "abc"},
               {"REPLACE", {S("abc"), S("b"), S("")}, "ac"},
               {"REPLACE", {S("aéb"), S(""), S("-")}, "-a-é-b-"},
               {"REPLACE", {S("abc"), null_of(kText), S("y")}, {}}});
}

TEST_CASE("SPLIT") {
  check_calls({{"SPLIT", {S("a$$b.c"), S("$$")}, texts({"a", "b.c"})},
               {"SPLIT", {S(".abc$$"), S("$$")}, texts({".abc", ""})},
               {"SPLIT", {S(",,a"), S(",")}, texts({"", "", "a"})},
               {"SPLIT", {S("abc"), S("$")}, texts({"abc"})},
               {"SPLIT", {S(""), S("$")}, texts({""})},
               {"SPLIT", {S(""), S("")}, texts({""})},
               {"SPLIT", {S("aéb"), S("")}, texts({"a", "é", "b"})},
               {"SPLIT", {S("a"), null_of(kText)}, {}},
               {"SPLIT", {Y(".$$a.."), Y("$$")}, texts({".", "a.."})},
               {"SPLIT", {Y("\xC3\xA9"), Y("")}, texts({"\xC3", "\xA9"})}});
}

TEST_CASE("SPLIT_TO_MAP") {
  check_calls({{"SPLIT_TO_MAP",
                {S("apple:=green/cherry:=red"), S("/"), S(":=")},
                ValueMap{{Value("apple"), Value("green")}, {Value("cherry"), Value("red")}}},
               {"SPLIT_TO_MAP",
                {S("a:1//b/c:2:3/a:4"), S("/"), S(":")},
                ValueMap{{Value("a"), Value("4")}, {Value("c"), Value("2")}}},
               {"SPLIT_TO_MAP", {S(""), S("/"), S(":")}, ValueMap{}},
               {"SPLIT_TO_MAP", {S("a:1"), S(""), S(":")}, {}},
               {"SPLIT_TO_MAP", {null_of(kText), S("/"), S(":")}, {}}});
}

TEST_CASE("ELT and FIELD") {
  check_calls({{"ELT", {I(2), S("ignored"), S("something")}, "something"},
               {"ELT", {I(2), S("ignored"), null_of(kText)}, {}},
               {"ELT", {I(0), S("a")}, {}},
               {"ELT", {I(3), S("a"), S("b")}, {}},
               {"FIELD", {S("hello"), S("hello"), S("world")}, 1},
               {"FIELD", {S("hello"), null(), S("hello")}, 2},
               {"FIELD", {S("hello"), S("world")}, 0},
               {"FIELD", {null_of(kText), S("world"), null()}, 0}});
}

}  // namespace weir::function_test
