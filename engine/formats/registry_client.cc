#include "engine/formats/registry_client.h"

#include <algorithm>
#include <mutex>
#include <random>
#include <thread>

#include "engine/formats/schema_identity.h"
#include "engine/formats/tls_file.h"

namespace weir {
namespace {

using ClientErrorKind = SchemaRegistryError::Kind;
using ClientClock = std::chrono::steady_clock;

constexpr const char* kRegistryMediaType = "application/vnd.schemaregistry.v1+json";
constexpr std::chrono::milliseconds kLongestPause{2000};
constexpr size_t kLongestReason = 500;

HttpSettings http_settings(const SchemaRegistryOptions& options) {
  HttpSettings settings;
  settings.connect_timeout = std::chrono::milliseconds(options.connect_timeout_ms);
  // The files may be those of Kafka's clients, of no use for a registry without TLS.
  if (options.url.find("https://") == std::string::npos) return settings;
  settings.verify_tls = options.verify_tls;
  settings.ca_file = options.ca_file;
  settings.certificate_file = options.certificate_file;
  settings.key_file = options.key_file;
  settings.key_password = options.key_password;
  if (!options.ca_file.empty()) check_tls_file(options.ca_file, "schema.registry.ssl.truststore.location", false);
  if (!options.certificate_file.empty()) {
    settings.certificate_is_pkcs12 =
        check_tls_file(options.certificate_file, "schema.registry.ssl.keystore.location", true) == TlsFileKind::kPkcs12;
  }
  if (!options.key_file.empty()) check_tls_file(options.key_file, "schema.registry.ssl.key.location", false);
  return settings;
}

std::string registration_body(const std::string& type, const std::string& schema,
                              const std::vector<SchemaReference>& references, const RegisteredSchema* given = nullptr) {
  RegistryJson body = {{"schema", schema}};
  if (type != "AVRO") body["schemaType"] = type;
  if (!references.empty()) body["references"] = references_to_json(references);
  if (given != nullptr) body["id"] = given->id;
  if (given != nullptr && given->version > 0) body["version"] = given->version;
  return to_json_text(body);
}

std::string version_path(const std::string& subject) { return "/subjects/" + escape_path_part(subject) + "/versions"; }

// One line of bounded length: it comes from outside.
std::string tame(std::string text) {
  if (text.size() > kLongestReason) text = text.substr(0, kLongestReason) + "…";
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text;
}

bool is_passing_status(long status) { return status == 408 || status == 429 || status >= 500; }

// "HTTP 404, error code 40401: Subject 'S' not found."
std::string reason_of(const HttpOutcome& outcome) {
  std::string reason = "HTTP " + std::to_string(outcome.status);
  const RegistryJson json = RegistryJson::parse(outcome.body, nullptr, false);
  if (!json.is_object()) return reason;
  const auto code = json.find("error_code");
  if (code != json.end() && code->is_number_integer()) reason += ", error code " + code->dump();
  const auto message = json.find("message");
  if (message != json.end() && message->is_string()) reason += ": " + tame(message->get<std::string>());
  return reason;
}

// The registry's own code; 0: there is none, so that it wasn't a registry that answered.
int error_code_of(const HttpOutcome& outcome) {
  const RegistryJson json = RegistryJson::parse(outcome.body, nullptr, false);
  if (!json.is_object()) return 0;
  try {
    return int_member(json, "error_code", 0);
  } catch (const std::invalid_argument&) {
    return 0;
  }
}

struct Refusal {
  ClientErrorKind kind;
  std::string remedy;
};

Refusal refusal_of(long status, int code) {
  // Subject, version and schema not found, and a subject that was deleted before.
  if (status == 404 && code >= 40401 && code <= 40404) return {ClientErrorKind::kNotFound, ""};
  if (status == 401 || status == 403) {
    return {
        ClientErrorKind::kUnauthorized,
        " Check schema.registry.basic.auth.user.info or schema.registry.bearer.auth.token, and what that user may do."};
  }
  if (status == 409) {
    return {ClientErrorKind::kIncompatible,
            " Change the columns so that the subject's compatibility setting allows it, change that setting, or use "
            "another topic."};
  }
  if (status >= 300 && status < 400) {
    return {ClientErrorKind::kInvalid,
            " Redirects aren't followed: give the address that it leads to in schema.registry.url."};
  }
  if (code == 0)
    return {ClientErrorKind::kInvalid,
            " That isn't a Schema Registry's answer: check schema.registry.url, its path as well."};
  return {ClientErrorKind::kInvalid, ""};
}

std::string sentence_end(const std::string& text) { return !text.empty() && text.back() == '.' ? "" : "."; }

[[noreturn]] void refuse_answer(const std::string& url, const std::string& what, const std::string& why) {
  throw SchemaRegistryError(ClientErrorKind::kInvalid,
                            "The Schema Registry at " + url + ", asked " + what +
                                ", gave an answer that can't be understood: " + why +
                                ". Check schema.registry.url: is there a Schema Registry, and no other service?");
}

// Half of the pause at least, so that nodes that failed together don't come back together.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds pause) {
  static thread_local std::minstd_rand random(std::random_device{}());
  return pause / 2 + std::chrono::milliseconds(random() % (pause.count() / 2 + 1));
}

}  // namespace

RegistryClient::RegistryClient(const SchemaRegistryOptions& options)
    : options_(options), addresses_(parse_registry_addresses(options.url)), http_(http_settings(options)) {}

std::string RegistryClient::description() const {
  std::string list;
  for (const RegistryAddress& address : addresses_) list += (list.empty() ? "" : ", ") + address.url;
  return "the Schema Registry at " + list;
}

int RegistryClient::register_schema(const std::string& subject, const std::string& type, const std::string& schema,
                                    const std::vector<SchemaReference>& references) {
  check_schema_text(subject, type, schema);
  const Call call{"POST", version_path(subject), "to register a schema for subject " + subject,
                  registration_body(type, schema, references)};
  const Answer answer = ask(call);
  try {
    const int id = int_member(answer.json, "id");
    const std::unique_lock lock(caches_mutex_);
    registered_[subject][schema_identity(type, schema, references)] = id;
    return id;
  } catch (const std::invalid_argument& e) {
    refuse_answer(answer.url, call.what, e.what());
  }
}

int RegistryClient::writer_schema_id(const std::string& subject, const std::string& type, const std::string& schema,
                                     const std::vector<SchemaReference>& references) {
  {
    const std::string identity = schema_identity(type, schema, references);
    const std::shared_lock lock(caches_mutex_);
    const auto known = registered_.find(subject);
    if (known != registered_.end()) {
      const auto id = known->second.find(identity);
      if (id != known->second.end()) return id->second;
    }
  }
  return register_schema(subject, type, schema, references);
}

void RegistryClient::import_schema(const RegisteredSchema& schema) {
  check_schema_text(schema.subject, schema.type, schema.schema);
  ask({"POST", version_path(schema.subject),
       "to register a schema for subject " + schema.subject + " with the id " + std::to_string(schema.id),
       registration_body(schema.type, schema.schema, schema.references, &schema)});
}

RegisteredSchema RegistryClient::schema_by_id(int id) {
  {
    const std::shared_lock lock(caches_mutex_);
    const auto known = schemas_.find(id);
    if (known != schemas_.end()) return known->second;
  }
  RegisteredSchema schema =
      ask_for_schema({"GET", "/schemas/ids/" + std::to_string(id), "for the schema with the id " + std::to_string(id)});
  schema.id = id;
  const std::unique_lock lock(caches_mutex_);
  return schemas_.emplace(id, std::move(schema)).first->second;
}

std::optional<RegisteredSchema> RegistryClient::latest(const std::string& subject) {
  return ask_for_version(subject, "latest", "for the latest schema of subject " + subject);
}

std::optional<RegisteredSchema> RegistryClient::schema_version(const std::string& subject, int version) {
  const std::string number = std::to_string(version);
  return ask_for_version(subject, number + "?deleted=true", "for version " + number + " of subject " + subject);
}

std::optional<RegisteredSchema> RegistryClient::ask_for_version(const std::string& subject, const std::string& version,
                                                                const std::string& what) {
  try {
    return ask_for_schema({"GET", version_path(subject) + "/" + version, what});
  } catch (const SchemaRegistryError& e) {
    if (e.kind() != ClientErrorKind::kNotFound) throw;
    return std::nullopt;
  }
}

RegisteredSchema RegistryClient::ask_for_schema(const Call& call) {
  const Answer answer = ask(call);
  try {
    return schema_from_json(answer.json);
  } catch (const std::invalid_argument& e) {
    refuse_answer(answer.url, call.what, e.what());
  }
}

std::vector<std::string> RegistryClient::subjects() {
  const Call call{"GET", "/subjects", "for its subjects"};
  const Answer answer = ask(call);
  std::vector<std::string> names;
  if (!answer.json.is_array()) refuse_answer(answer.url, call.what, "it is no array");
  for (const RegistryJson& name : answer.json) {
    if (!name.is_string()) refuse_answer(answer.url, call.what, "a subject's name is no string");
    names.push_back(name.get<std::string>());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void RegistryClient::delete_subject(const std::string& subject) {
  {
    const std::unique_lock lock(caches_mutex_);
    registered_.erase(subject);
  }
  ask({"DELETE", "/subjects/" + escape_path_part(subject), "to delete subject " + subject});
}

std::string RegistryClient::remedy_of(HttpFailure failure) const {
  switch (failure) {
    case HttpFailure::kPeerCertificate:
      return " Check that schema.registry.url names the host as its certificate does, and that "
             "schema.registry.ssl.truststore.location names a PEM file of the certificates that sign it.";
    case HttpFailure::kOwnCertificate:
      if (!options_.certificate_file.empty()) {
        return " Check the certificate of schema.registry.ssl.keystore.location, its key "
               "(schema.registry.ssl.key.location) and their password, and that the registry trusts who signed it.";
      }
      return " The registry asks who calls: name a certificate and its key with schema.registry.ssl.keystore.location.";
    default:
      return " Check schema.registry.url and the schema.registry.ssl.* settings.";
  }
}

RegistryClient::Answer RegistryClient::ask(const Call& call) {
  const std::chrono::milliseconds timeout(options_.timeout_ms);
  const auto last_begin = ClientClock::now() + 2 * timeout;
  std::string reasons;
  bool may_pass = false;
  HttpFailure lasting = HttpFailure::kOther;
  std::chrono::milliseconds pause(options_.backoff_ms);
  for (int round = 0; round < std::max(options_.rounds, 1) && ClientClock::now() < last_begin; ++round) {
    if (round > 0) {
      std::this_thread::sleep_for(with_jitter(pause));
      pause = std::min(pause * 2, kLongestPause);
    }
    reasons.clear();
    may_pass = false;
    const size_t first = preferred_.load(std::memory_order_relaxed);
    for (size_t i = 0; i < addresses_.size(); ++i) {
      const size_t index = (first + i) % addresses_.size();
      const RegistryAddress& address = addresses_[index];
      const HttpOutcome outcome = send(call, address, timeout);
      const bool answered = outcome.failure == HttpFailure::kNone;
      if (answered && !is_passing_status(outcome.status)) {
        preferred_.store(index, std::memory_order_relaxed);
        return judge(call, address.url, outcome);
      }
      if (answered || outcome.failure == HttpFailure::kPassing) {
        may_pass = true;
      } else {
        lasting = outcome.failure;
      }
      const std::string reason = answered ? reason_of(outcome) : outcome.reason;
      reasons += (reasons.empty() ? "" : "; ") + address.url + ": " + reason;
    }
    if (!may_pass) break;
  }
  const std::string text = "The Schema Registry, asked " + call.what + ", failed to answer (" + reasons + ").";
  if (may_pass) {
    throw SchemaRegistryError(ClientErrorKind::kUnavailable, text + " Check that it is up, and schema.registry.url.");
  }
  throw SchemaRegistryError(ClientErrorKind::kInvalid, text + remedy_of(lasting));
}

HttpOutcome RegistryClient::send(const Call& call, const RegistryAddress& address, std::chrono::milliseconds timeout) {
  HttpRequest request;
  request.method = call.method;
  request.url = address.url + call.path;
  request.headers.push_back(std::string("Accept: ") + kRegistryMediaType);
  if (!call.body.empty()) request.headers.push_back(std::string("Content-Type: ") + kRegistryMediaType);
  request.body = call.body;
  request.timeout = timeout;
  request.bearer_token = options_.bearer_token;
  request.username = options_.username.empty() ? address.username : options_.username;
  request.password = options_.username.empty() ? address.password : options_.password;
  return http_.perform(request);
}

RegistryClient::Answer RegistryClient::judge(const Call& call, const std::string& url, const HttpOutcome& outcome) {
  if (outcome.status >= 200 && outcome.status < 300) {
    Answer answer{RegistryJson::parse(outcome.body, nullptr, false), url};
    if (answer.json.is_discarded()) refuse_answer(url, call.what, "it is no JSON");
    return answer;
  }
  const Refusal refusal = refusal_of(outcome.status, error_code_of(outcome));
  const std::string reason = reason_of(outcome);
  throw SchemaRegistryError(refusal.kind, "The Schema Registry at " + url + ", asked " + call.what +
                                              ", refused: " + reason + sentence_end(reason) + refusal.remedy);
}

std::shared_ptr<SchemaRegistry> connect_schema_registry(const SchemaRegistryOptions& options) {
  return std::make_shared<RegistryClient>(options);
}

}  // namespace weir
