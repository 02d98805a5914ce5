#include <doctest/doctest.h>

#include <bit>

#include "engine/formats/protobuf_printer.h"
#include "tests/unit/formats/protobuf_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

// One record by a registered schema, into the declared columns.
std::string read_by(const std::string& schema, std::vector<FormatColumn> columns, const Proto& message) {
  auto registry = std::make_shared<MemoryRegistry>();
  const int id = registry->register_schema("t-value", "PROTOBUF", schema);
  return decode_one(proto_context(std::move(columns), registry), proto_header(id) + message.bytes());
}

std::string proto3_message(const std::string& fields) { return "syntax = \"proto3\"; message M { " + fields + " }"; }

std::string there_and_back(const FormatContext& context, const std::vector<Value>& values) {
  return decode_one(context, encode_one(context, values));
}

}  // namespace

TEST_CASE("the official serializers' bytes") {
  auto registry = std::make_shared<MemoryRegistry>();
  registry->next_id = 3;
  registry->register_schema("t-value", "PROTOBUF",
                            "syntax = \"proto3\"; message First { int32 ID = 1; string NAME = 2; } message Second { "
                            "message Other { int32 X = 1; } message Inner { int32 ID = 1; } Inner I = 1; }");
  FormatContext context = proto_context({{"ID", Type::integer()}, {"NAME", Type::string()}}, registry);
  CHECK(decode_one(context, std::string("\0\0\0\0\3\0\x08\x07\x12\x03"
                                        "bob",
                                        13)) == "7 bob");
  // Second.Inner: two indexes, 1 and 1.
  CHECK(decode_one(context, std::string("\0\0\0\0\3\4\2\2\x08\x09", 10)) == "9 NULL");
  context.spec.schema_id = 3;
  CHECK(encode_one(context, {7, "bob"}) == std::string("\0\0\0\0\3\0\x08\x07\x12\x03"
                                                       "bob",
                                                       13));
}

TEST_CASE("every scalar of Protobuf") {
  const std::string schema = proto3_message(
      "int32 a = 1; sint32 b = 2; uint32 c = 3; uint64 d = 4; sint64 e = 5; bool f = 6; float g = 7; double h = 8; "
      "string i = 9; bytes j = 10; E k = 11; enum E { ZERO = 0; ONE = 1; }");
  const std::vector<FormatColumn> columns = {{"A", Type::integer()}, {"B", Type::integer()}, {"C", Type::bigint()},
                                             {"D", Type::bigint()},  {"E", Type::bigint()},  {"F", Type::boolean()},
                                             {"G", Type::float64()}, {"H", Type::float64()}, {"I", Type::string()},
                                             {"J", Type::bytes()},   {"K", Type::string()}};
  Proto message;
  message.number(1, -5).number(2, 3).number(3, 4'294'967'295).number(4, -1).number(5, 4).number(6, 1);
  message.fixed32(7, 1.1234F).fixed64(8, 2.5).text(9, "caf\xC3\xA9").text(10, "ab").number(11, 1);
  CHECK(read_by(schema, columns, message) == "-5 -2 4294967295 -1 2 true 1.1233999729156494 2.5 caf\xC3\xA9 YWI= ONE");
  CHECK(read_by(schema, columns, Proto()) == "0 0 0 0 0 false 0.0 0.0   ZERO");
  CHECK(read_by(schema, {{"K", Type::string()}}, Proto().number(11, 77)) == "UNKNOWN_ENUM_VALUE_E_77");
  CHECK(contains(read_by(schema, {{"C", Type::integer()}}, Proto().number(3, 4'294'967'295)),
                 "field C: the number is outside the range of INTEGER"));
  CHECK(contains(read_by(schema, {{"I", Type::string()}}, Proto().text(9, "\xFF")), "not valid UTF-8"));
  CHECK(contains(read_by(schema, {{"A", Type::bytes()}}, Proto()),
                 "the field A is BYTES, but the field M.a is of type int32"));
}

TEST_CASE("what isn't there: defaults, NULL for optional fields and wrappers") {
  const std::string schema =
      "syntax = \"proto3\"; import \"google/protobuf/wrappers.proto\"; message M { optional int32 a = 1; "
      "google.protobuf.Int32Value b = 2; N c = 3; repeated int32 d = 4; map<string, int32> e = 5; message N { int32 x "
      "= 1; } }";
  const std::vector<FormatColumn> columns = {{"A", Type::integer()},
                                             {"B", Type::integer()},
                                             {"C", Type::structure({{"X", Type::integer()}})},
                                             {"D", Type::array(Type::integer())},
                                             {"E", Type::map(Type::string(), Type::integer())},
                                             {"NEW", Type::string()}};
  CHECK(read_by(schema, columns, Proto()) == "NULL NULL NULL [] {} NULL");
  CHECK(read_by(schema, columns, Proto().number(1, 0).message(2, Proto()).message(3, Proto())) ==
        "0 0 Struct{X=0} [] {} NULL");
  CHECK(read_by("message M { optional int32 a = 1 [default = 5]; optional string s = 2 [default = \"x\"]; }",
                {{"A", Type::integer()}, {"S", Type::string()}}, Proto()) == "5 x");
}

TEST_CASE("lists, packed or not, and messages in parts") {
  const std::string schema =
      proto3_message("repeated int32 a = 1; N n = 2; message N { int32 x = 1; repeated string s = 2; }");
  const std::vector<FormatColumn> columns = {
      {"A", Type::array(Type::integer())},
      {"N", Type::structure({{"X", Type::integer()}, {"S", Type::array(Type::string())}})}};
  Proto message;
  message.number(1, 1).text(1, std::string("\2\3", 2)).message(2, Proto().number(1, 1).text(2, "a")).number(1, 4);
  message.message(2, Proto()).message(2, Proto().text(2, "b").number(1, 2));
  CHECK(read_by(schema, columns, message) == "[1, 2, 3, 4] Struct{X=2,S=[a, b]}");
}

TEST_CASE("of a map's equal keys the last stays; what an entry lacks is empty") {
  const std::string schema = proto3_message("map<string, N> m = 1; message N { int32 x = 1; } map<int32, bool> k = 2;");
  const std::vector<FormatColumn> columns = {
      {"M", Type::map(Type::string(), Type::structure({{"X", Type::integer()}}))},
      {"K", Type::map(Type::string(), Type::boolean())}};
  const auto entry = [](const char* key, int x) { return Proto().text(1, key).message(2, Proto().number(1, x)); };
  CHECK(read_by(schema, columns,
                Proto()
                    .message(1, entry("a", 1))
                    .message(1, entry("b", 2))
                    .message(1, entry("a", 3))
                    .message(1, Proto().text(1, "c"))
                    .message(2, Proto().number(1, 7).number(2, 1))) ==
        "{b=Struct{X=2}, a=Struct{X=3}, c=Struct{X=0}} {7=true}");
}

TEST_CASE("the field of a oneof that comes last is the one that is set") {
  const std::string schema =
      proto3_message("oneof pick { string a = 1; int64 b = 2; N c = 3; } message N { int32 x = 1; }");
  const TypePtr nested = Type::structure({{"X", Type::integer()}});
  const std::vector<FormatColumn> whole = {
      {"PICK_0", Type::structure({{"A", Type::string()}, {"B", Type::bigint()}, {"C", nested}})}};
  CHECK(read_by(schema, whole, Proto().text(1, "x").number(2, 5)) == "Struct{B=5}");
  CHECK(read_by(schema, whole, Proto().number(2, 5).message(3, Proto().number(1, 1))) == "Struct{C=Struct{X=1}}");
  CHECK(read_by(schema, whole, Proto()) == "NULL");
  CHECK(read_by(schema, {{"A", Type::string()}}, Proto().text(1, "x").number(2, 5)) == "NULL");
  CHECK(read_by(schema, {{"A", Type::string()}, {"B", Type::bigint()}}, Proto().number(2, 5).text(1, "x")) == "x NULL");
}

TEST_CASE("PROTOBUF_NOSR there and back") {
  const std::vector<FormatColumn> columns = {
      {"I", Type::integer()},
      {"L", Type::bigint()},
      {"D", Type::float64()},
      {"B", Type::boolean()},
      {"S", Type::string()},
      {"Y", Type::bytes()},
      {"DEC", Type::decimal(10, 2)},
      {"DA", Type::date()},
      {"TI", Type::time()},
      {"TS", Type::timestamp()},
      {"AR", Type::array(Type::bigint())},
      {"MA", Type::map(Type::string(), Type::array(Type::string()))},
      {"ST", Type::structure({{"X", Type::integer()}, {"Y", Type::array(Type::structure({{"Z", Type::string()}}))}})}};
  const ValueList nested{7, ValueList{ValueList{"q"}, ValueList{"r"}}};
  const std::vector<Value> values = {-1,
                                     int64_t{1} << 40,
                                     -0.0,
                                     true,
                                     "s",
                                     "b",
                                     Int128{-1234},
                                     -10,
                                     3'723'004,
                                     int64_t{-1},
                                     ValueList{int64_t{1}, int64_t{-1}},
                                     ValueMap{{"k", ValueList{"v", "w"}}},
                                     nested};
  const std::string expected =
      "-1 1099511627776 -0.0 true s Yg== -12.34 1969-12-22 01:02:03.004 1969-12-31T23:59:59.999 [1, -1] {k=[v, w]} "
      "Struct{X=7,Y=[Struct{Z=q}, Struct{Z=r}]}";
  for (const auto nullable : {ProtobufNullable::kDefault, ProtobufNullable::kOptional, ProtobufNullable::kWrapper}) {
    const FormatContext context = nosr_context(columns, nullable);
    CHECK(there_and_back(context, values) == expected);
    const std::vector<Value> nulls(columns.size());
    CHECK(there_and_back(context, nulls) == (nullable == ProtobufNullable::kDefault
                                                 ? "0 0 0.0 false   NULL NULL NULL NULL [] {} NULL"
                                                 : "NULL NULL NULL NULL NULL NULL NULL NULL NULL NULL [] {} NULL"));
  }
  CHECK(encode_one(nosr_context(columns), std::vector<Value>(columns.size())).empty());
}

TEST_CASE("what Protobuf can't write is told, and nothing is left behind") {
  const Value list(ValueList{Value(1), Value()});
  CHECK(contains(encode_one(nosr_context({{"A", Type::array(Type::integer())}}), std::vector<Value>(1, list)),
                 "error: value of topic t: column A has NULL as an element"));
  CHECK(contains(encode_one(nosr_context({{"D", Type::date()}}), {3'000'000}), "the years 1 to 9999"));
  auto registry = std::make_shared<MemoryRegistry>();
  FormatContext context = proto_context({{"u", Type::bigint()}, {"e", Type::string()}}, registry);
  context.spec.schema_id =
      registry->register_schema("x", "PROTOBUF", proto3_message("uint32 u = 1; E e = 2; enum E { A = 0; B = 1; }"));
  CHECK(decode_one(context, encode_one(context, {int64_t{4'000'000'000}, "B"})) == "4000000000 B");
  CHECK(contains(encode_one(context, {int64_t{-1}, "A"}), "column u is -1, outside the range"));
  CHECK(contains(encode_one(context, {int64_t{1}, "C"}), "column e is 'C', which is no value of the enum M.E"));
  context.columns.push_back({"more", Type::string()});
  CHECK_THROWS_AS(make_encoder(context), SchemaRegistryError);
}

TEST_CASE("a key of one column that is NULL is no key; several are one") {
  FormatContext context = nosr_context({{"A", Type::integer()}});
  context.is_key = true;
  CHECK(encode_one(context, {Value()}) == "<null>");
  context.columns.push_back({"B", Type::integer()});
  CHECK(encode_one(context, {Value(), Value()}).empty());
  CHECK(there_and_back(context, {Value(), 3}) == "0 3");
}

TEST_CASE("a sink that names its message takes the one that the subject has") {
  auto registry = std::make_shared<MemoryRegistry>();
  const int id = registry->register_schema(
      "t-value", "PROTOBUF",
      "syntax = \"proto3\"; message A { int32 x = 1; } message B { float C1 = 4; uint32 C2 = 2; }");
  FormatContext context = proto_context({{"C1", Type::float64()}, {"C2", Type::bigint()}}, registry);
  context.spec.schema_full_name = "B";
  CHECK(register_schema(context) == id);
  std::string bytes = encode_one(context, {1.5, int64_t{2}});
  CHECK(bytes.substr(0, 7) == std::string("\0\0\0\0\1\2\2", 7));
  CHECK(bytes.substr(7) == Proto().number(2, 2).fixed32(4, 1.5F).bytes());
  context.columns[1].type = Type::string();  // the schema doesn't take it: one is made from the columns
  CHECK(register_schema(context) != id);
}

TEST_CASE("each record is read by its writer's schema") {
  auto registry = std::make_shared<MemoryRegistry>();
  const int old_id = registry->register_schema("t-value", "PROTOBUF", proto3_message("int32 a = 1;"));
  const int new_id = registry->register_schema("t-value", "PROTOBUF",
                                               proto3_message("string b = 1; int64 A = 2; repeated int32 l = 3;"));
  const FormatContext context =
      proto_context({{"A", Type::bigint()}, {"B", Type::string()}, {"L", Type::array(Type::integer())}}, registry);
  const std::string old_record = proto_header(old_id) + Proto().number(1, 7).text(99, "unknown").bytes();
  const std::string new_record =
      proto_header(new_id) + Proto().text(1, "x").number(2, 8).number(3, 1).number(3, 2).bytes();
  Decoded decoded = decode_rows(context, {old_record, new_record, "<null>", old_record, new_record});
  CHECK(decoded.errors.count() == 0);
  CHECK(decoded.row(0) == "7 NULL NULL");
  CHECK(decoded.row(1) == "8 x [1, 2]");
  CHECK(decoded.row(2) == "NULL NULL NULL");
  CHECK(decoded.row(3) == "7 NULL NULL");
  CHECK(decoded.row(4) == "8 x [1, 2]");
}

TEST_CASE("headers that lead nowhere") {
  auto registry = std::make_shared<MemoryRegistry>();
  registry->register_schema("a", "PROTOBUF", proto3_message("int32 a = 1;"));
  registry->register_schema("b", "JSON", "{}");
  const FormatContext context = proto_context({{"A", Type::integer()}}, registry);
  CHECK(contains(decode_one(context, ""), "doesn't begin with Schema Registry's header"));
  CHECK(contains(decode_one(context, "{\"A\":1}"), "PROTOBUF_NOSR"));
  CHECK(contains(decode_one(context, std::string("\0\0\0\0\1", 5)), "cut off"));
  CHECK(contains(decode_one(context, std::string("\0\0\0\0\1\2\4", 7)), "no message at the record's indexes"));
  CHECK(contains(decode_one(context, std::string("\0\0\0\0\1\1", 6)), "malformed"));
  CHECK(contains(decode_one(context, std::string("\0\0\0\0\1\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 15)),
                 "malformed"));
  CHECK(contains(decode_one(context, proto_header(9)), "no schema 9"));
  CHECK(contains(decode_one(context, proto_header(2)), "is of type JSON"));
}

TEST_CASE("hostile bytes are errors, whatever they are") {
  const FormatContext context =
      nosr_context({{"I", Type::integer()},
                    {"S", Type::string()},
                    {"A", Type::array(Type::bigint())},
                    {"M", Type::map(Type::string(), Type::timestamp())},
                    {"T", Type::structure({{"D", Type::decimal(10, 2)}, {"DA", Type::date()}, {"TI", Type::time()}})}});
  const auto error = [&](const std::string& bytes) {
    const std::string result = decode_one(context, bytes);
    CHECK(contains(result, "error: value of topic t can't be read as Protobuf"));
    return result;
  };
  CHECK(contains(error("\x08"), "end within a number"));
  CHECK(contains(error(std::string(11, '\xFF')), "more than 10 bytes"));
  CHECK(contains(error("\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"), "longer than the bytes"));
  CHECK(contains(error(std::string("\0\1", 2)), "number that none can have"));
  CHECK(contains(error("\x0F\x01"), "no known wire type"));
  CHECK(contains(error("\x0C"), "a group ends"));
  std::string groups;
  for (int i = 0; i < 100'000; ++i) groups += '\x7B';
  CHECK(contains(error(groups), "nested too deeply"));
  CHECK(contains(error(Proto().text(3, "\x80").bytes()), "field A: the bytes end within a number"));
  CHECK(contains(
      error(Proto().message(5, Proto().message(2, Proto().number(1, 2020).number(2, 2).number(3, 30))).bytes()),
      "field T.DA: year 2020, month 2, day 30 is no date"));
  CHECK(contains(error(Proto().message(5, Proto().message(3, Proto().number(1, 25))).bytes()), "no time of day"));
  CHECK(contains(error(Proto().message(5, Proto().message(1, Proto().text(1, std::string(64, '\x7F')))).bytes()),
                 "field T.D: the decimal doesn't fit DECIMAL(10, 2)"));
  CHECK(contains(error(Proto().message(5, Proto().message(1, Proto().text(1, "\x01").number(3, INT32_MAX))).bytes()),
                 "doesn't fit"));
  CHECK(contains(error(Proto().message(4, Proto().message(2, Proto().number(1, INT64_MAX))).bytes()), "no timestamp"));
  // Right fields of wrong wire types are unknown ones.
  CHECK(decode_one(context, Proto().text(1, "x").number(2, 5).bytes()) == "0  [] {} NULL");
}

TEST_CASE("every cut of a record is an error or a shorter record") {
  const FormatContext context =
      nosr_context({{"I", Type::integer()},
                    {"S", Type::string()},
                    {"M", Type::map(Type::string(), Type::structure({{"L", Type::array(Type::float64())}}))}});
  const std::string whole =
      encode_one(context, {5, "text", ValueMap{{"a", ValueList{ValueList{1.0, 2.0}}}, {"b", ValueList{ValueList{}}}}});
  std::vector<std::string> cuts;
  for (size_t size = 0; size <= whole.size(); ++size) cuts.push_back(whole.substr(0, size));
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const char bit : {'\x01', '\x80', '\x7F'}) {
      cuts.push_back(whole);
      cuts.back()[i] = static_cast<char>(cuts.back()[i] ^ bit);
    }
  }
  Decoded decoded = decode_rows(context, cuts);
  CHECK(decoded.row(whole.size()) == "5 text {a=Struct{L=[1.0, 2.0]}, b=Struct{L=[]}}");
  CHECK(decoded.errors.count() > 0);
  for (size_t row = 0; row < cuts.size(); ++row) decoded.row(row);  // whatever came out can be read
}

TEST_CASE("many empty parts of a message don't cost more than their bytes") {
  const FormatContext context = nosr_context({{"T", Type::structure({{"X", Type::integer()}})}});
  std::string bytes;
  for (int i = 0; i < 200'000; ++i) bytes += Proto().message(1, Proto().number(1, i % 100)).bytes();
  CHECK(decode_one(context, bytes) == "Struct{X=99}");
}

TEST_CASE("a record as text") {
  auto registry = std::make_shared<MemoryRegistry>();
  registry->register_schema("a", "PROTOBUF",
                            proto3_message("int32 a = 1; repeated N n = 2; message N { string s = 1; }"));
  registry->register_schema("b", "JSON", "{}");
  ProtobufPrinter printer(registry);
  CHECK(printer.text(proto_header(1) + Proto().number(1, 7).message(2, Proto().text(1, "x")).bytes()) ==
        "a: 7 n { s: \"x\" }");
  CHECK(printer.text(proto_header(1) + "\x08") == std::nullopt);
  CHECK(printer.text(proto_header(2) + "{}") == std::nullopt);
  CHECK(printer.text(proto_header(3)) == std::nullopt);
  CHECK(printer.text("text") == std::nullopt);
}
