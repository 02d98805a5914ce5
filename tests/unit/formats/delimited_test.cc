#include "tests/unit/formats/format_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

FormatContext three_columns(const char* delimiter = ",") {
  FormatContext context =
      value_context(FormatKind::kDelimited, {{"A", Type::bigint()}, {"B", Type::string()}, {"C", Type::float64()}});
  context.spec.delimiter = delimiter;
  return context;
}

}  // namespace

TEST_CASE("DELIMITED lines") {
  struct Case {
    const char* line;
    const char* expected;
  };
  const std::vector<Case> cases = {
      {"1,x,2.5", "1 x 2.5"},
      {"1,,", "1 NULL NULL"},
      {",,", "NULL NULL NULL"},
      {"1,\"\",2", "1 NULL 2.0"},
      {"\"1\",\"a,b\"\"c\",2", "1 a,b\"c 2.0"},
      {"1,\"a\nb\",2", "1 a\nb 2.0"},
      {"1,a\"b\",2", "1 a\"b\" 2.0"},
      {"1, x ,2", "1  x  2.0"},
      {"1,\"x\" ,2", "1 x 2.0"},
      {"\r\n1,x,2\r\n9,9,9", "1 x 2.0"},
      {"+1,x, 2 ", "1 x 2.0"},
      {"1,\xFF\xC3,2", "1 \xEF\xBF\xBD\xEF\xBF\xBD 2.0"},
      {"", "error: value of topic t: the record is empty"},
      {"\n\n", "error: value of topic t: the record is empty"},
      {"1,x", "error: value of topic t: the record has 2 fields, but 3 columns are declared"},
      {"1,x,2,", "error: value of topic t: the record has 4 fields, but 3 columns are declared"},
      {"1,\"x,2", "error: value of topic t: a quoted field is not closed"},
      {"1,\"x\"y,2", "error: value of topic t: a quoted field is followed by more text instead of the delimiter"},
      {"y,x,2", "error: value of topic t: column A: the text is no BIGINT"},
      {" 1,x,2", "error: value of topic t: column A: the text is no BIGINT"},
      {"1,x,y", "error: value of topic t: column C: the text is no DOUBLE"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.line);
    CHECK(decode_one(three_columns(), c.line) == c.expected);
  }
  CHECK(decode_one(three_columns("\t"), "1\t\"x\"\t2") == "1 x 2.0");
  CHECK(decode_one(three_columns("\t"), "1\t\t2") == "1 NULL 2.0");
  CHECK(decode_one(three_columns(" "), "1 \"x y\" 2") == "1 x y 2.0");
  CHECK(decode_one(three_columns("\xE2\x82\xAC"), "1\xE2\x82\xAC\xE2\x82\xACx") ==
        "error: value of topic t: column C: the text is no DOUBLE");
}

TEST_CASE("DELIMITED text of every type, both ways") {
  struct Case {
    TypePtr type;
    Value value;
    const char* text;
  };
  const std::vector<Case> cases = {
      {Type::boolean(), true, "true"},
      {Type::boolean(), false, "false"},
      {Type::integer(), 5, "5"},
      {Type::integer(), -5, "\"-5\""},
      {Type::bigint(), int64_t{998877665544332211}, "998877665544332211"},
      {Type::float64(), 1e10, "1.0E10"},
      {Type::decimal(4, 2), Int128{1010}, "10.10"},
      {Type::decimal(20, 0), Int128{1000000000000006969} * 10 + 9, "10000000000000069699"},
      {Type::string(), "abc", "abc"},
      {Type::string(), "a b", "a b"},
      {Type::string(), "_x", "\"_x\""},
      {Type::string(), "a\"b", "\"a\"\"b\""},
      {Type::string(), "a,b", "\"a,b\""},
      {Type::string(), "a ", "\"a \""},
      {Type::string(), "\xC3\xA9", "\"\xC3\xA9\""},
      {Type::bytes(), "variations", "dmFyaWF0aW9ucw=="},
      {Type::date(), 10, "10"},
      {Type::time(), 1000, "1000"},
      {Type::timestamp(), int64_t{1000}, "1000"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const FormatContext context = value_context(FormatKind::kDelimited, {{"A", c.type}});
    CHECK(encode_one(context, {c.value}) == c.text);
    Decoded decoded = decode_rows(context, {c.text});
    CHECK(decoded.error() == "");
    CHECK(decoded.columns[0]->value(0) == c.value);
  }
  const FormatContext boolean = value_context(FormatKind::kDelimited, {{"A", Type::boolean()}});
  CHECK(decode_one(boolean, "TRUE") == "true");
  CHECK(decode_one(boolean, "yes") == "false");  // Boolean.parseBoolean
  CHECK(contains(decode_one(value_context(FormatKind::kDelimited, {{"A", Type::time()}}), "86400001"), "no TIME"));
  CHECK(contains(decode_one(value_context(FormatKind::kDelimited, {{"A", Type::decimal(2, 1)}}), "1.25"),
                 "no DECIMAL(2, 1)"));
}

TEST_CASE("DELIMITED quotes only where it must, and the first field more often") {
  const FormatContext context = value_context(FormatKind::kDelimited, {{"A", Type::string()}, {"B", Type::string()}});
  CHECK(encode_one(context, {"-x", "-x"}) == "\"-x\",-x");
  CHECK(encode_one(context, {"#x", "#x"}) == "\"#x\",\"#x\"");
  CHECK(encode_one(context, {"", ""}) == "\"\",");
  CHECK(encode_one(context, {Value(), Value()}) == ",");
  CHECK(encode_one(context, {" \t with ", "x\ny"}) == "\" \t with \",\"x\ny\"");
  FormatContext dollar = context;
  dollar.spec.delimiter = "$";
  CHECK(encode_one(dollar, {"a,b", "a$b"}) == "a,b$\"a$b\"");
}

TEST_CASE("DELIMITED keys") {
  const FormatContext one = key_context(FormatKind::kDelimited, {{"K", Type::integer()}});
  CHECK(decode_one(one, "\"22\"") == "22");
  CHECK(encode_one(one, {22}) == "22");
  CHECK(encode_one(one, {Value()}) == "<null>");
  const FormatContext two = key_context(FormatKind::kDelimited, {{"K", Type::string()}, {"L", Type::string()}});
  CHECK(decode_one(two, "foo,bar") == "foo bar");
  CHECK(encode_one(two, {Value(), "x"}) == ",x");
  CHECK(encode_one(two, {Value(), Value()}) == ",");
  CHECK(decode_one(two, ",") == "NULL NULL");
}

TEST_CASE("DELIMITED holds no nested values") {
  const FormatContext context = value_context(FormatKind::kDelimited, {{"FOO", Type::array(Type::integer())}});
  CHECK_THROWS_WITH_AS(check_format(context),
                       "Column FOO: the format DELIMITED has no type ARRAY; use JSON for nested values",
                       std::invalid_argument);
  CHECK_THROWS_AS(check_format(three_columns("")), std::invalid_argument);
}
