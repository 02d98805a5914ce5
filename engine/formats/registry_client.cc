// The client of Confluent's Schema Registry REST API. Several addresses are tried in turn; ids never change their schema, so what was
// fetched by id is kept for good, and the latest of a subject for a moment.
#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

#include "engine/formats/schema_registry.h"

namespace weir {

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLatestIsFresh{5};
constexpr size_t kLargestAnswer = 16u << 20;

size_t take_answer(char* data, size_t size, size_t count, void* target) {
  auto& out = *static_cast<std::string*>(target);
  if (out.size() + size * count > kLargestAnswer) return 0;
  out.append(data, size * count);
  return size * count;
}

class RegistryClient final : public SchemaRegistry {
 public:
  explicit RegistryClient(SchemaRegistryOptions options) : options_(std::move(options)) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    std::string rest = options_.url;
    while (!rest.empty()) {
      const size_t comma = rest.find(',');
      std::string url = rest.substr(0, comma);
      rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
      while (!url.empty() && (url.back() == '/' || url.back() == ' ')) url.pop_back();
      if (!url.empty()) urls_.push_back(url);
    }
    if (urls_.empty()) throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid, "schema.registry.url holds no address.");
    curl_ = curl_easy_init();
    if (curl_ == nullptr) throw SchemaRegistryError(SchemaRegistryError::Kind::kUnavailable, "libcurl can't be initialised.");
  }
  ~RegistryClient() override { curl_easy_cleanup(curl_); }

  int register_schema(const std::string& subject, const std::string& type, const std::string& schema,
                      const std::vector<SchemaReference>& references) override {
    Json body = {{"schema", schema}};
    if (type != "AVRO") body["schemaType"] = type;
    for (const SchemaReference& reference : references) {
      body["references"].push_back({{"name", reference.name}, {"subject", reference.subject}, {"version", reference.version}});
    }
    const std::lock_guard lock(mutex_);
    const Json answer = request("POST", "/subjects/" + escape(subject) + "/versions", body.dump(), "Registering a schema for " + subject);
    latest_.erase(subject);
    return answer.value("id", 0);
  }

  RegisteredSchema schema_by_id(int id) override {
    const std::lock_guard lock(mutex_);
    const auto known = by_id_.find(id);
    if (known != by_id_.end()) return known->second;
    const Json answer = request("GET", "/schemas/ids/" + std::to_string(id), "", "Fetching the schema with the id " + std::to_string(id));
    RegisteredSchema schema = from(answer);
    schema.id = id;
    by_id_[id] = schema;
    return schema;
  }

  std::optional<RegisteredSchema> latest(const std::string& subject) override {
    const std::lock_guard lock(mutex_);
    const auto known = latest_.find(subject);
    if (known != latest_.end() && Clock::now() - known->second.first < kLatestIsFresh) return known->second.second;
    std::optional<RegisteredSchema> found;
    try {
      found = from(request("GET", "/subjects/" + escape(subject) + "/versions/latest", "", "Fetching the latest schema of " + subject));
    } catch (const SchemaRegistryError& e) {
      if (e.kind() != SchemaRegistryError::Kind::kNotFound) throw;
    }
    if (found) latest_[subject] = {Clock::now(), *found};
    return found;
  }

  std::vector<std::string> subjects() override {
    const std::lock_guard lock(mutex_);
    return request("GET", "/subjects", "", "Listing the subjects").get<std::vector<std::string>>();
  }

  void delete_subject(const std::string& subject) override {
    const std::lock_guard lock(mutex_);
    latest_.erase(subject);
    request("DELETE", "/subjects/" + escape(subject), "", "Deleting the subject " + subject);
  }

  std::string description() const override { return "the Schema Registry at " + options_.url; }

 private:
  static RegisteredSchema from(const Json& answer) {
    RegisteredSchema schema;
    schema.id = answer.value("id", 0);
    schema.version = answer.value("version", 0);
    schema.subject = answer.value("subject", "");
    schema.type = answer.value("schemaType", "AVRO");
    schema.schema = answer.value("schema", "");
    for (const Json& reference : answer.value("references", Json::array())) {
      schema.references.push_back({reference.value("name", ""), reference.value("subject", ""), reference.value("version", 0)});
    }
    return schema;
  }

  std::string escape(const std::string& text) const {
    char* escaped = curl_easy_escape(curl_, text.c_str(), static_cast<int>(text.size()));
    std::string out = escaped == nullptr ? text : escaped;
    curl_free(escaped);
    return out;
  }

  // Tries the addresses in turn, the one that answered last first. `what` begins the message of an error.
  Json request(const char* method, const std::string& path, const std::string& body, const std::string& what) {
    std::string reasons;
    for (size_t attempt = 0; attempt < urls_.size(); ++attempt) {
      const std::string& url = urls_[(preferred_ + attempt) % urls_.size()];
      std::string answer;
      long status = 0;
      const std::string failure = perform(method, url + path, body, answer, status);
      if (!failure.empty() || status >= 500) {
        reasons += (reasons.empty() ? "" : "; ") + url + ": " + (failure.empty() ? "HTTP " + std::to_string(status) : failure);
        continue;
      }
      preferred_ = (preferred_ + attempt) % urls_.size();
      return judge(status, answer, url, what);
    }
    throw SchemaRegistryError(SchemaRegistryError::Kind::kUnavailable, what + " failed: the Schema Registry can't be reached (" + reasons + ").");
  }

  static Json judge(long status, const std::string& text, const std::string& url, const std::string& what) {
    Json answer = Json::parse(text, nullptr, false);
    if (status >= 200 && status < 300) {
      if (answer.is_discarded()) {
        throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid, what + ": " + url + " answered with no JSON. Is it a Schema Registry?");
      }
      return answer;
    }
    std::string reason = "HTTP " + std::to_string(status);
    if (answer.is_object()) reason += ", " + answer.value("message", "no reason given");
    using Kind = SchemaRegistryError::Kind;
    const Kind kind = status == 404                    ? Kind::kNotFound
                      : status == 409                  ? Kind::kIncompatible
                      : status == 401 || status == 403 ? Kind::kUnauthorized
                      : status == 429                  ? Kind::kUnavailable
                                                       : Kind::kInvalid;
    throw SchemaRegistryError(kind, what + " at " + url + ": " + reason +
                                        (kind == Kind::kUnauthorized ? ". Check schema.registry.basic.auth.user.info." : ""));
  }

  std::string perform(const char* method, const std::string& url, const std::string& body, std::string& answer, long& status) {
    curl_easy_reset(curl_);
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout_ms));
    curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYPEER, options_.verify_tls ? 1L : 0L);
    curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYHOST, options_.verify_tls ? 2L : 0L);
    if (!options_.ca_file.empty()) curl_easy_setopt(curl_, CURLOPT_CAINFO, options_.ca_file.c_str());
    if (!options_.username.empty()) {
      curl_easy_setopt(curl_, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
      curl_easy_setopt(curl_, CURLOPT_USERNAME, options_.username.c_str());
      curl_easy_setopt(curl_, CURLOPT_PASSWORD, options_.password.c_str());
    }
    curl_slist* headers = curl_slist_append(nullptr, "Accept: application/vnd.schemaregistry.v1+json");
    if (!body.empty()) {
      headers = curl_slist_append(headers, "Content-Type: application/vnd.schemaregistry.v1+json");
      curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body.c_str());
      curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    }
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer);
    const CURLcode code = curl_easy_perform(curl_);
    curl_slist_free_all(headers);
    if (code != CURLE_OK) return curl_easy_strerror(code);
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    return "";
  }

  const SchemaRegistryOptions options_;
  std::mutex mutex_;
  CURL* curl_ = nullptr;
  std::vector<std::string> urls_;
  size_t preferred_ = 0;
  std::map<int, RegisteredSchema> by_id_;
  std::map<std::string, std::pair<Clock::time_point, RegisteredSchema>> latest_;
};

}  // namespace

std::shared_ptr<SchemaRegistry> connect_schema_registry(const SchemaRegistryOptions& options) {
  return std::make_shared<RegistryClient>(options);
}

}  // namespace weir
