#include "engine/formats/embedded_registry.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <set>
#include <thread>

#include "engine/formats/schema_identity.h"
#include "engine/formats/schema_record.h"

namespace weir::test {
namespace {

using Kind = SchemaRegistryError::Kind;

std::shared_ptr<log::Log> log_in_memory() {
  log::EmbeddedLogOptions options;
  options.in_memory = true;
  return log::open_embedded_log(options);
}

Kind refusal(const std::function<void()>& call, const std::string& part = "") {
  try {
    call();
  } catch (const SchemaRegistryError& e) {
    INFO(e.what());
    CHECK(std::string(e.what()).find(part) != std::string::npos);
    return e.kind();
  }
  FAIL("nothing was refused");
  return Kind::kUnavailable;
}

// Puts a record of another writer into the topic.
void append_record(log::Log& log, const std::string& key, const std::string& value) {
  const auto transaction = log.open_transaction("other");
  log::RecordView record;
  record.key = key;
  record.value = value;
  transaction->append(kSchemasTopic, 0, record);
  transaction->commit();
}

}  // namespace

TEST_CASE("identity: the same schema in another form") {
  const auto same = [](const char* type, const std::string& a, const std::string& b) {
    return schema_identity(type, a, {}) == schema_identity(type, b, {});
  };
  CHECK(same("JSON", R"({"type":"object","title":"a b"})", "{ \"type\" :\"object\",\n\"title\": \"a b\"}"));
  CHECK_FALSE(same("JSON", R"({"title":"a b"})", R"({"title":"ab"})"));
  CHECK_FALSE(same("JSON", R"({"properties":{"a":{},"b":{}}})", R"({"properties":{"b":{},"a":{}}})"));
  CHECK(same("AVRO", "\"int\"", R"( {"type" : "int"} )"));
  CHECK(same("AVRO", R"({"type":"record","name":"R","fields":[{"name":"a","type":"int"}]})",
             R"({"name":"R","fields":[{"type":{"type":"int"},"name":"a"}],"type":"record"})"));
  CHECK_FALSE(same("AVRO", R"(["null","int"])", R"(["int","null"])"));
  CHECK(same("PROTOBUF", "syntax = \"proto3\";\n// a comment\nmessage M { int64  id = 1; }",
             "syntax=\"proto3\"; message M {int64 id=1; /* another\none */}\n"));
  CHECK_FALSE(same("PROTOBUF", "message M { int64 id = 1; }", "message M { int64id = 1; }"));
  CHECK_FALSE(same("PROTOBUF", "import \"a b\";", "import \"ab\";"));
  CHECK_FALSE(schema_identity("AVRO", "{}", {}) == schema_identity("JSON", "{}", {}));
  CHECK_FALSE(schema_identity("JSON", "{}", {{"a", "s", 1}}) == schema_identity("JSON", "{}", {}));
  CHECK_FALSE(schema_identity("JSON", "{}", {{"a", "s", 1}}) == schema_identity("JSON", "{}", {{"a", "s", 2}}));
  CHECK(schema_identity("JSON", "{}", {{"a", "s", 1}, {"b", "t", 1}}) ==
        schema_identity("JSON", "{}", {{"b", "t", 1}, {"a", "s", 1}}));
}

TEST_CASE("identity: what can't be a schema of its type") {
  CHECK_NOTHROW(check_schema_text("s", "AVRO", "\"int\""));
  CHECK_NOTHROW(check_schema_text("s", "AVRO", R"(["null","int"])"));
  CHECK_NOTHROW(check_schema_text("s", "PROTOBUF", "syntax = \"proto3\";"));
  CHECK_NOTHROW(check_schema_text("s", "JSON", "true"));
  CHECK(refusal([] { check_schema_text("s", "AVRO", "int"); }, "subject s") == Kind::kInvalid);
  CHECK(refusal([] { check_schema_text("s", "JSON", "7"); }) == Kind::kInvalid);
  CHECK(refusal([] { check_schema_text("s", "JSON", "{\"a\":\"\xff\"}"); }) == Kind::kInvalid);
  CHECK(refusal([] { check_schema_text("s", "PROTOBUF", " // nothing"); }) == Kind::kInvalid);
  CHECK(refusal([] { check_schema_text("s", "PROTOBUF", "import \"a"); }) == Kind::kInvalid);
  CHECK(refusal([] { check_schema_text("s", "THRIFT", "{}"); }, "THRIFT") == Kind::kInvalid);
}

TEST_CASE("embedded: ids, versions and subjects") {
  EmbeddedRegistry registry(log_in_memory(), kSchemasTopic);
  CHECK(registry.subjects().empty());
  CHECK_FALSE(registry.latest("a"));
  CHECK(registry.register_schema("a", "JSON", R"({"title":"1"})", {}) == 1);
  CHECK(registry.register_schema("a", "JSON", R"({ "title": "1" })", {}) == 1);
  CHECK(registry.register_schema("a", "JSON", R"({"title":"2"})", {}) == 2);
  CHECK(registry.register_schema("b", "JSON", R"({ "title":"1"})", {}) == 1);
  CHECK(registry.register_schema("b", "AVRO", R"({"title":"1"})", {}) == 3);
  CHECK(registry.subjects() == std::vector<std::string>{"a", "b"});
  CHECK(registry.latest("a")->id == 2);
  CHECK(registry.latest("a")->version == 2);
  CHECK(registry.latest("a")->schema == R"({"title":"2"})");
  CHECK(registry.latest("b")->type == "AVRO");
  CHECK(registry.schema_version("b", 1)->id == 1);
  CHECK(registry.schema_version("b", 1)->subject == "b");
  CHECK_FALSE(registry.schema_version("b", 3));
  CHECK(registry.schema_by_id(1).schema == R"({"title":"1"})");
  CHECK(refusal([&] { registry.schema_by_id(4); }, "id 4") == Kind::kNotFound);
}

TEST_CASE("embedded: references belong to a schema") {
  EmbeddedRegistry registry(log_in_memory(), kSchemasTopic);
  CHECK(refusal(
            [&] {
              registry.register_schema("s", "PROTOBUF", "message M {}", {{"e.proto", "e", 1}});
            },
            "version 1 of subject e") == Kind::kInvalid);
  const int event = registry.register_schema("e", "PROTOBUF", "message E {}", {});
  const int plain = registry.register_schema("s", "PROTOBUF", "message M {}", {});
  const int with = registry.register_schema("s", "PROTOBUF", "message M {}", {{"e.proto", "e", 1}});
  CHECK(std::set<int>{event, plain, with}.size() == 3);
  CHECK(registry.register_schema("t", "PROTOBUF", "message M {  }", {{"e.proto", "e", 1}}) == with);
  CHECK(registry.schema_by_id(with).references == std::vector<SchemaReference>{{"e.proto", "e", 1}});
  // A deleted subject is still what others refer to.
  registry.delete_subject("e");
  CHECK(registry.schema_version("e", 1)->id == event);
}

TEST_CASE("embedded: what is deleted leaves its id") {
  const auto log = log_in_memory();
  {
    EmbeddedRegistry registry(log, kSchemasTopic);
    registry.register_schema("a", "JSON", R"({"title":"1"})", {});
    registry.register_schema("a", "JSON", R"({"title":"2"})", {});
    registry.delete_subject("a");
    CHECK(registry.subjects().empty());
    CHECK_FALSE(registry.latest("a"));
    CHECK(registry.schema_by_id(2).schema == R"({"title":"2"})");
    CHECK(refusal([&] { registry.delete_subject("a"); }, "no subject a") == Kind::kNotFound);
  }
  EmbeddedRegistry registry(log, kSchemasTopic);
  CHECK(registry.subjects().empty());
  CHECK(registry.schema_by_id(1).schema == R"({"title":"1"})");
  CHECK(registry.register_schema("a", "JSON", R"({"title":"3"})", {}) == 3);
  CHECK(registry.latest("a")->version == 3);
  CHECK(registry.register_schema("a", "JSON", R"({"title":"1"})", {}) == 1);
  CHECK(registry.latest("a")->version == 4);
}

TEST_CASE("embedded: found again on disk") {
  const auto folder = std::filesystem::temp_directory_path() / ("weir-registry-" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  log::EmbeddedLogOptions options;
  options.path = folder;
  {
    EmbeddedRegistry registry(log::open_embedded_log(options), kSchemasTopic);
    registry.register_schema("e", "AVRO", "\"int\"", {});
    registry.register_schema("a", "PROTOBUF", "message \"\xC3\xBC\" {}", {{"x", "e", 1}});
  }
  {
    EmbeddedRegistry registry(log::open_embedded_log(options), kSchemasTopic);
    const RegisteredSchema schema = *registry.latest("a");
    CHECK(schema.id == 2);
    CHECK(schema.type == "PROTOBUF");
    CHECK(schema.schema == "message \"\xC3\xBC\" {}");
    CHECK(schema.references == std::vector<SchemaReference>{{"x", "e", 1}});
    CHECK(registry.register_schema("e", "AVRO", R"({"type":"int"})", {}) == 1);
    CHECK(registry.register_schema("e", "AVRO", "\"long\"", {}) == 3);
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("embedded: several writers of one topic") {
  constexpr int kNodes = 3, kThreadsOfNode = 2, kSchemas = 12;
  const auto log = log_in_memory();
  std::vector<std::unique_ptr<EmbeddedRegistry>> nodes;
  for (int i = 0; i < kNodes; ++i) nodes.push_back(std::make_unique<EmbeddedRegistry>(log, kSchemasTopic));
  const auto text = [](int i) { return "{\"title\":\"" + std::to_string(i) + "\"}"; };
  // Everyone registers the same schemas, in another order, half of them under subjects of their own.
  std::vector<std::map<int, int>> ids(kNodes * kThreadsOfNode);
  std::vector<std::thread> threads;
  for (int t = 0; t < kNodes * kThreadsOfNode; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kSchemas; ++i) {
        const int schema = (i * 5 + t * 7) % kSchemas;
        const std::string subject = schema % 2 == 0 ? "shared" : "own" + std::to_string(t);
        ids[t][schema] = nodes[t % kNodes]->register_schema(subject, "JSON", text(schema), {});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<int> given;
  for (const auto& [schema, id] : ids[0]) given.insert(id);
  CHECK(given.size() == kSchemas);
  EmbeddedRegistry reader(log, kSchemasTopic);
  for (size_t t = 0; t < ids.size(); ++t) {
    CHECK(ids[t] == ids[0]);
    for (const auto& [schema, id] : ids[t]) {
      CHECK(reader.schema_by_id(id).schema == text(schema));
      CHECK(nodes[t % kNodes]->schema_by_id(id).schema == text(schema));
    }
  }
  for (const auto& node : nodes) CHECK(node->latest("shared")->version == kSchemas / 2);
  CHECK(reader.subjects().size() == kNodes * kThreadsOfNode + 1);
}

TEST_CASE("embedded: of two records for one id or version the first counts") {
  const auto log = log_in_memory();
  EmbeddedRegistry registry(log, kSchemasTopic);
  registry.register_schema("a", "JSON", R"({"title":"1"})", {});
  const RegisteredSchema same_id{1, 1, "b", "JSON", R"({"title":"other"})", {}};
  const RegisteredSchema same_version{7, 1, "a", "JSON", R"({"title":"other"})", {}};
  for (const RegisteredSchema& late : {same_id, same_version}) {
    append_record(*log, schema_record_key(late), schema_record_value(late, false));
  }
  for (EmbeddedRegistry* reader : {&registry, std::make_unique<EmbeddedRegistry>(log, kSchemasTopic).release()}) {
    CHECK(reader->schema_by_id(1).schema == R"({"title":"1"})");
    CHECK(reader->latest("a")->id == 1);
    CHECK_FALSE(reader->latest("b"));
    CHECK(refusal([&] { reader->schema_by_id(7); }) == Kind::kNotFound);
    if (reader != &registry) delete reader;
  }
  // Void records take no id.
  CHECK(registry.register_schema("b", "JSON", R"({"title":"other"})", {}) == 2);
}

TEST_CASE("embedded: records that are none of its own are passed over") {
  const auto log = log_in_memory();
  EmbeddedRegistry registry(log, kSchemasTopic);
  registry.register_schema("a", "JSON", "{}", {});
  append_record(*log, "no json", "{");
  append_record(*log, R"({"keytype":"CONFIG","subject":"a","magic":0})", R"({"compatibilityLevel":"FULL"})");
  append_record(*log, R"({"keytype":"SCHEMA","subject":"x","version":1,"magic":1})", R"({"id":"7","schema":"{}"})");
  append_record(*log, R"({"keytype":"SCHEMA","subject":7,"version":1,"magic":1})", R"({"id":7,"schema":"{}"})");
  append_record(*log, R"({"keytype":"SCHEMA","subject":"c","version":4,"magic":1})",
                R"({"subject":"c","version":4,"id":9,"schema":"\"int\"","deleted":false})");
  CHECK(registry.subjects() == std::vector<std::string>{"a", "c"});
  CHECK(registry.latest("c")->type == "AVRO");
  CHECK(registry.register_schema("c", "AVRO", "\"long\"", {}) == 10);
  CHECK(registry.latest("c")->version == 5);
}

TEST_CASE("embedded: schemas with ids of the caller's choice") {
  EmbeddedRegistry registry(log_in_memory(), kSchemasTopic);
  registry.import_schema({101, 1, "k", "JSON", R"({"title":"k"})", {}});
  registry.import_schema({101, 1, "k", "JSON", R"({ "title":"k"})", {}});
  registry.import_schema({100, 0, "v", "JSON", R"({"title":"v"})", {}});
  CHECK(registry.latest("k")->id == 101);
  CHECK(registry.latest("v")->version == 1);
  CHECK(registry.schema_by_id(100).schema == R"({"title":"v"})");
  // What is registered of itself keeps away from them, and knows them again.
  CHECK(registry.register_schema("n", "JSON", "{}", {}) == 102);
  CHECK(registry.register_schema("k2", "JSON", R"({"title":"k"})", {}) == 101);
  // The same schema may have two ids; under a subject it has that subject's.
  registry.import_schema({201, 1, "r", "JSON", R"({"title":"k"})", {}});
  CHECK(registry.register_schema("r", "JSON", R"({"title":"k"})", {}) == 201);
  CHECK(refusal(
            [&] {
              registry.import_schema({101, 2, "k", "JSON", R"({"title":"x"})", {}});
            },
            "101") == Kind::kIncompatible);
  CHECK(refusal(
            [&] {
              registry.import_schema({300, 1, "k", "JSON", R"({"title":"x"})", {}});
            },
            "version 1") == Kind::kIncompatible);
  CHECK(refusal([&] { registry.import_schema({0, 1, "k", "JSON", "{}", {}}); }) == Kind::kInvalid);
}

}  // namespace weir::test
