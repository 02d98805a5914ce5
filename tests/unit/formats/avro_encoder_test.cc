// Columns into AVRO records: by the columns' own schema and by a given one.
#include "engine/formats/avro_value_writer.h"
#include "engine/types/decimal.h"
#include "tests/unit/formats/avro_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

// Writes a row by the columns' own schema and reads it again.
std::string round_trip(std::vector<FormatColumn> columns, const std::vector<Value>& values, bool wrapped = true) {
  FormatContext context = avro_context(std::move(columns), std::make_shared<MemoryRegistry>());
  context.spec.wrap_single_value = wrapped;
  const std::string bytes = encode_one(context, values);
  return bytes == "<null>" || bytes.starts_with("error") ? bytes : decode_one(context, bytes);
}

// Writes a row by the given schema: what follows the header, or "error: …".
std::string write_by(const std::string& schema, std::vector<FormatColumn> columns, const std::vector<Value>& values,
                     bool wrapped = true) {
  auto registry = std::make_shared<MemoryRegistry>();
  FormatContext context = avro_context(std::move(columns), registry);
  context.spec.schema_id = registry->register_schema("t-value", "AVRO", schema);
  context.spec.wrap_single_value = wrapped;
  const std::string bytes = encode_one(context, values);
  return bytes.starts_with("error") ? bytes : bytes.substr(5);
}

std::string write_field(const std::string& field, TypePtr type, const Value& value) {
  return write_by(record_of(field), {{"F", std::move(type)}}, {value});
}

}  // namespace

TEST_CASE("the bytes are those of Confluent's serializer") {
  auto registry = std::make_shared<MemoryRegistry>();
  const FormatContext context = avro_context({{"ID", Type::integer()}, {"NAME", Type::string()}}, registry);
  CHECK(encode_one(context, {Value(7), Value("bob")}) == std::string("\0\0\0\0\x01\x02\x0e\x02\x06"
                                                                     "bob",
                                                                     12));
  CHECK(encode_one(context, {Value(), Value()}) == std::string("\0\0\0\0\x01\0\0", 7));
  REQUIRE(registry->schemas.size() == 1);
  CHECK(registry->schemas[0].subject == "t-value");
  CHECK(registry->schemas[0].type == "AVRO");
}

TEST_CASE("every type comes back as it was") {
  const Int128 large = power_of_ten(38) - 1;
  CHECK(round_trip({{"A", Type::boolean()}, {"B", Type::integer()}, {"C", Type::bigint()}, {"D", Type::float64()}},
                   {Value(true), Value(INT32_MIN), Value(INT64_MAX), Value(-0.5)}) ==
        "true -2147483648 9223372036854775807 -0.5");
  CHECK(round_trip({{"A", Type::string()}, {"B", Type::bytes()}},
                   {Value("\xe2\x82\xac"), Value(std::string("\0\xff", 2))}) ==
        "\xe2\x82\xac " + to_text(Value(std::string("\0\xff", 2)), *Type::bytes()));
  CHECK(round_trip({{"A", Type::date()}, {"B", Type::time()}, {"C", Type::timestamp()}},
                   {Value(-1), Value(1000), Value(int64_t{-1})}) == "1969-12-31 00:00:01 1969-12-31T23:59:59.999");
  for (const Int128 value :
       {Int128{0}, Int128{-1}, Int128{127}, Int128{128}, Int128{-128}, Int128{-129}, Int128{65535}, large, -large}) {
    CHECK(round_trip({{"A", Type::decimal(38, 3)}}, {Value(value)}) == decimal_to_string(value, 3));
  }
  const TypePtr point = Type::structure({{"X", Type::integer()}, {"TAGS", Type::array(Type::string())}});
  CHECK(round_trip({{"A", Type::array(point)}, {"B", Type::map(Type::string(), point)}},
                   {Value(ValueList{Value(ValueList{Value(1), Value(ValueList{Value("t"), Value()})}), Value()}),
                    Value(ValueMap{{Value("k"), Value(ValueList{Value(), Value()})}, {Value("n"), Value()}})}) ==
        "[Struct{X=1,TAGS=[t, null]}, null] {k=Struct{}, n=null}");
  CHECK(round_trip({{"A", Type::map(Type::integer(), Type::string())}}, {Value(ValueMap{{Value(1), Value("x")}})}) ==
        "{1=x}");
  CHECK(round_trip({{"A", Type::array(Type::integer())}}, {Value(ValueList{})}) == "[]");
}

TEST_CASE("bare values and keys") {
  CHECK(round_trip({{"A", Type::integer()}}, {Value(5)}, false) == "5");
  CHECK(round_trip({{"A", Type::integer()}}, {Value()}, false) == "<null>");
  CHECK(round_trip({{"A", Type::array(Type::bigint())}}, {Value(ValueList{Value(int64_t{1}), Value()})}, false) ==
        "[1, null]");
  auto registry = std::make_shared<MemoryRegistry>();
  FormatContext key = avro_context({{"K", Type::integer()}}, registry);
  key.is_key = true;
  CHECK(encode_one(key, {Value(3)}) == std::string("\0\0\0\0\x01\x06", 6));
  CHECK(encode_one(key, {Value()}) == "<null>");
  key.columns.push_back({"L", Type::integer()});
  CHECK(encode_one(key, {Value(), Value()}) == std::string("\0\0\0\0\x02\0\0", 7));
  CHECK(registry->schemas[0].subject == "t-key");
}

TEST_CASE("by a given schema: its order, its types, its defaults") {
  const std::string schema =
      record_of(field_of("B", "\"string\"") + R"(,{"name":"N","type":"int","default":100},)" +
                R"({"name":"O","type":["null","string"]},)" + field_of("A", R"(["long","null"])"));
  CHECK(write_by(schema, {{"A", Type::bigint()}, {"B", Type::string()}}, {Value(int64_t{3}), Value("b")}) ==
        avro_text("b") + avro_long(100) + avro_long(0) + avro_long(0) + avro_long(3));
  CHECK(write_by(schema, {{"A", Type::bigint()}, {"B", Type::string()}}, {Value(), Value("b")}) ==
        avro_text("b") + avro_long(100) + avro_long(0) + avro_long(1));
  CHECK(contains(write_by(schema, {{"A", Type::bigint()}, {"B", Type::string()}}, {Value(), Value()}),
                 "field B: it is NULL"));
  // NULL for a field that can't be null is its default.
  CHECK(write_field(R"({"name":"F","type":"int","default":-1})", Type::integer(), Value()) == avro_long(-1));

  CHECK(write_field(field_of("F", "\"long\""), Type::integer(), Value(4)) == avro_long(4));
  CHECK(write_field(field_of("F", "\"float\""), Type::float64(), Value(0.25)) == std::string("\x00\x00\x80\x3e", 4));
  CHECK(write_field(field_of("F", R"({"type":"enum","name":"E","symbols":["A","B"]})"), Type::string(), Value("B")) ==
        avro_long(1));
  CHECK(contains(
      write_field(field_of("F", R"({"type":"enum","name":"E","symbols":["A","B"]})"), Type::string(), Value("C")),
      "'C'"));
  const std::string fixed = field_of("F", R"({"type":"fixed","name":"X","size":2})");
  CHECK(write_field(fixed, Type::bytes(), Value("ab")) == "ab");
  CHECK(contains(write_field(fixed, Type::bytes(), Value("abc")), "3 bytes"));
  const std::string decimal =
      field_of("F", R"({"type":"fixed","name":"X","size":3,"logicalType":"decimal","precision":6,"scale":3})");
  CHECK(write_field(decimal, Type::decimal(6, 2), Value(Int128{-1})) == "\xff\xff\xf6");
  CHECK(contains(write_field(decimal, Type::decimal(10, 2), Value(Int128{123456789})), "digits"));
  CHECK(write_field(field_of("F", R"({"type":"long","logicalType":"timestamp-micros"})"), Type::timestamp(),
                    Value(int64_t{2})) == avro_long(2000));
  CHECK(contains(write_field(field_of("F", R"({"type":"long","logicalType":"timestamp-micros"})"), Type::timestamp(),
                             Value(INT64_MAX)),
                 "microseconds"));
  CHECK(write_field(field_of("F", R"({"type":"long","logicalType":"time-micros"})"), Type::time(), Value(2)) ==
        avro_long(2000));
  const TypePtr map = Type::map(Type::string(), Type::integer());
  CHECK(write_field(field_of("F", R"({"type":"map","values":"int"})"), map, Value(ValueMap{{Value("k"), Value(1)}})) ==
        avro_long(1) + avro_text("k") + avro_long(1) + avro_long(0));
  CHECK(contains(
      write_field(field_of("F", R"({"type":"map","values":"int"})"), map, Value(ValueMap{{Value(), Value(1)}})),
      "NULL key"));
  CHECK(write_by("[\"null\"," + record_of(field_of("F", "\"int\"")) + "]", {{"F", Type::integer()}}, {Value(1)}) ==
        avro_long(1) + avro_long(1));
  CHECK(write_by(R"(["null","int"])", {{"F", Type::integer()}}, {Value(1)}, false) == avro_long(1) + avro_long(1));

  const TypePtr choice = Type::structure({{"int", Type::integer()}, {"string", Type::string()}});
  const std::string unions = field_of("F", R"(["null","int","string"])");
  CHECK(write_field(unions, choice, Value(ValueList{Value(), Value("s")})) == avro_long(2) + avro_text("s"));
  CHECK(write_field(unions, choice, Value(ValueList{Value(), Value()})) == avro_long(0));
  CHECK(write_field(unions, Type::string(), Value("s")) == avro_long(2) + avro_text("s"));
}

TEST_CASE("a given schema that can't hold the columns is refused") {
  const auto refused = [](const std::string& schema, std::vector<FormatColumn> columns, const std::string& why) {
    try {
      write_by(schema, std::move(columns), {});
      FAIL("it must be refused: " << why);
    } catch (const SchemaRegistryError& error) {
      CHECK(error.kind() == SchemaRegistryError::Kind::kInvalid);
      CHECK(contains(error.what(), why));
      CHECK(contains(error.what(), "id 1"));
    }
  };
  refused(record_of(field_of("A", "\"int\"") + "," + field_of("B", "\"int\"")), {{"A", Type::integer()}}, "field B");
  refused(record_of(field_of("A", "\"int\"")), {{"A", Type::integer()}, {"C", Type::integer()}}, "no field C");
  refused(record_of(field_of("A", "\"int\"")), {{"A", Type::string()}}, "field A is an Avro int");
  refused(record_of(field_of("A", R"(["null","int"])")), {{"A", Type::string()}}, "field A is an Avro int");
  refused(record_of(field_of("A", R"({"type":"array","items":"int"})")), {{"A", Type::array(Type::string())}},
          "field A[]");
  refused("\"int\"", {{"A", Type::integer()}}, "rather than a record");
}

TEST_CASE("defaults of every type as bytes") {
  const auto bytes = [](const std::string& schema, const std::string& value) {
    return avro_default_bytes(AvroSchema::parse(schema)->root(), nlohmann::json::parse(value)).value_or("none");
  };
  CHECK(bytes("\"boolean\"", "true") == "\x01");
  CHECK(bytes("\"string\"", "\"x\"") == avro_text("x"));
  CHECK(bytes("\"bytes\"", "\"\\u00ff\\u0001\"") == avro_text("\xff\x01"));
  CHECK(bytes("\"bytes\"", "\"\\u0100\"") == "none");
  CHECK(bytes("\"int\"", "1.5") == "none");
  CHECK(bytes("\"int\"", "3000000000") == "none");
  CHECK(bytes(R"({"type":"array","items":"int"})", "[1,2]") ==
        avro_long(2) + avro_long(1) + avro_long(2) + avro_long(0));
  CHECK(bytes(R"({"type":"map","values":"int"})", "{}") == avro_long(0));
  CHECK(bytes(R"(["int","null"])", "5") == avro_long(0) + avro_long(5));
  CHECK(bytes(R"(["null","int"])", "null") == avro_long(0));
  CHECK(
      bytes(
          R"({"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","default":2}]})",
          "{\"a\":1}") == avro_long(1) + avro_long(2));
  CHECK(bytes(R"({"type":"enum","name":"E","symbols":["A","B"]})", "\"B\"") == avro_long(1));
}
