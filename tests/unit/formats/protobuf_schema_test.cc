#include <doctest/doctest.h>

#include "engine/formats/protobuf_columns.h"
#include "engine/formats/protobuf_schema.h"
#include "tests/unit/formats/protobuf_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

std::string proto_columns_text(const std::vector<FormatColumn>& columns) {
  std::string text;
  for (const FormatColumn& column : columns)
    text += (text.empty() ? "" : ", ") + column.name + " " + column.type->to_string();
  return text;
}

std::string infer_proto(const std::string& schema, FormatSpec spec = {FormatKind::kProtobuf}) {
  MemoryRegistry registry;
  const int id = registry.register_schema("t-value", "PROTOBUF", schema);
  if (spec.schema_id) spec.schema_id = id;
  return proto_columns_text(infer_columns(spec, false, "t", registry));
}

std::string proto3(const std::string& fields) { return "syntax = \"proto3\"; message M { " + fields + " }"; }

std::string proto_refusal(const std::string& schema, FormatSpec spec = {FormatKind::kProtobuf}) {
  try {
    return "columns: " + infer_proto(schema, spec);
  } catch (const SchemaRegistryError& error) {
    CHECK(error.kind() == SchemaRegistryError::Kind::kInvalid);
    return error.what();
  }
}

}  // namespace

TEST_CASE("the columns of a Protobuf schema are Connect's") {
  CHECK(infer_proto(proto3("int32 a = 1; sint32 b = 2; sfixed32 c = 3;")) == "A INTEGER, B INTEGER, C INTEGER");
  CHECK(infer_proto(proto3("uint32 a = 1; fixed32 b = 2; int64 c = 3; uint64 d = 4; sint64 e = 5; fixed64 f = 6;")) ==
        "A BIGINT, B BIGINT, C BIGINT, D BIGINT, E BIGINT, F BIGINT");
  CHECK(infer_proto(proto3("float a = 1; double b = 2; bool c = 3; string d = 4; bytes e = 5;")) ==
        "A DOUBLE, B DOUBLE, C BOOLEAN, D STRING, E BYTES");
  CHECK(infer_proto(proto3("enum E { ZERO = 0; } E a = 1; repeated E b = 2; map<int32, double> c = 3;")) ==
        "A STRING, B ARRAY<STRING>, C MAP<STRING, DOUBLE>");
  CHECK(infer_proto(proto3("message N { string x = 1; } N a = 1; repeated N b = 2;")) ==
        "A STRUCT<`X` STRING>, B ARRAY<STRUCT<`X` STRING>>");
  CHECK(infer_proto(proto3("message XEntry { string key = 1; int64 value = 2; } repeated XEntry a = 1;")) ==
        "A MAP<STRING, BIGINT>");
  CHECK(infer_proto("syntax = \"proto3\"; import \"google/protobuf/wrappers.proto\"; import "
                    "\"google/protobuf/timestamp.proto\"; import \"google/type/date.proto\"; import "
                    "\"google/type/timeofday.proto\"; message M { google.protobuf.UInt32Value a = 1; "
                    "google.protobuf.StringValue b = 2; google.protobuf.Timestamp c = 3; google.type.Date d = 4; "
                    "google.type.TimeOfDay e = 5; }") == "A BIGINT, B STRING, C TIMESTAMP, D DATE, E TIME");
}

TEST_CASE("a decimal's digits are in its field's options, in either way of writing them") {
  const std::string head =
      "syntax = \"proto3\"; import \"confluent/type/decimal.proto\"; message M { "
      "confluent.type.Decimal a = 1 ";
  CHECK(infer_proto(head + "[(confluent.field_meta) = { params: [{ value: \"4\", key: \"precision\" }, { value: \"2\", "
                           "key: \"scale\" }]}]; }") == "A DECIMAL(4, 2)");
  CHECK(infer_proto(head + "[(confluent.field_meta).params = { key: \"scale\" value: \"3\" }, "
                           "(confluent.field_meta).params = { key: \"precision\" value: \"9\" }]; }") ==
        "A DECIMAL(9, 3)");
  CHECK(infer_proto(head + "; }") == "A DECIMAL(38, 0)");
  CHECK(contains(proto_refusal(head + "[(confluent.field_meta) = { params: [{ key: \"scale\", value: \"99\" }]}]; }"),
                 "M.a is a decimal of scale 99"));
}

TEST_CASE("a oneof is a STRUCT of its fields; an optional field is no oneof") {
  CHECK(infer_proto(proto3("int32 id = 1; oneof pick { string a = 2; int64 b = 3; } optional int32 o = 4;")) ==
        "PICK_0 STRUCT<`A` STRING, `B` BIGINT>, ID INTEGER, O INTEGER");
}

TEST_CASE("names stay as they are in a schema that was asked for by its id") {
  FormatSpec spec{FormatKind::kProtobuf};
  spec.schema_id = 1;
  CHECK(infer_proto(proto3("message N { int32 x = 1; } N inner = 1;"), spec) == "inner STRUCT<`x` INTEGER>");
}

TEST_CASE("which of several messages") {
  const std::string schema = "syntax = \"proto3\"; package p; message A { int32 a = 1; } message B { string b = 1; }";
  FormatSpec spec{FormatKind::kProtobuf};
  CHECK(infer_proto(schema) == "A INTEGER");
  spec.schema_full_name = "p.B";
  CHECK(infer_proto(schema, spec) == "B STRING");
  spec.schema_full_name = "B";
  CHECK(contains(proto_refusal(schema, spec), "no message B in the schema with id 1, which has p.A, p.B"));
}

TEST_CASE("imports are references, theirs included, or files that everyone has") {
  MemoryRegistry registry;
  registry.register_schema("base", "PROTOBUF", "syntax = \"proto3\"; message Base { int32 x = 1; }");
  registry.register_schema("middle", "PROTOBUF",
                           "syntax = \"proto3\"; import \"base.proto\"; message Middle { Base base = 1; }",
                           {{"base.proto", "base", 1}});
  registry.register_schema("t-value", "PROTOBUF",
                           "syntax = \"proto3\"; import \"middle.proto\"; message M { Middle middle = 1; }",
                           {{"middle.proto", "middle", 1}});
  CHECK(proto_columns_text(infer_columns({FormatKind::kProtobuf}, false, "t", registry)) ==
        "MIDDLE STRUCT<`BASE` STRUCT<`X` INTEGER>>");
  CHECK(contains(proto_refusal("syntax = \"proto3\"; import \"gone.proto\"; message M { Gone a = 1; }"),
                 "The file gone.proto, which the schema with id 1 imports, is none of its references"));
  registry.register_schema("u-value", "PROTOBUF", "syntax = \"proto3\"; import \"u.proto\"; message M { int32 a = 1; }",
                           {{"u.proto", "u-value", 1}});
  CHECK_THROWS_WITH_AS(infer_columns({FormatKind::kProtobuf}, false, "u", registry),
                       "The file u.proto imports itself in the schema with id 4", SchemaRegistryError);
}

TEST_CASE("what is no schema for columns says why") {
  CHECK(contains(proto_refusal("syntax = \"proto3\"; message M { int32 a = ; }"),
                 "the schema with id 1: line 1, column "));
  CHECK(contains(proto_refusal("syntax = \"proto3\"; message M { Nowhere a = 1; }"), "Nowhere"));
  CHECK(contains(proto_refusal("syntax = \"proto3\"; message M { }"), "The message M has no fields"));
  CHECK(contains(proto_refusal("syntax = \"proto3\"; enum E { A = 0; }"), "no message in the schema"));
  CHECK(contains(proto_refusal(proto3("M again = 1; int32 x = 2;")), "The message M contains itself"));
  std::string deep = "syntax = \"proto3\"; ";
  for (int i = 0; i < 5000; ++i) deep += "message M {";
  CHECK(!contains(proto_refusal(deep), "columns:"));
}

TEST_CASE("options that nobody defines, services and proto2 don't matter") {
  CHECK(infer_proto("message M { optional int32 a = 1 [default = 5, (my.option) = {x: 1}]; required string b = 2; "
                    "extensions 100 to 200; } service S { rpc Do(M) returns (M); }") == "A INTEGER, B STRING");
}

TEST_CASE("fields whose names differ in case or underscores only are all there") {
  CHECK(infer_proto(proto3("int32 a_b = 1; int32 ab = 2; string c = 3;")) == "A_B INTEGER, AB INTEGER, C STRING");
}

TEST_CASE("the schema of columns, as Connect writes it") {
  const auto text = [](std::vector<FormatColumn> columns, FormatSpec spec = {FormatKind::kProtobuf}) {
    FormatContext context = value_context(FormatKind::kProtobuf, std::move(columns));
    context.spec = spec;
    return schema_text(context);
  };
  CHECK(text({{"I", Type::integer()},
              {"L", Type::bigint()},
              {"D", Type::float64()},
              {"B", Type::boolean()},
              {"S", Type::string()},
              {"Y", Type::bytes()}}) ==
        "syntax = \"proto3\";\n\nmessage ConnectDefault1 {\n  int32 I = 1;\n  int64 L = 2;\n  double D = 3;\n"
        "  bool B = 4;\n  string S = 5;\n  bytes Y = 6;\n}\n");
  CHECK(text({{"ID", Type::bigint()},
              {"M", Type::map(Type::string(), Type::integer())},
              {"A", Type::array(Type::structure({{"KEY", Type::string()}}))}}) ==
        "syntax = \"proto3\";\n\nmessage ConnectDefault1 {\n  int64 ID = 1;\n  repeated ConnectDefault2Entry M = 2;\n"
        "  repeated ConnectDefault3 A = 3;\n\n  message ConnectDefault2Entry {\n    string key = 1;\n"
        "    int32 value = 2;\n  }\n  message ConnectDefault3 {\n    string KEY = 1;\n  }\n}\n");
  CHECK(text({{"D", Type::decimal(4, 2)}, {"T", Type::timestamp()}}) ==
        "syntax = \"proto3\";\n\nimport \"confluent/meta.proto\";\nimport \"confluent/type/decimal.proto\";\n"
        "import \"google/protobuf/timestamp.proto\";\n\nmessage ConnectDefault1 {\n"
        "  confluent.type.Decimal D = 1 [(confluent.field_meta) = {\n    params: [\n      {\n"
        "        key: \"precision\",\n        value: \"4\"\n      },\n      {\n        key: \"scale\",\n"
        "        value: \"2\"\n      }\n    ]\n  }];\n  google.protobuf.Timestamp T = 2;\n}\n");
  FormatSpec optional{FormatKind::kProtobuf};
  optional.protobuf_nullable = ProtobufNullable::kOptional;
  CHECK(text({{"I", Type::integer()}, {"A", Type::array(Type::integer())}}, optional) ==
        "syntax = \"proto3\";\n\nmessage ConnectDefault1 {\n  optional int32 I = 1;\n  repeated int32 A = 2;\n}\n");
  FormatSpec wrapper{FormatKind::kProtobuf};
  wrapper.protobuf_nullable = ProtobufNullable::kWrapper;
  wrapper.schema_full_name = "io.shop.Order";
  CHECK(text({{"I", Type::integer()}, {"S", Type::structure({{"X", Type::string()}})}}, wrapper) ==
        "syntax = \"proto3\";\npackage io.shop;\n\nimport \"google/protobuf/wrappers.proto\";\n\nmessage Order {\n"
        "  google.protobuf.Int32Value I = 1;\n  ConnectDefault1 S = 2;\n\n  message ConnectDefault1 {\n"
        "    google.protobuf.StringValue X = 1;\n  }\n}\n");
}

TEST_CASE("what a message can't hold is refused by name") {
  const auto refusal = [](TypePtr type, const char* name = "C") {
    try {
      check_format(nosr_context({{name, std::move(type)}}));
      return std::string();
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
  };
  CHECK(refusal(Type::map(Type::integer(), Type::string())) ==
        "Column C: PROTOBUF_NOSR only supports MAP types with STRING keys, not MAP<INTEGER, STRING>");
  CHECK(contains(refusal(Type::array(Type::array(Type::integer()))), "Column C: PROTOBUF_NOSR can't hold"));
  CHECK(contains(refusal(Type::integer(), "a-b"), "`a-b`"));
  CHECK(refusal(Type::map(Type::string(), Type::array(Type::integer()))).empty());
}
