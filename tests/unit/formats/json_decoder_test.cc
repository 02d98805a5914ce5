#include "tests/unit/formats/format_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

FormatContext one_column(TypePtr type) { return value_context(FormatKind::kJson, {{"A", std::move(type)}}); }

TypePtr struct_type() {
  return Type::structure({{"F", Type::integer()}, {"G", Type::string()}, {"L", Type::array(Type::string())}});
}

}  // namespace

TEST_CASE("JSON values are coerced to the column's type") {
  struct Case {
    TypePtr type;
    const char* json;
    const char* expected;
  };
  const std::vector<Case> cases = {
      {Type::boolean(), "true", "true"},
      {Type::boolean(), "false", "false"},
      {Type::boolean(), "null", "NULL"},
      {Type::integer(), "12", "12"},
      {Type::integer(), "-2147483648", "-2147483648"},
      {Type::integer(), "1.9", "1"},
      {Type::integer(), "-1.9", "-1"},
      {Type::integer(), "1e3", "1000"},
      {Type::integer(), "0.5e1", "5"},
      {Type::integer(), "1e-400", "0"},
      {Type::integer(), "\"5\"", "5"},
      {Type::integer(), "\"\\u0035\"", "5"},
      {Type::bigint(), "9223372036854775807", "9223372036854775807"},
      {Type::bigint(), "-9223372036854775808", "-9223372036854775808"},
      {Type::bigint(), "\"-12\"", "-12"},
      {Type::bigint(), "1234567890123456789.5", "1234567890123456789"},
      {Type::float64(), "1", "1.0"},
      {Type::float64(), "1e7", "1.0E7"},
      {Type::float64(), "0.1", "0.1"},
      {Type::float64(), "-0.0", "0.0"},
      {Type::float64(), "1e400", "Infinity"},
      {Type::float64(), "123456789012345678901234567890", "1.2345678901234568E29"},
      {Type::float64(), "\"2.5\"", "2.5"},
      {Type::float64(), "\"NaN\"", "NaN"},
      {Type::decimal(4, 2), "10.1", "10.10"},
      {Type::decimal(4, 2), "10", "10.00"},
      {Type::decimal(4, 2), "1e1", "10.00"},
      {Type::decimal(4, 2), "10.100", "10.10"},
      {Type::decimal(4, 2), "-0.01", "-0.01"},
      {Type::decimal(4, 2), "\"99.99\"", "99.99"},
      {Type::decimal(38, 0), "99999999999999999999999999999999999999", "99999999999999999999999999999999999999"},
      {Type::string(), "\"abc\"", "abc"},
      {Type::string(), "\"\"", ""},
      {Type::string(), "\"a\\n\\u00e9\\ud83d\\ude00\\\\\\/\"", "a\n\xC3\xA9\xF0\x9F\x98\x80\\/"},
      {Type::string(), "\"\\ud83d\"", "?"},
      {Type::string(), "\"\\ud83dx\"", "?x"},
      {Type::string(), "\"\xC3\xA9\"", "\xC3\xA9"},
      {Type::string(), "10", "10"},
      {Type::string(), "-0", "0"},
      {Type::string(), "1.50", "1.50"},
      {Type::string(), "1.5e3", "1.5E+3"},
      {Type::string(), "1E3", "1E+3"},
      {Type::string(), "0.0000001", "1E-7"},
      {Type::string(), "0.000001", "0.000001"},
      {Type::string(), "-0.0", "0.0"},
      {Type::string(), "123456789012345678901234567890", "123456789012345678901234567890"},
      {Type::string(), "true", "true"},
      {Type::string(), "{ \"a\" : [1, 2.0, \"x\\u0001\", null], \"b\":{} }",
       "{\"a\":[1,2.0,\"x\\u0001\",null],\"b\":{}}"},
      {Type::string(), "[1, \"a\", null, {\"x\": 1}, [true]]", "[1, a, null, {\"x\":1}, [true]]"},
      {Type::string(), "[]", "[]"},
      {Type::date(), "18262", "2020-01-01"},
      {Type::date(), "\"1\"", "1970-01-02"},
      {Type::time(), "36000000", "10:00"},
      {Type::timestamp(), "1577836800000", "2020-01-01T00:00:00.000"},
      {Type::array(Type::integer()), "[1, \"2\" , null]", "[1, 2, null]"},
      {Type::array(Type::integer()), "[]", "[]"},
      {Type::array(Type::array(Type::string())), "[[\"a\"],[],null,[\"b\",1]]", "[[a], [], null, [b, 1]]"},
      {Type::map(Type::string(), Type::integer()), "{\"a\":1,\"b\":null}", "{a=1, b=null}"},
      {Type::map(Type::string(), Type::integer()), "{}", "{}"},
      {Type::map(Type::string(), Type::integer()), "{\"a\":1,\"b\":2,\"a\":3}", "{b=2, a=3}"},
      {Type::map(Type::string(), Type::array(Type::integer())), "{\"a\":[1,2],\"b\":[3],\"a\":[4]}", "{b=[3], a=[4]}"},
      {Type::map(Type::string(), Type::integer()), "[{\"key\":\"a\",\"value\":1},{\"value\":2,\"key\":\"b\"}]",
       "{a=1, b=2}"},
      {struct_type(), "{\"F\":1,\"g\":\"x\",\"l\":[\"y\"]}", "Struct{F=1,G=x,L=[y]}"},
      {struct_type(), "{}", "Struct{}"},
      {Type::array(struct_type()), "[{\"L\":[\"a\",\"b\"]},null,{\"L\":[],\"F\":2}]", nullptr},
  };
  for (const Case& c : cases) {
    CAPTURE(c.json);
    CAPTURE(c.type->to_string());
    const std::string text = decode_one(one_column(c.type), std::string("{\"A\":") + c.json + "}");
    if (c.expected == nullptr) {
      CHECK(!contains(text, "error"));
      continue;
    }
    if (c.type->kind() == TypeKind::kStruct && std::string(c.json) == "{}") {
      CHECK(contains(text, "Struct{"));
      continue;
    }
    CHECK(text == c.expected);
  }
}

TEST_CASE("JSON values that don't fit are errors that name the field, not the data") {
  struct Case {
    TypePtr type;
    const char* json;
    const char* part;
  };
  const std::vector<Case> cases = {
      {Type::boolean(), "\"true\"", "a string can't be read as BOOLEAN"},
      {Type::boolean(), "1", "a number can't be read as BOOLEAN"},
      {Type::integer(), "true", "a boolean can't be read as INTEGER"},
      {Type::integer(), "2147483648", "outside the range of INTEGER"},
      {Type::integer(), "\"x\"", "the string is no number that fits INTEGER"},
      {Type::integer(), "{}", "an object can't be read as INTEGER"},
      {Type::bigint(), "9223372036854775808", "outside the range of BIGINT"},
      {Type::bigint(), "1e19", "outside the range of BIGINT"},
      {Type::float64(), "\"x\"", "no number that fits DOUBLE"},
      {Type::decimal(4, 2), "1.001", "doesn't fit DECIMAL(4, 2) without rounding"},
      {Type::decimal(4, 2), "100", "doesn't fit DECIMAL(4, 2)"},
      {Type::decimal(4, 2), "1e50", "doesn't fit DECIMAL(4, 2)"},
      {Type::decimal(4, 2), "\"AeJA\"", "decimal.format=NUMERIC"},
      {Type::bytes(), "\"*\"", "not valid base64"},
      {Type::bytes(), "1", "a number can't be read as BYTES"},
      {Type::time(), "86400001", "outside the range of TIME"},
      {Type::time(), "-1", "outside the range of TIME"},
      {Type::date(), "3000000000", "outside the range of DATE"},
      {Type::array(Type::integer()), "{}", "an object can't be read as ARRAY<INTEGER>"},
      {Type::array(Type::integer()), "[1,true]", "field A[1]: a boolean"},
      {Type::map(Type::string(), Type::integer()), "{\"k\":[]}", "field A[\"k\"]: an array"},
      {Type::map(Type::string(), Type::integer()), "5", "a number can't be read as MAP<STRING, INTEGER>"},
      {struct_type(), "{\"F\":[]}", "field A.F: an array"},
      {struct_type(), "\"x\"", "a string can't be read as STRUCT"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.json);
    const std::string text = decode_one(one_column(c.type), std::string("{\"A\":") + c.json + "}");
    CAPTURE(text);
    CHECK(contains(text, "error: value of topic t: field A"));
    CHECK(contains(text, c.part));
  }
}

TEST_CASE("malformed JSON is an error even where no column is read") {
  const std::vector<std::string> cases = {
      "",
      " ",
      "{",
      "{\"A\":1",
      "{\"A\":1,}",
      "{\"A\"}",
      "{\"A\":}",
      "{A:1}",
      "{\"B\":tru,\"A\":1}",
      "{\"B\":[1,],\"A\":1}",
      "{\"B\":[1}],\"A\":1}",
      "{\"B\":{\"x\":01},\"A\":1}",
      "{\"B\":1.,\"A\":1}",
      "{\"B\":-,\"A\":1}",
      "{\"B\":1e,\"A\":1}",
      "{\"B\":\"\x01\",\"A\":1}",
      "{\"B\":\"\\x\",\"A\":1}",
      "{\"B\":\"\\u12g4\",\"A\":1}",
      "{\"B\":\"\xFF\",\"A\":1}",
      "{\"B\":\"\xC3\",\"A\":1}",
      "{\"B\":\"abc,\"A\":1}",
      "{\"A\":1} x",
      "{\"A\":1}{\"A\":2}",
      "{\"B\":NaN,\"A\":1}",
      "{'B':1,\"A\":1}",
      "{\"A\":1,\"B\":\"\\",
      "{\"A\":1,\"B\":\"\\u00",
      std::string("{\"A\":1}\0", 8),
      "[1]",
      "\"x\"",
      "5",
      "nul",
      "{\"A\":\"\xED\xA0\x80\"}",
      "{\"B\":+1,\"A\":1}",
      "{\"B\":.5,\"A\":1}",
      "{\"B\" 1,\"A\":1}",
      "{\"A\":1,,\"B\":2}",
  };
  const FormatContext context = one_column(Type::integer());
  for (const std::string& json : cases) {
    CAPTURE(json);
    CHECK(decode_one(context, json).starts_with("error: value of topic t"));
  }
  CHECK(contains(decode_one(context, "{\"A\":1,\"B\":tru}"), "not valid JSON: unknown word at byte 11"));
  CHECK(contains(decode_one(context, "{\"A\":1"), "a ',' or '}' was expected at byte 6"));
  CHECK(contains(decode_one(context, "[1]"), "WRAP_SINGLE_VALUE"));
}

TEST_CASE("nesting is bounded") {
  const FormatContext context = one_column(Type::integer());
  const auto nested = [](int depth) {
    return "{\"B\":" + std::string(static_cast<size_t>(depth), '[') + std::string(static_cast<size_t>(depth), ']') +
           ",\"A\":1}";
  };
  CHECK(decode_one(context, nested(900)) == "1");
  CHECK(contains(decode_one(context, nested(1001)), "nested too deeply"));
  CHECK(contains(decode_one(one_column(Type::string()), "{\"A\":" + std::string(100000, '[')), "nested too deeply"));
}

TEST_CASE("fields are found by their exact name, else by the upper-cased one") {
  struct Case {
    const char* json;
    const char* expected;
  };
  const std::vector<Case> cases = {
      {R"({"FOO":1,"bar":2})", "1 2"},
      {R"({"foo":1,"bar":2})", "1 2"},
      {R"({"Foo":1,"BAR":2})", "1 NULL"},  // a column in lower case matches exactly only
      {R"({"foo":1,"FOO":2})", "2 NULL"},
      {R"({"FOO":2,"foo":1})", "2 NULL"},
      {R"({"foo":1,"Foo":2})", "2 NULL"},
      {R"({"FOO":1,"FOO":2})", "2 NULL"},
      {R"({"FOO":null,"foo":1})", "NULL NULL"},
      {R"({"x":{"FOO":7},"FOO":1})", "1 NULL"},
      {R"({"\u0046OO":5})", "5 NULL"},
      {R"( { "bar" : 3 , "FOO" : 4 } )", "4 3"},
      {R"({})", "NULL NULL"},
      {R"(null)", "NULL NULL"},
  };
  const FormatContext context = value_context(FormatKind::kJson, {{"FOO", Type::integer()}, {"bar", Type::integer()}});
  for (const Case& c : cases) {
    CAPTURE(c.json);
    CHECK(decode_one(context, c.json) == c.expected);
  }
  // One decoder over records whose fields come in changing order and number.
  std::vector<std::string> payloads;
  for (int round = 0; round < 3; ++round) {
    for (const Case& c : cases) payloads.push_back(c.json);
  }
  Decoded decoded = decode_rows(context, payloads);
  for (size_t i = 0; i < payloads.size(); ++i) CHECK(decoded.row(i) == cases[i % cases.size()].expected);
}

TEST_CASE("a record with more names than a decoder remembers") {
  std::string json = "{";
  for (int i = 0; i < 1000; ++i) json += "\"f" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  json += "\"A\":7}";
  Decoded decoded = decode_rows(one_column(Type::integer()), {json, json});
  CHECK(decoded.row(0) == "7");
  CHECK(decoded.row(1) == "7");
}

TEST_CASE("only wanted columns are decoded") {
  const FormatContext context = value_context(
      FormatKind::kJson, {{"A", Type::integer()}, {"B", Type::string()}, {"C", Type::array(Type::integer())}});
  std::unique_ptr<RowDecoder> decoder = make_decoder(context, {0, 2});
  Decoded decoded = decode_rows(*decoder, context, {0, 2}, {R"({"A":1,"B":2,"C":[3]})", "<null>", R"({"C":[4,5]})"});
  CHECK(decoded.errors.count() == 0);
  CHECK(decoded.row(0) == "1 [3]");
  CHECK(decoded.row(1) == "NULL NULL");
  CHECK(decoded.row(2) == "NULL [4, 5]");

  decoder = make_decoder(context, {});
  decoded = decode_rows(*decoder, context, {}, {"{\"A\":1}", "{"});
  CHECK(!decoded.bad.test(0));
  CHECK(decoded.bad.test(1));
}

TEST_CASE("bad rows between good ones leave nested columns whole") {
  const TypePtr type = Type::array(Type::map(Type::string(), Type::array(struct_type())));
  const FormatContext context = value_context(FormatKind::kJson, {{"A", type}, {"B", Type::integer()}});
  std::unique_ptr<RowDecoder> decoder = make_decoder(context, {0, 1});
  std::string many = "[";
  for (int i = 0; i < 50; ++i)
    many += (i ? "," : "") + std::string("{\"k\":[{\"F\":") + std::to_string(i) + ",\"L\":[\"a\",\"b\"]}]}";
  many += "]";
  for (int round = 0; round < 3; ++round) {
    Decoded decoded =
        decode_rows(*decoder, context, {0, 1},
                    {R"({"A":[{"k":[{"F":1,"L":["x"]},null]}],"B":1})", R"({"A":[{"k":[{"F":1,"L":["x",[},)",
                     "{\"A\":" + many + ",\"B\":true}", R"({"A":[{"j":[]},null],"B":2})",
                     R"({"A":[{"k":[{"F":8}]}],"A":[{"m":[{"F":9}]}]})", "{\"A\":" + many + "}"});
    CHECK(decoded.row(0).starts_with("[{k=[Struct{F=1,"));
    CHECK(decoded.bad.test(1));
    CHECK(decoded.bad.test(2));
    CHECK(decoded.columns[0]->is_null(1));
    CHECK(decoded.columns[0]->is_null(2));
    CHECK(decoded.columns[1]->is_null(2));
    CHECK(decoded.row(3) == "[{j=[]}, null] 2");
    CHECK(contains(decoded.row(4), "{m=[Struct{F=9"));
    CHECK(!contains(decoded.row(4), "k="));
    CHECK(decoded.columns[0]->value(5).as_list().size() == 50);
    const Column& list = *decoded.columns[0];
    CHECK(list.child(0).size() == list.offsets().back());
    CHECK(decoded.errors.count() == 2);
    CHECK(decoded.errors.errors()[0].row == 1);
    CHECK(decoded.errors.errors()[0].stage == RowError::Stage::kDecodeValue);
    CHECK(decoded.errors.errors()[0].operation == "JSON");
  }
}

TEST_CASE("strings without escapes are views into the payload") {
  Decoded decoded = decode_rows(one_column(Type::string()), {"{\"A\":\"hello\"}"});
  CHECK(decoded.columns[0]->at<std::string_view>(0).data() == decoded.payloads[0].data() + 6);
}

TEST_CASE("values without a record around them") {
  FormatContext context = one_column(Type::integer());
  context.spec.wrap_single_value = false;
  CHECK(decode_one(context, "10") == "10");
  CHECK(decode_one(context, " null ") == "NULL");
  CHECK(decode_one(context, "<null>") == "NULL");
  CHECK(contains(decode_one(context, "10 11"), "more text"));
  CHECK(contains(decode_one(context, "{\"A\":1}"), "an object can't be read as INTEGER"));
  context = one_column(struct_type());
  context.spec.wrap_single_value = false;
  CHECK(contains(decode_one(context, "{\"F\":1}"), "F=1"));
}

TEST_CASE("keys: one column is bare, several are an object") {
  CHECK(decode_one(key_context(FormatKind::kJson, {{"K", Type::string()}}), "\"abc\"") == "abc");
  CHECK(decode_one(key_context(FormatKind::kJson, {{"K", Type::decimal(6, 4)}}), "12.365") == "12.3650");
  const FormatContext two = key_context(FormatKind::kJson, {{"K", Type::integer()}, {"K2", Type::integer()}});
  CHECK(decode_one(two, R"({"K":1,"K2":2})") == "1 2");
  CHECK(decode_one(two, R"({"K":null,"K2":2})") == "NULL 2");
  Decoded decoded = decode_rows(two, {"1"});
  REQUIRE(decoded.bad.test(0));
  CHECK(contains(decoded.error(), "key of topic t"));
  CHECK(decoded.errors.errors()[0].stage == RowError::Stage::kDecodeKey);
}
