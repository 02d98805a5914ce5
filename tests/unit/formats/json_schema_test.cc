#include <nlohmann/json.hpp>

#include "tests/unit/formats/format_fixture.h"
#include "tests/unit/formats/memory_registry.h"

using namespace weir;
using namespace weir::test;

namespace {

FormatContext sr_context(std::vector<FormatColumn> columns, std::shared_ptr<MemoryRegistry> registry) {
  FormatContext context = value_context(FormatKind::kJsonSr, std::move(columns));
  context.registry = std::move(registry);
  return context;
}

std::string columns_text(const std::vector<FormatColumn>& columns) {
  std::string text;
  for (const FormatColumn& column : columns)
    text += (text.empty() ? "" : ", ") + column.name + " " + column.type->to_string();
  return text;
}

std::string infer(const std::string& schema, bool is_key = false, FormatSpec spec = {FormatKind::kJsonSr}) {
  MemoryRegistry registry;
  const int id = registry.register_schema(is_key ? "t-key" : "t-value", "JSON", schema);
  if (spec.schema_id) spec.schema_id = id;
  return columns_text(infer_columns(spec, is_key, "t", registry));
}

}  // namespace

TEST_CASE("columns as JSON Schema, and back") {
  struct Case {
    TypePtr type;
    const char* schema;
  };
  const std::vector<Case> cases = {
      {Type::boolean(), R"({"type":"boolean"})"},
      {Type::integer(), R"({"type":"integer","connect.type":"int32"})"},
      {Type::bigint(), R"({"type":"integer","connect.type":"int64"})"},
      {Type::float64(), R"({"type":"number","connect.type":"float64"})"},
      {Type::string(), R"({"type":"string"})"},
      {Type::bytes(), R"({"type":"string","connect.type":"bytes"})"},
      {Type::decimal(4, 2),
       R"({"type":"number","title":"org.apache.kafka.connect.data.Decimal","connect.version":1,"connect.type":"bytes",
           "connect.parameters":{"scale":"2","connect.decimal.precision":"4"}})"},
      {Type::date(),
       R"({"type":"integer","title":"org.apache.kafka.connect.data.Date","connect.version":1,"connect.type":"int32"})"},
      {Type::time(),
       R"({"type":"integer","title":"org.apache.kafka.connect.data.Time","connect.version":1,"connect.type":"int32"})"},
      {Type::timestamp(),
       R"({"type":"integer","title":"org.apache.kafka.connect.data.Timestamp","connect.version":1,"connect.type":"int64"})"},
      {Type::array(Type::integer()),
       R"({"type":"array","items":{"oneOf":[{"type":"null"},{"type":"integer","connect.type":"int32"}]}})"},
      {Type::map(Type::string(), Type::string()),
       R"({"type":"object","connect.type":"map","additionalProperties":{"oneOf":[{"type":"null"},{"type":"string"}]}})"},
      {Type::structure({{"F1", Type::string()}}),
       R"({"type":"object","properties":{"F1":{"connect.index":0,"oneOf":[{"type":"null"},{"type":"string"}]}}})"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.type->to_string());
    const nlohmann::json type = nlohmann::json::parse(c.schema);
    const nlohmann::json expected = {
        {"type", "object"},
        {"properties", {{"A", {{"connect.index", 0}, {"oneOf", nlohmann::json::array({{{"type", "null"}}, type})}}}}}};
    const FormatContext context = sr_context({{"A", c.type}}, nullptr);
    CHECK(nlohmann::json::parse(schema_text(context)) == expected);
    CHECK(infer(schema_text(context)) == "A " + c.type->to_string());

    FormatContext key = context;
    key.is_key = true;
    CHECK(nlohmann::json::parse(schema_text(key)) ==
          nlohmann::json{{"oneOf", nlohmann::json::array({{{"type", "null"}}, type})}});
    CHECK(infer(schema_text(key), true) == "ROWKEY " + c.type->to_string());
  }
}

TEST_CASE("columns from schemas that others wrote") {
  struct Case {
    const char* property;
    const char* type;
  };
  const std::vector<Case> cases = {
      {R"({"type":"integer"})", "BIGINT"},
      {R"({"type":"number"})", "DOUBLE"},
      {R"({"type":"integer","connect.type":"int8"})", "INTEGER"},
      {R"({"type":"integer","connect.type":"int16"})", "INTEGER"},
      {R"({"type":"number","connect.type":"float32"})", "DOUBLE"},
      {R"({"type":["null","integer"]})", "BIGINT"},
      {R"({"type":["string","integer"]})", "STRING"},
      {R"({"anyOf":[{"type":"string"},{"type":"null"}]})", "STRING"},
      {R"({"oneOf":[{"type":"integer"},{"type":"string"}]})", "STRING"},
      {R"({"allOf":[{"$ref":"#/definitions/id"}]})", "INTEGER"},
      {R"({"$ref":"#/definitions/id"})", "INTEGER"},
      {R"({"$ref":"#/definitions/tree"})", "STRUCT<`LEFT` STRING, `RIGHT` STRING>"},
      {R"({"$ref":"#/definitions/loop"})", "STRING"},
      {R"({"enum":["a","b"]})", "STRING"},
      {R"({})", "STRING"},
      {R"(true)", "STRING"},
      {R"({"type":"object"})", "STRING"},
      {R"({"type":"object","additionalProperties":{"type":"integer"}})", "MAP<STRING, BIGINT>"},
      {R"({"type":"array"})", "ARRAY<STRING>"},
      {R"({"items":{"type":"string"}})", "ARRAY<STRING>"},
      {R"({"type":"array","connect.type":"map","items":{"type":"object","properties":{"key":{"type":"integer"},
          "value":{"type":"number"}}}})",
       "MAP<STRING, DOUBLE>"},
      {R"({"type":"object","properties":{"b":{"type":"string","connect.index":1},"a":{"type":"boolean","connect.index":0}}})",
       "STRUCT<`A` BOOLEAN, `B` STRING>"},
      // Debezium's
      {R"({"type":"string","title":"io.debezium.time.ZonedTimestamp","connect.version":1})", "STRING"},
      {R"({"type":"integer","title":"io.debezium.time.MicroTimestamp","connect.version":1,"connect.type":"int64"})",
       "BIGINT"},
      {R"({"type":"integer","title":"io.debezium.time.Date","connect.version":1,"connect.type":"int32"})", "INTEGER"},
      {R"({"type":"string","title":"io.debezium.data.Json","connect.version":1})", "STRING"},
      {R"({"type":"number","title":"org.apache.kafka.connect.data.Decimal","connect.version":1,"connect.type":"bytes",
          "connect.parameters":{"scale":"2"}})",
       "DECIMAL(38, 2)"},
      {R"({"type":"number","title":"org.apache.kafka.connect.data.Decimal","connect.type":"bytes",
          "connect.parameters":{"scale":"2","connect.decimal.precision":"64"}})",
       "DECIMAL(38, 2)"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.property);
    const std::string schema =
        std::string(R"({"type":"object","properties":{"c1":)") + c.property +
        R"(},"definitions":{"id":{"type":"integer","connect.type":"int32"},"loop":{"$ref":"#/definitions/loop"},
           "tree":{"type":"object","properties":{"left":{"$ref":"#/definitions/tree"},"right":{"$ref":"#/definitions/tree"}}}}})";
    CHECK(infer(schema) == std::string("C1 ") + c.type);
  }
}

TEST_CASE("order and case of inferred columns") {
  const std::string schema =
      R"({"type":"object","properties":{"z":{"type":"string"},"A":{"type":"integer","connect.index":2},"m":{"type":"boolean","connect.index":1}}})";
  CHECK(infer(schema) == "Z STRING, M BOOLEAN, A BIGINT");
  FormatSpec by_id{FormatKind::kJsonSr};
  by_id.schema_id = 0;
  CHECK(infer(schema, false, by_id) == "z STRING, m BOOLEAN, A BIGINT");
  CHECK(infer(schema, true) == "ROWKEY STRUCT<`Z` STRING, `M` BOOLEAN, `A` BIGINT>");
  CHECK(infer("{\"oneOf\":[{\"type\":\"null\"}," + schema + "]}") == "Z STRING, M BOOLEAN, A BIGINT");
  FormatSpec bare{FormatKind::kJsonSr};
  bare.wrap_single_value = false;
  CHECK(infer(R"({"type":"integer"})", false, bare) == "ROWVAL BIGINT");
  CHECK(infer(R"({"type":"object","properties":{"a":{"type":"string"}}})", false, bare) == "ROWVAL STRUCT<`A` STRING>");
}

TEST_CASE("schemas that can't be columns") {
  CHECK_THROWS_WITH_AS(infer(R"({"type":"integer"})"),
                       "The schema with id 1 describes no record with properties: set WRAP_SINGLE_VALUE=false to read "
                       "the value as one column",
                       SchemaRegistryError);
  CHECK_THROWS_AS(infer("{"), SchemaRegistryError);
  CHECK_THROWS_AS(infer(R"({"type":"object","properties":{"a":{"$ref":"#/nowhere"}}})"), SchemaRegistryError);
  CHECK_THROWS_AS(infer(R"({"type":"object","properties":{"a":{"$ref":"other.json"}}})"), SchemaRegistryError);
  CHECK_THROWS_AS(infer(R"({"type":"object","properties":{"a":{"type":"string"},"A":{"type":"string"}}})"),
                  SchemaRegistryError);

  MemoryRegistry registry;
  FormatSpec spec{FormatKind::kJsonSr};
  try {
    infer_columns(spec, false, "orders", registry);
    FAIL("no error");
  } catch (const SchemaRegistryError& error) {
    CHECK(error.kind() == SchemaRegistryError::Kind::kNotFound);
    CHECK(contains(error.what(), "no subject orders-value"));
    CHECK(contains(error.what(), "registry in memory"));
  }
  registry.register_schema("orders-value", "AVRO", "\"string\"");
  try {
    infer_columns(spec, false, "orders", registry);
    FAIL("no error");
  } catch (const SchemaRegistryError& error) {
    CHECK(contains(error.what(), "type AVRO"));
    CHECK(contains(error.what(), "VALUE_FORMAT"));
  }
}

TEST_CASE("JSON_SR records carry the id of their registered schema") {
  auto registry = std::make_shared<MemoryRegistry>();
  registry->next_id = 7;
  const FormatContext context = sr_context({{"ID", Type::integer()}, {"NAME", Type::string()}}, registry);
  const std::string bytes = encode_one(context, {7, "bob"});
  CHECK(bytes == std::string("\0\0\0\0\7", 5) + R"({"ID":7,"NAME":"bob"})");
  REQUIRE(registry->schemas.size() == 1);
  CHECK(registry->schemas[0].subject == "t-value");
  CHECK(registry->schemas[0].type == "JSON");
  CHECK(register_schema(context) == 7);
  CHECK(decode_one(context, bytes) == "7 bob");
  CHECK(contains(decode_one(context, bytes.substr(5)), "Schema Registry's header"));
  CHECK(contains(decode_one(context, bytes.substr(0, 5)), "not valid JSON"));
  CHECK(contains(decode_one(context, std::string("\0\0\0\0\7{x", 7)), "at byte 6"));
  CHECK(encode_one(context, {Value(), Value()}).substr(5) == R"({"ID":null,"NAME":null})");

  FormatContext key = context;
  key.is_key = true;
  key.columns = {{"K", Type::string()}};
  CHECK(encode_one(key, {"x"}) == std::string("\0\0\0\0\10", 5) + "\"x\"");
  CHECK(encode_one(key, {Value()}) == "<null>");
  CHECK(registry->schemas[1].subject == "t-key");
}

TEST_CASE("JSON_SR with a given schema") {
  auto registry = std::make_shared<MemoryRegistry>();
  registry->register_schema(
      "other", "JSON",
      R"({"type":"object","properties":{"extra":{"type":"string"},"foo":{"type":"integer"},"ID":{"type":"integer"}},"required":["ID"]})");
  FormatContext context = sr_context({{"ID", Type::integer()}, {"foo", Type::integer()}}, registry);
  context.spec.schema_id = 1;
  CHECK(encode_one(context, {1, 2}) == std::string("\0\0\0\0\1", 5) + R"({"foo":2,"ID":1})");
  CHECK(registry->schemas.size() == 1);
  CHECK(register_schema(context) == 1);
  CHECK(registry->latest("t-value")->id == 1);

  context.columns = {{"ID", Type::integer()}, {"BAR", Type::integer()}};
  CHECK_THROWS_WITH_AS(make_encoder(context),
                       "The schema with id 1 has no field for the column BAR of the value of topic t",
                       SchemaRegistryError);
  context.columns = {{"foo", Type::integer()}};
  CHECK_THROWS_WITH_AS(make_encoder(context),
                       "The schema with id 1 requires the field ID, which is no column of the value of topic t",
                       SchemaRegistryError);
  context.spec.schema_id = 5;
  CHECK_THROWS_AS(make_encoder(context), SchemaRegistryError);
}

TEST_CASE("JSON_SR maps with keys other than strings are arrays of entries") {
  auto registry = std::make_shared<MemoryRegistry>();
  FormatContext context = sr_context({{"M", Type::map(Type::integer(), Type::string())}}, registry);
  const std::string bytes = encode_one(context, {ValueMap{{1, "a"}, {2, Value()}}});
  CHECK(bytes.substr(5) == R"({"M":[{"key":1,"value":"a"},{"key":2,"value":null}]})");
  CHECK(decode_one(context, bytes) == "{1=a, 2=null}");
  CHECK(contains(decode_one(context, bytes.substr(0, 5) + R"({"M":{"1":"a"}})"),
                 "can't be read as MAP<INTEGER, STRING>"));
}

TEST_CASE("a schema format without a registry") {
  const FormatContext context = sr_context({{"A", Type::integer()}}, nullptr);
  CHECK_THROWS_WITH_AS(
      make_encoder(context),
      "The format JSON_SR of the value of topic t needs a Schema Registry, and none is configured: set "
      "ksql.schema.registry.url",
      SchemaRegistryError);
  CHECK_NOTHROW(make_decoder(context, {0}));
}
