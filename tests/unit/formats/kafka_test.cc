#include "tests/unit/formats/format_fixture.h"

using namespace weir;
using namespace weir::test;

TEST_CASE("KAFKA bytes, both ways") {
  struct Case {
    TypePtr type;
    Value value;
    std::string bytes;
  };
  const std::vector<Case> cases = {
      {Type::integer(), 1, std::string("\0\0\0\1", 4)},
      {Type::integer(), -2, "\xFF\xFF\xFF\xFE"},
      {Type::bigint(), int64_t{258}, std::string("\0\0\0\0\0\0\1\2", 8)},
      {Type::float64(), 1.0, std::string("\x3F\xF0\0\0\0\0\0\0", 8)},
      {Type::string(), "caf\xC3\xA9", "caf\xC3\xA9"},
      {Type::string(), "", ""},
      {Type::bytes(), std::string("\0\xFF", 2), std::string("\0\xFF", 2)},
  };
  for (const Case& c : cases) {
    CAPTURE(c.type->to_string());
    const FormatContext context = key_context(FormatKind::kKafka, {{"K", c.type}});
    CHECK(encode_one(context, {c.value}) == c.bytes);
    Decoded decoded = decode_rows(context, {c.bytes, "<null>"});
    CHECK(decoded.columns[0]->value(0) == c.value);
    CHECK(decoded.columns[0]->is_null(1));
    CHECK(decoded.errors.count() == 0);
    CHECK(encode_one(context, {Value()}) == "<null>");
  }
}

TEST_CASE("KAFKA bytes of the wrong length or encoding") {
  CHECK(decode_one(key_context(FormatKind::kKafka, {{"K", Type::integer()}}), "12345") ==
        "error: key of topic t: 5 bytes are no INTEGER, which has 4");
  CHECK(decode_one(value_context(FormatKind::kKafka, {{"K", Type::float64()}}), "") ==
        "error: value of topic t: 0 bytes are no DOUBLE, which has 8");
  // Java's decoder: one replacement for each maximal part.
  CHECK(decode_one(value_context(FormatKind::kKafka, {{"K", Type::string()}}),
                   "a\xE2\x82"
                   "b\xED\xA0\x80\xF5") ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("what KAFKA can't hold") {
  CHECK_THROWS_WITH_AS(
      check_format(value_context(FormatKind::kKafka, {{"FOO", Type::map(Type::string(), Type::bigint())}})),
      "Column FOO: the format KAFKA has no type MAP; it holds INTEGER, BIGINT, DOUBLE, STRING or BYTES",
      std::invalid_argument);
  CHECK_THROWS_WITH_AS(check_format(value_context(FormatKind::kKafka, {{"A", Type::integer()}, {"B", Type::string()}})),
                       "The format KAFKA holds a single column, but the value has 2: A INTEGER, B STRING",
                       std::invalid_argument);
  CHECK_NOTHROW(check_format(value_context(FormatKind::kKafka, {})));
}

TEST_CASE("NONE") {
  const FormatContext context = key_context(FormatKind::kNone, {});
  CHECK(encode_one(context, {}) == "<null>");
  CHECK(decode_rows(context, {"x", "<null>"}).errors.count() == 0);
  CHECK_THROWS_WITH_AS(check_format(key_context(FormatKind::kNone, {{"K", Type::string()}})),
                       "The format NONE is for a key without columns, but there are: K STRING", std::invalid_argument);
}

TEST_CASE("formats by name") {
  CHECK(format_from_name("json_sr") == FormatKind::kJsonSr);
  CHECK(format_from_name("XML") == std::nullopt);
  CHECK(std::string(format_name(FormatKind::kProtobufNoSr)) == "PROTOBUF_NOSR");
  for (const std::string& name : format_names())
    CHECK_NOTHROW(check_format(value_context(*format_from_name(name), {})));
  CHECK_THROWS_AS(schema_text(value_context(FormatKind::kJson, {})), std::invalid_argument);
}

TEST_CASE("the registry's header") {
  std::string out = "x";
  append_schema_header(out, 0x01020304);
  CHECK(out == std::string("x\0\1\2\3\4", 6));
  CHECK(schema_id_of(std::string_view(out).substr(1)) == 0x01020304);
  CHECK(schema_id_of(std::string_view("\0\0\0\1", 4)) == std::nullopt);
  CHECK(schema_id_of("{\"a\":1}") == std::nullopt);
}
