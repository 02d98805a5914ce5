#include <nlohmann/json.hpp>

#include <cmath>
#include <random>

#include "engine/functions/json_path.h"
#include "engine/functions/json_text.h"
#include "tests/unit/functions/function_test.h"

namespace weir::function_test {
namespace {

const TypePtr kText = Type::string();

std::string compacted(const std::string& text) {
  const auto json = read_json(text);
  if (!json) return "malformed";
  std::string out;
  append_compact_json(out, *json);
  return out;
}

ValueList texts(std::initializer_list<const char*> values) {
  ValueList out;
  for (const char* value : values) out.emplace_back(value);
  return out;
}

}  // namespace

TEST_CASE("JSON is compacted, numbers as BigDecimal prints them") {
  const std::pair<const char*, const char*> cases[] = {
      {R"( {"a" : [ 1 , 2.50, {} , [ ] ] , "b":null} )", R"({"a":[1,2.50,{},[]],"b":null})"},
      {R"("\u0041\u00e9\ud83d\ude00\/\n\"\u001f")", "\"Aé😀/\\n\\\"\\u001F\""},
      {R"("\ud83d")", "\"?\""},
      {"1.23450", "1.23450"},
      {"1e3", "1E+3"},
      {"-1.5E-10", "-1.5E-10"},
      {"0.0000001", "1E-7"},
      {"0.000001", "0.000001"},
      {"12e-1", "1.2"},
      {"-0", "0"},
      {"-0.0", "0.0"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"true", "true"}};
  for (const auto& [text, expected] : cases) CHECK(compacted(text) == expected);
}

TEST_CASE("malformed JSON is refused") {
  for (const char* text :
       {"",           " ",       "abc",       "{",   "[1,]",   "[,1]", "{\"a\"}", "{\"a\":}", "{a:1}",
        "{\"a\":1,}", "[1 2]",   "01",        "1.",  ".5",     "1e",   "+1",      "-",        "nul",
        "NaN",        "\"\\x\"", "\"\\u12\"", "\"a", "\"\n\"", "]",    "1x",      "{\"a\":1]"}) {
    CHECK_MESSAGE(!read_json(text).has_value(), text);
  }
  const std::string deep = std::string(1001, '[') + std::string(1001, ']');
  CHECK(!read_json(deep).has_value());
  CHECK(read_json(deep.substr(1, 2000)).has_value());
}

TEST_CASE("the checker agrees with a JSON library on mutated texts") {
  const std::string seed = R"({"a":[1,-2.5e+3,"x\"\u00e9",true,false,null,{"b":{}}],"c d":"","e":[[],[{}]],"f":0.1})";
  const std::string characters = R"({}[]",:0129-+.eEtruefalsn\ bx)";
  std::mt19937 random(42);
  int valid = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = seed;
    for (uint32_t edits = random() % 3; edits > 0; --edits) {
      const size_t at = random() % text.size();
      const char c = characters[random() % characters.size()];
      switch (random() % 3) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        default:
          text.erase(at, 1);
      }
    }
    size_t after = 0;
    const auto json = read_json(text, &after);
    const bool whole = json && after == text.size();
    CHECK_MESSAGE(whole == nlohmann::json::accept(text), text);
    if (!whole) continue;
    ++valid;
    std::string compact;
    append_compact_json(compact, *json);
    CHECK_MESSAGE(nlohmann::json::parse(compact) == nlohmann::json::parse(text), text);
  }
  CHECK(valid > 1000);
}

TEST_CASE("EXTRACTJSONFIELD") {
  const Arg log =
      S(R"({"log":{"cloud":"gcp","instance":4,"ok":true,"none":null,"list":[1,{"x":"y"}]},"a b":1.50,"a":1,"a":2})");
  check_calls({{"EXTRACTJSONFIELD", {log, S("$.log.cloud")}, "gcp"},
               {"EXTRACTJSONFIELD", {log, S("$.log.instance")}, "4"},
               {"EXTRACTJSONFIELD", {log, S("$.log.ok")}, "true"},
               {"EXTRACTJSONFIELD", {log, S("$.log.none")}, "null"},
               {"EXTRACTJSONFIELD", {log, S("$.log.list")}, R"([1,{"x":"y"}])"},
               {"EXTRACTJSONFIELD", {log, S("$.log.list[1].x")}, "y"},
               {"EXTRACTJSONFIELD", {log, S("$['log'].list.0")}, "1"},
               {"EXTRACTJSONFIELD", {log, S("$[\"a b\"]")}, "1.50"},
               {"EXTRACTJSONFIELD", {log, S("$.a")}, "2"},
               {"EXTRACTJSONFIELD", {log, S("$.log.missing")}, {}},
               {"EXTRACTJSONFIELD", {log, S("$.log.list[-1]")}, {}},
               {"EXTRACTJSONFIELD", {log, S("$.log.list[2]")}, {}},
               {"EXTRACTJSONFIELD", {log, S("$.log.list.x")}, {}},
               {"EXTRACTJSONFIELD", {log, S("$.log.cloud.x")}, {}},
               {"EXTRACTJSONFIELD", {S("[1, 2]"), S("$")}, "[1,2]"},
               {"EXTRACTJSONFIELD", {S(R"({"k\u0065y":"v\n"})"), S("$.key")}, "v\n"},
               {"EXTRACTJSONFIELD", {S(""), S("$.a")}, {}},
               {"EXTRACTJSONFIELD", {null_of(kText), S("$.a")}, {}}});
  check_fails("EXTRACTJSONFIELD", {S("{oops"), S("$.a")}, "not valid JSON: {oops");
  check_fails("EXTRACTJSONFIELD", {S("{}"), S("a.b")}, "must start with '$'");
  for (const char* path : {"", "a", "$a", "$.", "$[", "$[0", "$['a]", "$.a..b", "$.*"}) {
    CHECK_MESSAGE(refusal("EXTRACTJSONFIELD", {S("{}"), S(path)}).find("JSON path") != std::string::npos, path);
  }
}

TEST_CASE("IS_JSON_STRING") {
  check_calls({{"IS_JSON_STRING", {S("[1, 2, 3]")}, true},
               {"IS_JSON_STRING", {S("\"abc\"")}, true},
               {"IS_JSON_STRING", {S(" null ")}, true},
               {"IS_JSON_STRING", {S("abc")}, false},
               {"IS_JSON_STRING", {S("")}, false},
               {"IS_JSON_STRING", {S("{} {}")}, false},
               {"IS_JSON_STRING", {null_of(kText)}, false}});
}

TEST_CASE("JSON arrays") {
  check_calls({{"JSON_ARRAY_LENGTH", {S("[1, [1, [2]], 3]")}, 3},
               {"JSON_ARRAY_LENGTH", {S("[]")}, 0},
               {"JSON_ARRAY_LENGTH", {S("{}")}, {}},
               {"JSON_ARRAY_LENGTH", {null_of(kText)}, {}},
               {"JSON_ARRAY_CONTAINS", {S("[1, 2, 3]"), I(3)}, true},
               {"JSON_ARRAY_CONTAINS", {S("[1, 2, 3]"), L(4)}, false},
               {"JSON_ARRAY_CONTAINS", {S("[1.0, [2]]"), I(1)}, false},
               {"JSON_ARRAY_CONTAINS", {S("[1, [2]]"), I(2)}, false},
               {"JSON_ARRAY_CONTAINS", {S("[0.5]"), D(0.5)}, true},
               {"JSON_ARRAY_CONTAINS", {S("[2, 2.0]"), D(2)}, true},
               {"JSON_ARRAY_CONTAINS", {S("[2]"), D(2)}, false},
               {"JSON_ARRAY_CONTAINS", {null_of(kText), I(2)}, {}},
               {"JSON_ARRAY_CONTAINS", {S("[1.50]"), dec(15, 2, 1)}, true},
               {"JSON_ARRAY_CONTAINS", {S(R"(["a", "b\u0063"])"), S("bc")}, true},
               {"JSON_ARRAY_CONTAINS", {S("[\"1\"]"), I(1)}, false},
               {"JSON_ARRAY_CONTAINS", {S("[true]"), B(true)}, true},
               {"JSON_ARRAY_CONTAINS", {S("[1, null]"), null_of(Type::integer())}, true},
               {"JSON_ARRAY_CONTAINS", {S("[1, null]"), null()}, true},
               {"JSON_ARRAY_CONTAINS", {S("{}"), I(1)}, false},
               {"JSON_ARRAY_CONTAINS", {S("nonsense"), I(1)}, false},
               {"JSON_ITEMS", {S(R"([{"type": "A"}, 2, "x", []])")}, texts({R"({"type":"A"})", "2", "\"x\"", "[]"})},
               {"JSON_ITEMS", {S("[]")}, ValueList{}},
               {"JSON_ITEMS", {null_of(kText)}, {}}});
  check_fails("JSON_ARRAY_LENGTH", {S("abc")}, "not valid JSON");
  check_fails("JSON_ITEMS", {S("{}")}, "needs a JSON array");
}

TEST_CASE("JSON objects") {
  check_calls({{"JSON_KEYS", {S(R"({"a": "abc", "b": {"c": "a"}, "d": 1, "\u0061": 2})")}, texts({"a", "b", "d"})},
               {"JSON_KEYS", {S("{}")}, ValueList{}},
               {"JSON_KEYS", {S("[]")}, {}},
               {"JSON_KEYS", {S("")}, {}},
               {"JSON_RECORDS",
                {S(R"({"a": "abc", "b": {"c": 1}})")},
                ValueMap{{Value("a"), Value("abc")}, {Value("b"), Value(R"({"c":1})")}}},
               {"JSON_RECORDS", {S("123")}, {}}});
}

TEST_CASE("an object with many members keeps each name once") {
  std::string text = "{";
  for (int i = 0; i < 100; ++i)
    text += "\"k" + std::to_string(i % 50) + "\":" + std::to_string(i) + (i < 99 ? "," : "}");
  const Outcome outcome = evaluate("JSON_RECORDS", {S(text)}, false);
  REQUIRE(outcome.value.as_map().size() == 50);
  CHECK(outcome.value.as_map()[49].second == Value("99"));
}

TEST_CASE("JSON_CONCAT") {
  check_calls(
      {{"JSON_CONCAT", {S(R"({"a": 1})"), S(R"({"b": 2})")}, R"({"a":1,"b":2})"},
       {"JSON_CONCAT", {S(R"({"a": {"5": 6}})"), S(R"({"a": {"3": 4}})"), S(R"({"a": {"7": 8}})")}, R"({"a":{"7":8}})"},
       {"JSON_CONCAT", {S("{}"), S("{}")}, "{}"},
       {"JSON_CONCAT", {S("[1, [2]]"), S("[[[3]], [[[4]]]]")}, "[1,[2],[[3]],[[[4]]]]"},
       {"JSON_CONCAT", {S("null"), S("null")}, "[null,null]"},
       {"JSON_CONCAT", {S("[1, 2]"), S(R"({"a": 1})"), S("4")}, R"([1,2,{"a":1},4])"},
       {"JSON_CONCAT", {S("[]"), S("[]")}, "[]"},
       {"JSON_CONCAT", {S(" 4 ")}, "4"},
       {"JSON_CONCAT", {S("1"), S("")}, {}},
       {"JSON_CONCAT", {S("1"), null_of(kText)}, {}}});
  check_fails("JSON_CONCAT", {S("abc"), S("[1]")}, "not valid JSON");
}

TEST_CASE("TO_JSON_STRING") {
  const TypePtr person = Type::structure({{"ID", Type::integer()}, {"NAME", kText}});
  check_calls(
      {{"TO_JSON_STRING", {I(1)}, "1"},
       {"TO_JSON_STRING", {D(15.3)}, "15.3"},
       {"TO_JSON_STRING", {D(1e10)}, "1.0E10"},
       {"TO_JSON_STRING", {D(NAN)}, "\"NaN\""},
       {"TO_JSON_STRING", {S("a\"b")}, "\"a\\\"b\""},
       {"TO_JSON_STRING", {B(true)}, "true"},
       {"TO_JSON_STRING", {dec(123456, 6, 3)}, "123.456"},
       {"TO_JSON_STRING", {date(18911)}, "\"2021-10-11\""},
       {"TO_JSON_STRING", {time(48300000)}, "\"13:25\""},
       {"TO_JSON_STRING", {ts(60220000000)}, "\"1971-11-28T23:46:40.000\""},
       {"TO_JSON_STRING", {Y("!")}, "\"IQ==\""},
       {"TO_JSON_STRING", {null_of(kText)}, "null"},
       {"TO_JSON_STRING", {null()}, "null"},
       {"TO_JSON_STRING", {array(Type::integer(), {Value(1), Value(), Value(3)})}, "[1,null,3]"},
       {"TO_JSON_STRING", {map(Type::integer(), {{Value("c"), Value(2)}, {Value("d"), Value(4)}})}, R"({"c":2,"d":4})"},
       {"TO_JSON_STRING", {{person, ValueList{Value(1), Value("Alice")}}}, R"({"ID":1,"NAME":"Alice"})"},
       {"TO_JSON_STRING", {{person, ValueList{Value(1), Value()}}}, R"({"ID":1,"NAME":null})"}});
}

}  // namespace weir::function_test
