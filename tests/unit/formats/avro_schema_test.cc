// Avro schemas: parsed, made from columns, turned into columns.
#include <nlohmann/json.hpp>

#include "tests/unit/formats/avro_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

std::string refusal_of(const std::string& schema) {
  try {
    AvroSchema::parse(schema);
  } catch (const SchemaRegistryError& error) {
    CHECK(error.kind() == SchemaRegistryError::Kind::kInvalid);
    return error.what();
  }
  return "";
}

std::string infer_avro(const std::string& schema, bool is_key = false, FormatSpec spec = {FormatKind::kAvro}) {
  MemoryRegistry registry;
  const int id = registry.register_schema(is_key ? "t-key" : "t-value", "AVRO", schema);
  if (spec.schema_id) spec.schema_id = id;
  std::string text;
  for (const FormatColumn& column : infer_columns(spec, is_key, "t", registry)) {
    text += (text.empty() ? "" : ", ") + column.name + " " + column.type->to_string();
  }
  return text;
}

std::string infer_field(const std::string& type) { return infer_avro(record_of(field_of("f", type))).substr(2); }

nlohmann::json schema_of_column(TypePtr type) {
  const FormatContext context = avro_context({{"F", std::move(type)}}, nullptr);
  return nlohmann::json::parse(schema_text(context))["fields"][0]["type"][1];
}

}  // namespace

TEST_CASE("Avro schemas: named types, namespaces, aliases") {
  const auto schema = AvroSchema::parse(R"({"type":"record","name":"Outer","namespace":"a.b","fields":[
      {"name":"inner","type":{"type":"record","name":"Inner","aliases":["Old"],"fields":[{"name":"x","type":"int"}]}},
      {"name":"again","type":"Inner"},
      {"name":"full","type":["null","a.b.Inner"],"default":null},
      {"name":"old","type":"Old"},
      {"name":"other","type":{"type":"enum","name":"c.E","symbols":["P","Q"]}},
      {"name":"list","type":{"type":"array","items":"c.E"}},
      {"name":"self","type":["null","Outer"]},
      {"name":"f","type":{"type":"fixed","name":"F","size":3}},
      {"name":"wrapped","type":{"type":{"type":"string"}}}]})");
  const AvroNode& root = schema->root();
  CHECK(root.name == "a.b.Outer");
  CHECK(root.fields[0].type->name == "a.b.Inner");
  CHECK(root.fields[1].type == root.fields[0].type);
  CHECK(&root.fields[2].type->without_null() == root.fields[0].type);
  CHECK(root.fields[2].has_default);
  CHECK(root.fields[3].type == root.fields[0].type);
  CHECK(root.fields[4].type->name == "c.E");
  CHECK(&root.fields[5].type->item() == root.fields[4].type);
  CHECK(&root.fields[6].type->without_null() == &root);
  CHECK(root.fields[7].type->size == 3);
  CHECK(root.fields[8].type->kind == AvroKind::kString);
}

TEST_CASE("what is no Avro schema is refused with its reason") {
  CHECK(contains(refusal_of("{"), "no JSON"));
  CHECK(contains(refusal_of("17"), "17"));
  CHECK(contains(refusal_of(R"("Unknown")"), "Unknown"));
  CHECK(contains(refusal_of(R"({"name":"x"})"), "type"));
  CHECK(contains(refusal_of(R"({"type":"record","fields":[]})"), "name"));
  CHECK(contains(refusal_of(R"({"type":"record","name":"R"})"), "fields"));
  CHECK(contains(refusal_of(record_of(field_of("a", "\"int\"") + "," + field_of("a", "\"int\""))), "two fields a"));
  CHECK(contains(refusal_of(R"(["null",["int"]])"), "union"));
  CHECK(contains(refusal_of("[]"), "no branches"));
  CHECK(contains(refusal_of(R"({"type":"array"})"), "items"));
  CHECK(contains(refusal_of(R"({"type":"fixed","name":"F","size":-1})"), "-1"));
  CHECK(contains(refusal_of(R"({"type":"fixed","name":"F","size":99999999999})"), "99999999999"));
  CHECK(
      contains(refusal_of(R"([{"type":"fixed","name":"F","size":1},{"type":"fixed","name":"F","size":1}])"), "twice"));
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += R"({"type":"array","items":)";
  CHECK(contains(refusal_of(deep), ""));
  deep += "\"int\"";
  for (int i = 0; i < 5000; ++i) deep += "}";
  CHECK(contains(refusal_of(deep), "too deeply"));
}

TEST_CASE("references are resolved through the registry, each once") {
  MemoryRegistry registry;
  registry.register_schema("money", "AVRO",
                           R"({"type":"record","name":"acme.Money","fields":[{"name":"CENTS","type":"long"}]})");
  registry.register_schema("line", "AVRO",
                           R"({"type":"record","name":"acme.Line","fields":[{"name":"PRICE","type":"acme.Money"}]})",
                           {{"acme.Money", "money", 1}});
  registry.register_schema(
      "t-value", "AVRO",
      R"({"type":"record","name":"acme.Order","fields":[{"name":"LINE","type":"Line"},{"name":"TOTAL","type":"Money"}]})",
      {{"acme.Money", "money", 1}, {"acme.Line", "line", 1}});
  const auto columns = infer_columns({FormatKind::kAvro}, false, "t", registry);
  CHECK(columns[0].type->to_string() == "STRUCT<`PRICE` STRUCT<`CENTS` BIGINT>>");
  CHECK(columns[1].type->to_string() == "STRUCT<`CENTS` BIGINT>");

  registry.register_schema("u-value", "AVRO", record_of(field_of("a", "\"acme.Tax\"")), {{"acme.Tax", "tax", 3}});
  try {
    infer_columns({FormatKind::kAvro}, false, "u", registry);
    FAIL("a missing reference must be refused");
  } catch (const SchemaRegistryError& error) {
    CHECK(contains(error.what(), "acme.Tax"));
    CHECK(contains(error.what(), "subject tax"));
  }
}

TEST_CASE("the columns that an Avro schema stands for") {
  struct Case {
    const char* schema;
    const char* type;
  };
  const std::vector<Case> cases = {
      {R"("boolean")", "BOOLEAN"},
      {R"("int")", "INTEGER"},
      {R"({"type":"int","connect.type":"int16"})", "INTEGER"},
      {R"("long")", "BIGINT"},
      {R"("float")", "DOUBLE"},
      {R"("double")", "DOUBLE"},
      {R"("string")", "STRING"},
      {R"("bytes")", "BYTES"},
      {R"({"type":"fixed","name":"F","size":16})", "BYTES"},
      {R"({"type":"enum","name":"E","symbols":["A"]})", "STRING"},
      {R"({"type":"bytes","logicalType":"decimal","precision":6,"scale":2})", "DECIMAL(6, 2)"},
      {R"({"type":"fixed","name":"F","size":8,"logicalType":"decimal","precision":18,"scale":4})", "DECIMAL(18, 4)"},
      {R"({"type":"bytes","logicalType":"decimal","scale":2})", "DECIMAL(38, 2)"},
      {R"({"type":"bytes","logicalType":"decimal","precision":64,"scale":10})", "DECIMAL(38, 10)"},
      {R"({"type":"bytes","logicalType":"decimal","precision":2,"scale":5})", "BYTES"},
      {R"({"type":"int","logicalType":"date"})", "DATE"},
      {R"({"type":"int","logicalType":"time-millis"})", "TIME"},
      {R"({"type":"long","logicalType":"time-micros"})", "BIGINT"},
      {R"({"type":"long","logicalType":"timestamp-millis"})", "TIMESTAMP"},
      {R"({"type":"long","logicalType":"timestamp-micros"})", "BIGINT"},
      {R"({"type":"string","logicalType":"uuid"})", "STRING"},
      {R"({"type":"string","logicalType":"date"})", "STRING"},
      {R"(["null","int"])", "INTEGER"},
      {R"(["int","null"])", "INTEGER"},
      {R"({"type":"array","items":["null","string"]})", "ARRAY<STRING>"},
      {R"({"type":"map","values":"long"})", "MAP<STRING, BIGINT>"},
      {R"({"type":"array","items":{"type":"record","name":"X","connect.internal.type":"MapEntry","fields":[
          {"name":"key","type":"int"},{"name":"value","type":["null","double"]}]}})",
       "MAP<STRING, DOUBLE>"},
      {R"({"type":"array","items":{"type":"record","name":"X","fields":[
          {"name":"key","type":"int"},{"name":"value","type":"int"}]}})",
       "ARRAY<STRUCT<`KEY` INTEGER, `VALUE` INTEGER>>"},
      {R"(["null","int","string",{"type":"record","name":"a.Sub","fields":[{"name":"x","type":"int"}]}])",
       "STRUCT<`INT` INTEGER, `STRING` STRING, `SUB` STRUCT<`X` INTEGER>>"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.schema);
    CHECK(infer_field(c.schema) == c.type);
  }
}

TEST_CASE("names are upper-cased unless the schema is asked for by its id; keys and bare values are one column") {
  const std::string schema =
      record_of(field_of("camelCase", "\"int\"") + "," + field_of("sub", record_of(field_of("x", "\"int\""), "S")));
  CHECK(infer_avro(schema) == "CAMELCASE INTEGER, SUB STRUCT<`X` INTEGER>");
  FormatSpec by_id{FormatKind::kAvro};
  by_id.schema_id = 0;
  CHECK(infer_avro(schema, false, by_id) == "camelCase INTEGER, sub STRUCT<`x` INTEGER>");
  CHECK(infer_avro("\"long\"", true) == "ROWKEY BIGINT");
  CHECK(infer_avro(record_of(field_of("x", "\"int\"")), true) == "ROWKEY STRUCT<`X` INTEGER>");
  FormatSpec bare{FormatKind::kAvro};
  bare.wrap_single_value = false;
  CHECK(infer_avro(R"({"type":"map","values":"int"})", false, bare) == "ROWVAL MAP<STRING, INTEGER>");
  CHECK_THROWS_WITH_AS(infer_avro("\"int\""), doctest::Contains("WRAP_SINGLE_VALUE=false"), SchemaRegistryError);
  CHECK_THROWS_WITH_AS(infer_avro(record_of(field_of("a", "\"int\"") + "," + field_of("A", "\"int\""))),
                       doctest::Contains("A"), SchemaRegistryError);
  CHECK_THROWS_WITH_AS(infer_avro(record_of(field_of("next", R"(["null","R"])"))), doctest::Contains("contains itself"),
                       SchemaRegistryError);
  CHECK_THROWS_WITH_AS(infer_avro(record_of(field_of("a", "\"null\""))), doctest::Contains("null"),
                       SchemaRegistryError);
}

TEST_CASE("a record of which one part is used twice isn't taken for one that contains itself") {
  const std::string sub = R"({"type":"record","name":"S","fields":[{"name":"x","type":"int"}]})";
  CHECK(infer_avro(record_of(field_of("a", sub) + "," + field_of("b", "\"S\""))) ==
        "A STRUCT<`X` INTEGER>, B STRUCT<`X` INTEGER>");
}

TEST_CASE("columns as an Avro schema, as ksqlDB registers it") {
  struct Case {
    TypePtr type;
    const char* schema;
  };
  const std::vector<Case> cases = {
      {Type::boolean(), R"("boolean")"},
      {Type::integer(), R"("int")"},
      {Type::bigint(), R"("long")"},
      {Type::float64(), R"("double")"},
      {Type::string(), R"("string")"},
      {Type::bytes(), R"("bytes")"},
      {Type::decimal(4, 2),
       R"({"type":"bytes","scale":2,"precision":4,"connect.version":1,"connect.parameters":{"scale":"2",
           "connect.decimal.precision":"4"},"connect.name":"org.apache.kafka.connect.data.Decimal","logicalType":"decimal"})"},
      {Type::date(),
       R"({"type":"int","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Date","logicalType":"date"})"},
      {Type::time(),
       R"({"type":"int","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Time","logicalType":"time-millis"})"},
      {Type::timestamp(),
       R"({"type":"long","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Timestamp",
           "logicalType":"timestamp-millis"})"},
      {Type::array(Type::integer()), R"({"type":"array","items":["null","int"]})"},
      {Type::map(Type::string(), Type::bigint()),
       R"({"type":"array","items":{"type":"record","name":"KsqlDataSourceSchema_F","fields":[
           {"name":"key","type":["null","string"],"default":null},{"name":"value","type":["null","long"],"default":null}],
           "connect.internal.type":"MapEntry"},"connect.name":"io.confluent.ksql.avro_schemas.KsqlDataSourceSchema_F"})"},
      {Type::structure({{"X", Type::array(Type::structure({{"Y", Type::integer()}}))}}),
       R"({"type":"record","name":"KsqlDataSourceSchema_F","fields":[{"name":"X","type":["null",{"type":"array","items":["null",
           {"type":"record","name":"KsqlDataSourceSchema_F_X","fields":[{"name":"Y","type":["null","int"],"default":null}],
           "connect.name":"io.confluent.ksql.avro_schemas.KsqlDataSourceSchema_F_X"}]}],"default":null}],
           "connect.name":"io.confluent.ksql.avro_schemas.KsqlDataSourceSchema_F"})"},
      {Type::map(Type::string(), Type::structure({{"Y", Type::integer()}})),
       R"({"type":"array","items":{"type":"record","name":"KsqlDataSourceSchema_F","fields":[
           {"name":"key","type":["null","string"],"default":null},
           {"name":"value","type":["null",{"type":"record","name":"KsqlDataSourceSchema_F_MapValue","fields":[
             {"name":"Y","type":["null","int"],"default":null}],
             "connect.name":"io.confluent.ksql.avro_schemas.KsqlDataSourceSchema_F_MapValue"}],"default":null}],
           "connect.internal.type":"MapEntry"},"connect.name":"io.confluent.ksql.avro_schemas.KsqlDataSourceSchema_F"})"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.type->to_string());
    CHECK(schema_of_column(c.type) == nlohmann::json::parse(c.schema));
    // What is registered is read back as the same columns.
    const FormatContext context = avro_context({{"F", c.type}}, nullptr);
    CHECK(infer_avro(schema_text(context)) == "F " + c.type->to_string());
  }
}

TEST_CASE("the schema as a whole: its text, its names, keys and bare values") {
  FormatContext context = avro_context({{"A", Type::integer()}, {"B", Type::string()}}, nullptr);
  CHECK(schema_text(context) ==
        R"({"type":"record","name":"KsqlDataSourceSchema","namespace":"io.confluent.ksql.avro_schemas","fields":[)"
        R"({"name":"A","type":["null","int"],"default":null},{"name":"B","type":["null","string"],"default":null}],)"
        R"("connect.name":"io.confluent.ksql.avro_schemas.KsqlDataSourceSchema"})");
  context.spec.schema_full_name = "acme.Order";
  const auto named = nlohmann::json::parse(schema_text(context));
  CHECK(named["name"] == "Order");
  CHECK(named["namespace"] == "acme");
  CHECK(named["connect.name"] == "acme.Order");
  context.spec.schema_full_name = "Order";
  CHECK_FALSE(nlohmann::json::parse(schema_text(context)).contains("namespace"));

  FormatContext key = avro_context({{"K", Type::date()}}, nullptr);
  key.is_key = true;
  CHECK(nlohmann::json::parse(schema_text(key)) ==
        nlohmann::json::parse(
            R"({"type":"int","connect.name":"org.apache.kafka.connect.data.Date","logicalType":"date"})"));
  FormatContext bare = avro_context({{"V", Type::bigint()}}, nullptr);
  bare.spec.wrap_single_value = false;
  CHECK(schema_text(bare) == R"("long")");

  // A.B is A_B in Avro, whose names have no dots; two types of one name are told apart.
  const FormatContext twice = avro_context({{"A", Type::structure({{"B", Type::structure({{"X", Type::integer()}})}})},
                                            {"A_B", Type::structure({{"Y", Type::integer()}})}},
                                           nullptr);
  CHECK(infer_avro(schema_text(twice)) == "A STRUCT<`B` STRUCT<`X` INTEGER>>, A_B STRUCT<`Y` INTEGER>");
}

TEST_CASE("names that Avro doesn't take are refused") {
  const auto check = [](std::vector<FormatColumn> columns, const std::string& name = "") {
    FormatContext context = avro_context(std::move(columns), nullptr);
    context.spec.schema_full_name = name;
    check_format(context);
  };
  CHECK_NOTHROW(check({{"A.B", Type::integer()}, {"_x9", Type::integer()}}));
  CHECK_NOTHROW(
      check({{"Gr\xc3\xb6\xc3\x9f"
              "e",
              Type::integer()}}));
  CHECK_THROWS_WITH_AS(check({{"1A", Type::integer()}}), doctest::Contains("Column 1A"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({{"A-B", Type::integer()}}), doctest::Contains("'-'"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({{"A", Type::structure({{"x y", Type::integer()}})}}),
                       doctest::Contains("Field x y of column A"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({{"A.B", Type::integer()}, {"A_B", Type::integer()}}), doctest::Contains("A_B"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({{"A", Type::integer()}}, "a..b"), doctest::Contains("a..b"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(check({{"A", Type::integer()}}, "a.9"), doctest::Contains("a.9"), std::invalid_argument);
}
