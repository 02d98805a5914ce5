// AVRO records into columns: types, evolution of schemas, bytes that are no Avro.
#include <random>

#include "engine/formats/avro_walk.h"
#include "tests/unit/formats/avro_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

const std::string kTwoLongs = record_of(field_of("A", "\"long\"") + "," + field_of("B", "\"string\""));

std::string read_field(const std::string& type, const std::string& body, TypePtr column) {
  return read_avro(record_of(field_of("F", type)), body, {{"F", std::move(column)}});
}

}  // namespace

TEST_CASE("the bytes of Confluent's own serializer") {
  // {ID: 7, NAME: "bob"} with nullable fields.
  const std::string schema =
      record_of(field_of("ID", R"(["null","int"])") + "," + field_of("NAME", R"(["null","string"])"));
  CHECK(read_avro(schema,
                  "\x02\x0e\x02\x06"
                  "bob",
                  {{"ID", Type::integer()}, {"NAME", Type::string()}}) == "7 bob");
}

TEST_CASE("every type into its column") {
  CHECK(read_field("\"boolean\"", "\x01", Type::boolean()) == "true");
  CHECK(read_field("\"int\"", avro_long(-5), Type::integer()) == "-5");
  CHECK(read_field("\"int\"", avro_long(INT32_MIN), Type::bigint()) == "-2147483648");
  CHECK(read_field("\"int\"", avro_long(12), Type::float64()) == "12.0");
  CHECK(read_field("\"long\"", avro_long(INT64_MIN), Type::bigint()) == "-9223372036854775808");
  CHECK(read_field("\"long\"", avro_long(INT64_MAX), Type::bigint()) == "9223372036854775807");
  CHECK(read_field("\"double\"", avro_double(2.5), Type::float64()) == "2.5");
  CHECK(read_field("\"float\"", std::string("\x00\x00\x80\x3e", 4), Type::float64()) == "0.25");
  CHECK(read_field("\"string\"", avro_text("h\xc3\xa9"), Type::string()) == "h\xc3\xa9");
  CHECK(read_field("\"string\"", avro_text("a\xff"), Type::string()) == "a\xef\xbf\xbd");
  CHECK(read_field("\"bytes\"", avro_text("abc"), Type::bytes()) == to_text(Value("abc"), *Type::bytes()));
  CHECK(read_field(R"({"type":"fixed","name":"F2","size":2})", "ab", Type::bytes()) ==
        to_text(Value("ab"), *Type::bytes()));
  CHECK(read_field(R"({"type":"enum","name":"E","symbols":["A","B"]})", avro_long(1), Type::string()) == "B");
  CHECK(read_field(R"({"type":"bytes","logicalType":"decimal","precision":6,"scale":2})", avro_text("\x04\xd2"),
                   Type::decimal(6, 2)) == "12.34");
  CHECK(read_field(R"({"type":"bytes","logicalType":"decimal","precision":6,"scale":2})", avro_text("\xff"),
                   Type::decimal(6, 2)) == "-0.01");
  CHECK(read_field(R"({"type":"fixed","name":"D","size":4,"logicalType":"decimal","precision":6,"scale":2})",
                   std::string("\xff\xff\xff\xfe", 4), Type::decimal(6, 2)) == "-0.02");
  CHECK(read_field(R"({"type":"int","logicalType":"date"})", avro_long(-1), Type::date()) == "1969-12-31");
  CHECK(read_field(R"({"type":"int","logicalType":"time-millis"})", avro_long(61000), Type::time()) == "00:01:01");
  CHECK(read_field(R"({"type":"long","logicalType":"time-micros"})", avro_long(61'000'000), Type::time()) ==
        "00:01:01");
  CHECK(read_field(R"({"type":"long","logicalType":"timestamp-millis"})", avro_long(1), Type::timestamp()) ==
        "1970-01-01T00:00:00.001");
  CHECK(read_field(R"({"type":"long","logicalType":"timestamp-micros"})", avro_long(-1), Type::timestamp()) ==
        "1969-12-31T23:59:59.999");
  CHECK(read_field(R"({"type":"long","logicalType":"timestamp-micros"})", avro_long(-1), Type::bigint()) == "-1");
  CHECK(read_field("\"long\"", avro_long(1), Type::timestamp()) == "1970-01-01T00:00:00.001");
  CHECK(read_field("\"null\"", "", Type::string()) == "NULL");
}

TEST_CASE("numbers and booleans as STRING, in Java's words") {
  CHECK(read_field("\"int\"", avro_long(10), Type::string()) == "10");
  CHECK(read_field("\"boolean\"", std::string(1, '\0'), Type::string()) == "false");
  CHECK(read_field("\"double\"", avro_double(1e10), Type::string()) == "1.0E10");
  CHECK(read_field("\"float\"", std::string("\xcd\xcc\xcc\x3d", 4), Type::string()) == "0.1");
}

TEST_CASE("arrays, maps, records and unions") {
  const std::string three =
      avro_long(2) + avro_long(1) + avro_long(2) + avro_long(-1) + avro_long(1) + avro_long(3) + avro_long(0);
  CHECK(read_field(R"({"type":"array","items":"int"})", three, Type::array(Type::integer())) == "[1, 2, 3]");
  CHECK(read_field(R"({"type":"array","items":["int","null"]})", avro_long(2) + std::string("\x02\x00\x08\x00", 4),
                   Type::array(Type::integer())) == "[null, 4]");
  CHECK(read_field(R"({"type":"array","items":{"type":"array","items":"string"}})",
                   avro_long(2) + avro_long(1) + avro_text("a") + avro_long(0) + avro_long(0) + avro_long(0),
                   Type::array(Type::array(Type::string()))) == "[[a], []]");
  const std::string map = avro_long(2) + avro_text("x") + avro_long(1) + avro_text("y") + avro_long(2) + avro_long(0);
  CHECK(read_field(R"({"type":"map","values":"int"})", map, Type::map(Type::string(), Type::integer())) ==
        "{x=1, y=2}");
  const std::string entries =
      R"({"type":"array","items":{"type":"record","name":"M","fields":[{"name":"key","type":"string"},{"name":"value","type":"int"}]}})";
  CHECK(read_field(entries, map, Type::map(Type::string(), Type::integer())) == "{x=1, y=2}");
  const std::string repeated = avro_long(3) + avro_text("x") + avro_long(1) + avro_text("y") + avro_long(2) +
                               avro_text("x") + avro_long(3) + avro_long(0);
  CHECK(read_field(R"({"type":"map","values":"int"})", repeated, Type::map(Type::string(), Type::integer())) ==
        "{y=2, x=3}");

  const std::string sub = record_of(field_of("x", "\"int\"") + "," + field_of("y", "\"string\""), "S");
  CHECK(read_field(sub, avro_long(4) + avro_text("t"),
                   Type::structure({{"Y", Type::string()}, {"Z", Type::string()}})) == "Struct{Y=t}");
  CHECK(read_field("[\"null\"," + sub + "]", avro_long(0), Type::structure({{"Y", Type::string()}})) == "NULL");

  const std::string choice = "[\"null\",\"int\"," + sub + "]";
  const TypePtr as_struct =
      Type::structure({{"INT", Type::integer()}, {"S", Type::structure({{"X", Type::integer()}})}});
  CHECK(read_field(choice, avro_long(0), as_struct) == "NULL");
  CHECK(read_field(choice, avro_long(1) + avro_long(9), as_struct) == "Struct{INT=9}");
  CHECK(read_field(choice, avro_long(2) + avro_long(8) + avro_text(""), as_struct) == "Struct{S=Struct{X=8}}");
  CHECK(read_field(choice, avro_long(1) + avro_long(9), Type::bigint()) == "9");
  CHECK(contains(read_field(choice, avro_long(2) + avro_long(8) + avro_text(""), Type::bigint()),
                 "can't be read as BIGINT"));
}

TEST_CASE("bare values, and records that may be null") {
  CHECK(read_avro("\"int\"", avro_long(3), {{"V", Type::integer()}}, false) == "3");
  CHECK(read_avro(R"(["null","string"])", avro_long(0), {{"V", Type::string()}}, false) == "NULL");
  CHECK(read_avro(record_of(field_of("x", "\"int\"")), avro_long(3), {{"V", Type::structure({{"X", Type::integer()}})}},
                  false) == "Struct{X=3}");
  CHECK(contains(read_avro("\"int\"", avro_long(3), {{"V", Type::integer()}}), "WRAP_SINGLE_VALUE"));
  const std::string nullable = "[\"null\"," + kTwoLongs + "]";
  CHECK(read_avro(nullable, avro_long(0), {{"A", Type::bigint()}, {"B", Type::string()}}) == "NULL NULL");
  CHECK(read_avro(nullable, avro_long(1) + avro_long(5) + avro_text("b"),
                  {{"A", Type::bigint()}, {"B", Type::string()}}) == "5 b");
  const std::string either = "[" + kTwoLongs + "," + record_of(field_of("C", "\"int\""), "Q") + "]";
  CHECK(read_avro(either, avro_long(1) + avro_long(6), {{"A", Type::bigint()}, {"C", Type::integer()}}) == "NULL 6");
  CHECK(read_avro(either, avro_long(1) + avro_long(6),
                  {{"R", Type::structure({{"A", Type::bigint()}})},
                   {"Q", Type::structure({{"C", Type::integer()}})}}) == "NULL Struct{C=6}");
}

TEST_CASE("evolution: each record is read by its own schema, columns are found by name, what isn't there is NULL") {
  auto registry = std::make_shared<MemoryRegistry>();
  const std::string older = avro_record(*registry, record_of(field_of("a", "\"int\"")), avro_long(1));
  const std::string newer = avro_record(
      *registry,
      record_of(field_of("x", R"({"type":"map","values":"string"})") + "," + field_of("b", R"(["null","string"])") +
                "," + field_of("flag", "\"boolean\"") + "," + field_of("d", "\"double\"") + "," +
                field_of("A", "\"long\"") + "," + field_of("list", R"({"type":"array","items":"int"})")),
      avro_long(1) + avro_text("k") + avro_text("v") + avro_long(0) + avro_long(1) + avro_text("bee") + "\x01" +
          avro_double(1) + avro_long(2) + avro_long(-2) + avro_long(2) + avro_long(1) + avro_long(1) + avro_long(0));
  const FormatContext context =
      avro_context({{"A", Type::bigint()}, {"B", Type::string()}, {"LIST", Type::array(Type::integer())}}, registry);
  const Decoded decoded = decode_rows(context, {older, newer, "<null>", older, newer});
  CHECK(decoded.errors.count() == 0);
  CHECK(decoded.row(0) == "1 NULL NULL");
  CHECK(decoded.row(1) == "2 bee [1, 1]");
  CHECK(decoded.row(2) == "NULL NULL NULL");
  CHECK(decoded.row(3) == "1 NULL NULL");
  CHECK(decoded.row(4) == "2 bee [1, 1]");

  SUBCASE("only what is wanted is read") {
    const std::vector<int> wanted = {1};
    auto decoder = make_decoder(context, wanted);
    CHECK(decode_rows(*decoder, context, wanted, {newer, older}).row(0) == "bee");
  }
  SUBCASE("a type that doesn't fit is told with the field; columns that aren't wanted don't matter") {
    const std::string other =
        avro_record(*registry, record_of(field_of("B", "\"bytes\"") + "," + field_of("A", "\"int\"")),
                    avro_text("x") + avro_long(4));
    const std::string error = decode_one(context, other);
    CHECK(contains(error, "field B"));
    CHECK(contains(error, "an Avro bytes can't be read as STRING"));
    auto decoder = make_decoder(context, {0});
    CHECK(decode_rows(*decoder, context, {0}, {other}).row(0) == "4");
  }
}

TEST_CASE("an exact name goes before one of another case") {
  CHECK(read_avro(record_of(field_of("a", "\"int\"") + "," + field_of("A", "\"int\"")), avro_long(1) + avro_long(2),
                  {{"A", Type::integer()}}) == "2");
  CHECK(read_avro(record_of(field_of("a_b", "\"int\"")), avro_long(1), {{"A.B", Type::integer()}}) == "1");
}

TEST_CASE("recursive schemas: the part that is declared is read, the rest passed over") {
  const std::string schema = record_of(field_of("id", "\"int\"") + "," + field_of("next", R"(["null","R"])") + "," +
                                       field_of("last", "\"int\""));
  const std::string body =
      avro_long(1) + avro_long(1) +
      (avro_long(2) + avro_long(1) + (avro_long(3) + avro_long(0) + avro_long(30)) + avro_long(20)) + avro_long(10);
  CHECK(read_avro(schema, body, {{"ID", Type::integer()}, {"LAST", Type::integer()}}) == "1 10");
  CHECK(read_avro(schema, body, {{"NEXT", Type::structure({{"NEXT", Type::structure({{"ID", Type::integer()}})}})}}) ==
        "Struct{NEXT=Struct{ID=3}}");
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += avro_long(i) + avro_long(1);
  CHECK(contains(read_avro(schema, deep, {{"LAST", Type::integer()}}), "nested"));
  // A record that contains itself without an end.
  CHECK(contains(
      read_avro(record_of(field_of("r", "\"R\"") + "," + field_of("a", "\"int\"")), "\x02", {{"A", Type::integer()}}),
      "nested"));
}

TEST_CASE("what is no record of the registry is told, and decoded again once the registry is there") {
  auto registry = std::make_shared<MemoryRegistry>();
  const FormatContext context = avro_context({{"A", Type::bigint()}}, registry);
  CHECK(contains(decode_one(context, "{\"A\":1}"), "header"));
  CHECK(contains(decode_one(context, std::string("\0\0\0\0", 4)), "header"));
  CHECK(contains(decode_one(context, std::string("\0\0\0\0\x09\x02", 6)), "schema 9"));
  registry->register_schema("t-value", "JSON", "{}");
  CHECK(contains(decode_one(context, std::string("\0\0\0\0\x01\x02", 6)), "type JSON"));
  CHECK(contains(decode_one(avro_context({{"A", Type::bigint()}}, nullptr), std::string("\0\0\0\0\x01\x02", 6)),
                 "ksql.schema.registry.url"));

  class AwayRegistry : public MemoryRegistry {
   public:
    RegisteredSchema schema_by_id(int) override {
      throw SchemaRegistryError(SchemaRegistryError::Kind::kUnavailable, "away");
    }
  };
  const FormatContext away = avro_context({{"A", Type::bigint()}}, std::make_shared<AwayRegistry>());
  CHECK_THROWS_AS(decode_one(away, std::string("\0\0\0\0\x01\x02", 6)), SchemaRegistryError);
}

TEST_CASE("bytes that are no Avro of the schema are an error, and the rows around them are read") {
  const auto fails = [](const std::string& type, const std::string& body, TypePtr column, const std::string& why) {
    CAPTURE(type);
    const std::string wanted = read_field(type, body, std::move(column));
    CHECK(contains(wanted, why));
    CHECK(contains(wanted, "field F"));
    // The same where the field is passed over.
    const std::string schema = record_of(field_of("F", type) + "," + field_of("Z", "\"int\""));
    const std::string skipped = read_avro(schema, body, {{"Z", Type::integer()}});
    CHECK(contains(skipped, "error"));
  };
  const std::string huge = avro_long(INT64_MAX);
  fails("\"int\"", "", Type::integer(), "end in the middle");
  fails("\"string\"", avro_long(5) + "abc", Type::string(), "end in the middle");
  fails("\"string\"", huge + "abc", Type::string(), "end in the middle");
  fails("\"string\"", avro_long(-1), Type::string(), "negative");
  fails("\"double\"", "abc", Type::float64(), "end in the middle");
  fails(R"({"type":"fixed","name":"F9","size":9})", "abc", Type::bytes(), "end in the middle");
  fails("[\"null\",\"int\"]", avro_long(2), Type::integer(), "no branch 2");
  fails("[\"null\",\"int\"]", avro_long(-1), Type::integer(), "no branch -1");
  fails(R"(["null","int","string"])", avro_long(7), Type::string(), "no branch 7");
  const TypePtr list = Type::array(Type::integer());
  fails(R"({"type":"array","items":"int"})", huge, list, "more items than there are bytes");
  fails(R"({"type":"array","items":"int"})", avro_long(INT64_MIN) + avro_long(0), list, "more items");
  fails(R"({"type":"array","items":"int"})", avro_long(-1) + huge, list, "larger than what is left");
  fails(R"({"type":"array","items":"int"})", avro_long(3) + avro_long(1), list, "more items");
  fails(R"({"type":"map","values":"int"})", huge, Type::map(Type::string(), Type::integer()), "more items");
  CHECK(contains(read_field("\"int\"", avro_long(int64_t{1} << 40), Type::integer()), "outside the range"));
  CHECK(contains(read_field("\"long\"", std::string(11, '\xff'), Type::bigint()), "64 bits"));
  CHECK(contains(read_field("\"boolean\"", "\x02", Type::boolean()), "boolean"));
  CHECK(contains(read_field(R"({"type":"enum","name":"E","symbols":["A"]})", avro_long(1), Type::string()),
                 "no symbol 1"));
  CHECK(contains(read_field(R"({"type":"int","logicalType":"time-millis"})", avro_long(-1), Type::time()), "TIME"));
  CHECK(contains(read_field(R"({"type":"bytes","logicalType":"decimal","precision":6,"scale":2})",
                            avro_text("\x7f\xff\xff\xff"), Type::decimal(4, 2)),
                 "DECIMAL(4, 2)"));
  CHECK(contains(read_field(R"({"type":"bytes","logicalType":"decimal","precision":6,"scale":2})", avro_text(""),
                            Type::decimal(4, 2)),
                 "DECIMAL(4, 2)"));
  CHECK(contains(read_field(R"({"type":"bytes","logicalType":"decimal","precision":60,"scale":2})",
                            avro_text(std::string(25, '\x7f')), Type::decimal(38, 2)),
                 "DECIMAL(38, 2)"));

  // Items without bytes cost memory, but nothing bounds their number.
  const std::string empty = R"({"type":"array","items":"null"})";
  CHECK(contains(read_field(empty, huge, list), "too many items"));
  CHECK(read_field(empty, avro_long(2) + avro_long(0), list) == "[null, null]");

  auto registry = std::make_shared<MemoryRegistry>();
  const std::string schema = record_of(field_of("L", R"({"type":"array","items":"string"})"));
  const auto record = [&](const std::string& body) { return avro_record(*registry, schema, body); };
  const FormatContext context = avro_context({{"L", Type::array(Type::string())}}, registry);
  const Decoded decoded = decode_rows(context, {record(avro_long(1) + avro_text("a") + avro_long(0)),
                                                record(avro_long(2) + avro_text("b") + avro_long(40)),
                                                record(avro_long(1) + avro_text("c") + avro_long(0))});
  CHECK(decoded.row(0) == "[a]");
  CHECK(decoded.row(1) == "NULL");
  CHECK(decoded.row(2) == "[c]");
  CHECK(decoded.bad.test(1));
  CHECK(contains(decoded.error(), "[1]"));
}

TEST_CASE("no bytes crash the reader, whatever is changed in a good record") {
  auto registry = std::make_shared<MemoryRegistry>();
  const std::string sub =
      record_of(field_of("x", R"(["null","int"])") + "," + field_of("again", R"(["null","S"])"), "S");
  const std::string schema =
      record_of(field_of("a", R"({"type":"array","items":["null","string"]})") + "," +
                field_of("m", R"({"type":"map","values":"double"})") + "," + field_of("s", sub) + "," +
                field_of("u", R"(["null","long",{"type":"enum","name":"E","symbols":["P","Q"]}])") + "," +
                field_of("d", R"({"type":"bytes","logicalType":"decimal","precision":20,"scale":3})"));
  const std::string good =
      avro_record(*registry, schema,
                  avro_long(2) + avro_long(0) + avro_long(1) + avro_text("abc") + avro_long(0) + avro_long(1) +
                      avro_text("k") + avro_double(1) + avro_long(0) + avro_long(1) + avro_long(70) + avro_long(1) +
                      avro_long(0) + avro_long(0) + avro_long(2) + avro_long(1) + avro_text("\x12\x34\x56"));
  const FormatContext context = avro_context(
      {{"A", Type::array(Type::string())},
       {"M", Type::map(Type::string(), Type::float64())},
       {"S", Type::structure({{"X", Type::integer()}, {"AGAIN", Type::structure({{"X", Type::integer()}})}})},
       {"U", Type::string()},
       {"D", Type::decimal(20, 3)}},
      registry);
  CHECK(decode_one(context, good) == "[null, abc] {k=1.0} Struct{X=70,AGAIN=Struct{}} Q 1193.046");
  const auto parsed = AvroSchema::parse(schema);
  std::mt19937 random(7);
  std::vector<std::string> records;
  for (int i = 0; i < 3000; ++i) {
    std::string record = good;
    const int changes = 1 + static_cast<int>(random() % 3);
    for (int c = 0; c < changes; ++c) record[5 + random() % (record.size() - 5)] = static_cast<char>(random());
    if (random() % 3 == 0) record.resize(5 + random() % (record.size() - 4));
    records.push_back(record);
    try {
      avro_to_json(*parsed, std::string_view(record).substr(5));
    } catch (const std::invalid_argument&) {
    }
  }
  records.push_back(good);
  const Decoded decoded = decode_rows(context, records);
  CHECK(decoded.row(records.size() - 1) == "[null, abc] {k=1.0} Struct{X=70,AGAIN=Struct{}} Q 1193.046");
  CHECK(decoded.errors.count() > 100);
}

TEST_CASE("a record as JSON") {
  const auto json = [](const std::string& schema, const std::string& body) {
    return avro_to_json(*AvroSchema::parse(schema), body);
  };
  CHECK(json(kTwoLongs, avro_long(5) + avro_text("say \"x\"")) == R"({"A":5,"B":"say \"x\""})");
  CHECK(json(R"({"type":"map","values":["null","double"]})", avro_long(2) + avro_text("a") + avro_long(0) +
                                                                 avro_text("b") + avro_long(1) + avro_double(1) +
                                                                 avro_long(0)) == R"({"a":null,"b":1.0})");
  CHECK(json(R"({"type":"array","items":{"type":"record","name":"M","connect.internal.type":"MapEntry","fields":[
                {"name":"key","type":["null","string"]},{"name":"value","type":"bytes"}]}})",
             avro_long(1) + avro_long(1) + avro_text("k") + avro_text("ab") + avro_long(0)) == R"({"k":"YWI="})");
  CHECK(json(R"({"type":"bytes","logicalType":"decimal","precision":5,"scale":2})", avro_text("\x64")) == "1.00");
  CHECK(json(R"(["null","int","string"])", avro_long(2) + avro_text("x")) == R"({"string":"x"})");
  CHECK_THROWS_AS(json("\"int\"", avro_long(1) + "x"), std::invalid_argument);
  CHECK_THROWS_AS(json("\"string\"", avro_long(9)), std::invalid_argument);
}
