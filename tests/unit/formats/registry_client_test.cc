#include "engine/formats/registry_client.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/formats/format.h"
#include "engine/formats/tls_file.h"
#include "tests/unit/formats/test_http_server.h"

namespace weir::test {
namespace {

using Kind = SchemaRegistryError::Kind;

SchemaRegistryOptions quick_options(const std::string& url) {
  setenv("no_proxy", "127.0.0.1", 1);
  SchemaRegistryOptions options;
  options.url = url;
  options.rounds = 3;
  options.backoff_ms = 1;
  options.timeout_ms = 5000;
  return options;
}

struct Refused {
  Kind kind = Kind::kNotFound;
  std::string message;
  bool says(const std::string& part) const { return message.find(part) != std::string::npos; }
};

Refused refused(const std::function<void()>& call) {
  try {
    call();
  } catch (const SchemaRegistryError& e) {
    return {e.kind(), e.what()};
  }
  FAIL("nothing was refused");
  return {};
}

TestHttpResponse error_answer(int status, int code, const std::string& message) {
  return {status, RegistryJson{{"error_code", code}, {"message", message}}.dump()};
}

// An address at which nobody listens.
std::string dead_url() {
  std::string url;
  {
    TestHttpServer server([](const TestHttpRequest&) { return TestHttpResponse(); });
    url = server.url();
  }
  return url;
}

}  // namespace

TEST_CASE("client: registers, and asks once for what it writes with") {
  TestHttpServer server([](const TestHttpRequest&) { return TestHttpResponse{200, R"({"id":7})"}; });
  RegistryClient client(quick_options(server.url() + "/"));
  CHECK(client.writer_schema_id("orders-value", "JSON", R"({"type":"object"})", {{"c.json", "common", 2}}) == 7);
  CHECK(client.writer_schema_id("orders-value", "JSON", R"({ "type": "object" })", {{"c.json", "common", 2}}) == 7);
  REQUIRE(server.requests().size() == 1);
  const TestHttpRequest request = server.requests()[0];
  CHECK(request.method == "POST");
  CHECK(request.target == "/subjects/orders-value/versions");
  CHECK(request.headers.at("content-type") == "application/vnd.schemaregistry.v1+json");
  CHECK(RegistryJson::parse(request.body) ==
        RegistryJson::parse(R"({"schema":"{\"type\":\"object\"}","schemaType":"JSON",
                                "references":[{"name":"c.json","subject":"common","version":2}]})"));

  // Other references are another schema; a statement always asks.
  client.writer_schema_id("orders-value", "JSON", R"({"type":"object"})", {});
  CHECK(server.requests().size() == 2);
  client.register_schema("orders-value", "JSON", R"({"type":"object"})", {});
  CHECK(server.requests().size() == 3);
  // Avro is the registry's default and is left out, as old registries want it.
  client.register_schema("a", "AVRO", "\"int\"", {});
  CHECK(RegistryJson::parse(server.requests()[3].body) == RegistryJson::parse(R"({"schema":"\"int\""})"));
  client.delete_subject("orders-value");
  client.writer_schema_id("orders-value", "JSON", R"({"type":"object"})", {});
  CHECK(server.requests().size() == 6);
  CHECK(server.connections() == 1);
}

TEST_CASE("client: an encoder is made again without the registry") {
  auto server = std::make_unique<TestHttpServer>([](const TestHttpRequest&) {
    return TestHttpResponse{200, R"({"id":7})"};
  });
  FormatContext context;
  context.spec.kind = FormatKind::kJsonSr;
  context.topic = "t";
  context.columns = {{"A", Type::integer()}};
  context.registry = connect_schema_registry(quick_options(server->url()));
  make_encoder(context);
  server.reset();
  CHECK_NOTHROW(make_encoder(context));
}

TEST_CASE("client: schemas by id are asked for once, with type and references") {
  TestHttpServer server([](const TestHttpRequest&) {
    return TestHttpResponse{200, R"({"schema":"syntax = \"proto3\";","schemaType":"PROTOBUF",
                                     "references":[{"name":"e.proto","subject":"e","version":3}]})"};
  });
  RegistryClient client(quick_options(server.url()));
  for (int i = 0; i < 2; ++i) {
    const RegisteredSchema schema = client.schema_by_id(12);
    CHECK(schema.id == 12);
    CHECK(schema.type == "PROTOBUF");
    CHECK(schema.schema == "syntax = \"proto3\";");
    CHECK(schema.references == std::vector<SchemaReference>{{"e.proto", "e", 3}});
  }
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0].target == "/schemas/ids/12");
}

TEST_CASE("client: names in paths are escaped") {
  TestHttpServer server([](const TestHttpRequest&) { return error_answer(404, 40401, "Subject not found."); });
  RegistryClient client(quick_options(server.url()));
  CHECK_FALSE(client.latest("a/b c+ü%-_.~"));
  CHECK_FALSE(client.schema_version("a/b", 3));
  CHECK(server.requests()[0].target == "/subjects/a%2Fb%20c%2B%C3%BC%25-_.~/versions/latest");
  CHECK(server.requests()[1].target == "/subjects/a%2Fb/versions/3?deleted=true");
}

TEST_CASE("client: what isn't found is told from what is no registry") {
  TestHttpResponse answer;
  TestHttpServer server([&](const TestHttpRequest&) { return answer; });
  RegistryClient client(quick_options(server.url()));
  for (const int code : {40401, 40402, 40403}) {
    answer = error_answer(404, code, "not found");
    CHECK_FALSE(client.latest("s"));
  }
  const Refused by_id = refused([&] { client.schema_by_id(9); });
  CHECK(by_id.kind == Kind::kNotFound);
  CHECK(by_id.message == "The Schema Registry at " + server.url() +
                             ", asked for the schema with the id 9, refused: HTTP 404, error code 40403: not found.");
  for (const TestHttpResponse& other :
       {error_answer(404, 404, "HTTP 404 Not Found"), TestHttpResponse{404, "<html>no</html>"},
        TestHttpResponse{404, ""}, TestHttpResponse{404, R"({"error_code":"40401"})"}}) {
    answer = other;
    CHECK(refused([&] { client.latest("s"); }).kind == Kind::kInvalid);
  }
  CHECK(refused([&] { client.latest("s"); }).says("check schema.registry.url"));
}

TEST_CASE("client: refusals name the address, the request, the registry's code and words, and a remedy") {
  TestHttpResponse answer;
  TestHttpServer server([&](const TestHttpRequest&) { return answer; });
  RegistryClient client(quick_options(server.url()));
  const auto registering = [&] { client.register_schema("s", "JSON", "{}", {}); };

  answer = error_answer(409, 409, "Schema being registered is incompatible");
  const Refused incompatible = refused(registering);
  CHECK(incompatible.kind == Kind::kIncompatible);
  CHECK(incompatible.says("The Schema Registry at " + server.url() +
                          ", asked to register a schema for subject s, refused: HTTP 409, "
                          "error code 409: Schema being registered is incompatible. Change the columns"));
  answer = error_answer(422, 42201, "Invalid\nschema");
  const Refused invalid = refused(registering);
  CHECK(invalid.kind == Kind::kInvalid);
  CHECK(invalid.says("HTTP 422, error code 42201: Invalid schema."));
  answer = error_answer(401, 401, "Unauthorized");
  CHECK(refused(registering).kind == Kind::kUnauthorized);
  CHECK(refused(registering).says("schema.registry.basic.auth.user.info"));
  answer = {301, ""};
  CHECK(refused(registering).says("Redirects aren't followed"));
}

TEST_CASE("client: answers of another shape end in its own errors") {
  TestHttpResponse answer;
  TestHttpServer server([&](const TestHttpRequest&) { return answer; });
  RegistryClient client(quick_options(server.url()));
  for (const char* body :
       {"", "<html>", "[]", "{}", "7", "null", R"({"id":"7"})", R"({"id":1.5})", R"({"id":99999999999})"}) {
    answer.body = body;
    INFO(body);
    const Refused text = refused([&] { client.register_schema("s", "JSON", "{}", {}); });
    CHECK(text.kind == Kind::kInvalid);
    CHECK(text.says("gave an answer that can't be understood"));
  }
  for (const char* body :
       {R"({"schema":7})", R"({"schema":"{}","schemaType":[]})", R"({"schema":"{}","references":{}})",
        R"({"schema":"{}","references":[{"name":1}]})", R"({"schema":"{}","version":"1"})"}) {
    answer.body = body;
    INFO(body);
    CHECK(refused([&] { client.latest("s"); }).kind == Kind::kInvalid);
    CHECK(refused([&] { client.schema_by_id(1); }).kind == Kind::kInvalid);
  }
  for (const char* body : {"{}", "[1]", "\"s\""}) {
    answer.body = body;
    CHECK(refused([&] { client.subjects(); }).kind == Kind::kInvalid);
  }
  answer.body = R"(["b","a"])";
  CHECK(client.subjects() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("client: what passes is tried again, what doesn't isn't") {
  std::atomic<int> failures{0};
  TestHttpResponse failure;
  TestHttpServer server([&](const TestHttpRequest&) {
    if (failures.fetch_sub(1) > 0) return failure;
    return TestHttpResponse{200, R"(["s"])"};
  });
  RegistryClient client(quick_options(server.url()));
  for (const TestHttpResponse& passing : {TestHttpResponse{503, ""}, error_answer(500, 50002, "timeout"),
                                          TestHttpResponse{429, ""}, TestHttpResponse{200, "", true}}) {
    failure = passing;
    failures = 2;
    CHECK(client.subjects() == std::vector<std::string>{"s"});
  }
  failure = error_answer(500, 50001, "Error in the backend data store");
  failures = 3;
  const Refused away = refused([&] { client.subjects(); });
  CHECK(away.kind == Kind::kUnavailable);
  CHECK(away.says("asked for its subjects, failed to answer (" + server.url() +
                  ": HTTP 500, error code 50001: Error in the backend data store)"));
  const size_t before = server.requests().size();
  failure = error_answer(422, 42201, "no");
  failures = 1;
  CHECK(refused([&] { client.subjects(); }).kind == Kind::kInvalid);
  CHECK(server.requests().size() == before + 1);
}

TEST_CASE("client: a registry that says nothing is given up after the timeout") {
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
  TestHttpServer server([&](const TestHttpRequest&) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, std::chrono::seconds(30), [&] { return over; });
    return TestHttpResponse();
  });
  SchemaRegistryOptions options = quick_options(server.url());
  options.timeout_ms = 50;
  RegistryClient client(options);
  const Refused text = refused([&] { client.subjects(); });
  CHECK(text.kind == Kind::kUnavailable);
  CHECK(text.says(server.url() + ": "));
  const std::lock_guard lock(mutex);
  over = true;
  changed.notify_all();
}

TEST_CASE("client: addresses are tried in turn, the one that answered stays the first") {
  TestHttpServer server([](const TestHttpRequest&) { return TestHttpResponse{200, "[]"}; });
  std::atomic<int> asked{0};
  TestHttpServer ill([&](const TestHttpRequest&) {
    ++asked;
    return TestHttpResponse{503, ""};
  });
  RegistryClient client(quick_options(dead_url() + " , " + ill.url() + "/," + server.url()));
  client.subjects();
  client.subjects();
  CHECK(asked == 1);
  CHECK(server.requests().size() == 2);

  const std::string first = dead_url(), second = dead_url();
  RegistryClient nobody(quick_options(first + "," + second));
  const Refused text = refused([&] { nobody.subjects(); });
  CHECK(text.kind == Kind::kUnavailable);
  CHECK(text.says(first));
  CHECK(text.says(second));
}

TEST_CASE("client: credentials are sent, and never shown") {
  TestHttpResponse answer{200, "[]"};
  TestHttpServer server([&](const TestHttpRequest&) { return answer; });
  // base64 of "bob:p@ss/w:d:"
  const std::string basic = "Basic Ym9iOnBAc3MvdzpkOg==";
  SchemaRegistryOptions options = quick_options("http://bob:p%40ss%2Fw%3Ad%3A@" + server.authority());
  RegistryClient of_url(options);
  of_url.subjects();
  CHECK(server.requests()[0].headers.at("authorization") == basic);
  CHECK(of_url.description() == "the Schema Registry at " + server.url());
  answer = {401, "no"};
  const Refused text = refused([&] { of_url.subjects(); });
  CHECK(text.kind == Kind::kUnauthorized);
  CHECK_FALSE(text.says("bob"));
  CHECK_FALSE(text.says("ss/w"));
  answer = {503, "no"};
  CHECK_FALSE(refused([&] { of_url.subjects(); }).says("bob"));

  answer = {200, "[]"};
  options.username = "eve";
  options.password = "x";
  RegistryClient of_options(options);
  of_options.subjects();
  CHECK(server.requests().back().headers.at("authorization") == "Basic ZXZlOng=");
  options.bearer_token = "tok";
  RegistryClient bearer(options);
  bearer.subjects();
  CHECK(server.requests().back().headers.at("authorization") == "Bearer tok");
  RegistryClient none(quick_options(server.url()));
  none.subjects();
  CHECK_FALSE(server.requests().back().headers.contains("authorization"));

  for (const char* bad :
       {"", " , ", "localhost:8081", "ftp://bob:secret@h", "http://bob:secret@h:port", "http://bob:secret@h/?x=1"}) {
    INFO(bad);
    const Refused refusal = refused([&] { RegistryClient client(quick_options(bad)); });
    CHECK(refusal.kind == Kind::kInvalid);
    CHECK(refusal.says("schema.registry.url"));
    CHECK_FALSE(refusal.says("secret"));
  }
}

TEST_CASE("client: threads ask at the same time") {
  constexpr int kThreads = 4;
  std::mutex mutex;
  std::condition_variable changed;
  int waiting = 0;
  TestHttpServer server([&](const TestHttpRequest&) {
    // Nobody gets an answer before all have asked.
    std::unique_lock lock(mutex);
    ++waiting;
    changed.notify_all();
    const bool all = changed.wait_for(lock, std::chrono::seconds(20), [&] { return waiting >= kThreads; });
    return TestHttpResponse{all ? 200 : 418, R"({"schema":"{}","schemaType":"JSON"})"};
  });
  SchemaRegistryOptions options = quick_options(server.url());
  options.timeout_ms = 30000;
  RegistryClient client(options);
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      try {
        if (client.schema_by_id(100 + i).id == 100 + i) ++right;
      } catch (const std::exception&) {
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == kThreads);
}

TEST_CASE("client: a schema is imported with its id and version") {
  TestHttpServer server([](const TestHttpRequest&) { return TestHttpResponse{200, R"({"id":50})"}; });
  RegistryClient client(quick_options(server.url()));
  client.import_schema({50, 3, "s", "JSON", "{}", {}});
  CHECK(RegistryJson::parse(server.requests()[0].body) ==
        RegistryJson::parse(R"({"id":50,"version":3,"schema":"{}","schemaType":"JSON"})"));
}

TEST_CASE("TLS files are looked at before they are used") {
  const auto folder = std::filesystem::temp_directory_path() / ("weir-tls-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto file = [&](const char* name, const std::string& bytes) {
    const std::string path = folder / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  };
  CHECK(check_tls_file(file("a.pem", "text\n-----BEGIN CERTIFICATE-----\n"), "p", false) == TlsFileKind::kPem);
  const std::string p12 = file("a.p12", "\x30\x82\x01");
  CHECK(check_tls_file(p12, "p", true) == TlsFileKind::kPkcs12);
  CHECK(refused([&] { check_tls_file(p12, "p", false); }).says("openssl pkcs12 -in " + p12));
  const std::string jks = file("a.jks", "\xFE\xED\xFE\xED");
  SchemaRegistryOptions options = quick_options("https://localhost:1");
  options.ca_file = jks;
  const Refused text = refused([&] { RegistryClient client(options); });
  CHECK(text.kind == Kind::kInvalid);
  CHECK(text.says(jks + " of schema.registry.ssl.truststore.location is a Java key store (JKS)"));
  CHECK(text.says("keytool -importkeystore"));
  options.url = "http://localhost:1";  // no TLS, no certificates
  CHECK_NOTHROW(RegistryClient{options});
  CHECK(refused([&] { check_tls_file(folder / "none", "p", false); }).says("can't be read"));
  CHECK(refused([&] { check_tls_file(file("x", "hello"), "p", false); }).says("is not PEM"));
  std::filesystem::remove_all(folder);
}

}  // namespace weir::test
