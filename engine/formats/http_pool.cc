#include "engine/formats/http_pool.h"

#include <curl/curl.h>

namespace weir {
namespace {

constexpr size_t kLargestAnswer = 16u << 20;
constexpr size_t kIdleHandles = 8;

struct HttpAnswerBuffer {
  std::string text;
  bool too_large = false;
};

size_t take_http_answer(char* data, size_t size, size_t count, void* target) {
  auto& out = *static_cast<HttpAnswerBuffer*>(target);
  out.too_large = out.text.size() + size * count > kLargestAnswer;
  if (out.too_large) return 0;
  out.text.append(data, size * count);
  return size * count;
}

// A server that wants a certificate, or another than it got, says so with an alert; since TLS 1.3 only after the
// handshake. The alert's name is in OpenSSL's text alone.
bool is_refused_certificate(std::string_view detail) {
  return detail.find("alert") != detail.npos &&
         (detail.find("certificate") != detail.npos || detail.find("unknown ca") != detail.npos);
}

HttpFailure failure_of(CURLcode code, std::string_view detail) {
  switch (code) {
    case CURLE_OK:
      return HttpFailure::kNone;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return HttpFailure::kPeerCertificate;
    case CURLE_SSL_CERTPROBLEM:
      return HttpFailure::kOwnCertificate;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:  // a connection that broke in the handshake, too
      return is_refused_certificate(detail) ? HttpFailure::kOwnCertificate : HttpFailure::kPassing;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return HttpFailure::kPassing;
    default:
      return HttpFailure::kOther;
  }
}

std::string failure_text(CURLcode code, const char* detail, const HttpAnswerBuffer& answer) {
  if (answer.too_large) return "the answer is larger than " + std::to_string(kLargestAnswer >> 20) + " MB";
  return *detail != '\0' ? detail : curl_easy_strerror(code);
}

}  // namespace

HttpPool::HttpPool(HttpSettings settings) : settings_(std::move(settings)) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

HttpPool::~HttpPool() {
  for (void* handle : idle_) curl_easy_cleanup(handle);
}

void* HttpPool::take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return curl_easy_init();
  void* handle = idle_.back();
  idle_.pop_back();
  return handle;
}

void HttpPool::give_back(void* handle) {
  curl_easy_reset(handle);  // keeps the connection, forgets the credentials
  {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kIdleHandles) {
      idle_.push_back(handle);
      return;
    }
  }
  curl_easy_cleanup(handle);
}

HttpOutcome HttpPool::perform(const HttpRequest& request) {
  HttpOutcome outcome;
  CURL* curl = take();
  if (curl == nullptr) {
    outcome.failure = HttpFailure::kOther;
    outcome.reason = "libcurl has no memory for a request";
    return outcome;
  }
  HttpAnswerBuffer answer;
  char detail[CURL_ERROR_SIZE] = "";
  curl_slist* headers = nullptr;
  for (const std::string& header : request.headers) headers = curl_slist_append(headers, header.c_str());

  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "weir/" WEIR_VERSION);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings_.connect_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_http_answer);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, settings_.verify_tls ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, settings_.verify_tls ? 2L : 0L);
  if (!settings_.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, settings_.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);  // these and no others
  }
  if (!settings_.certificate_file.empty()) {
    const std::string& key = settings_.key_file.empty() ? settings_.certificate_file : settings_.key_file;
    curl_easy_setopt(curl, CURLOPT_SSLCERT, settings_.certificate_file.c_str());
    curl_easy_setopt(curl, CURLOPT_SSLCERTTYPE, settings_.certificate_is_pkcs12 ? "P12" : "PEM");
    if (!settings_.certificate_is_pkcs12) curl_easy_setopt(curl, CURLOPT_SSLKEY, key.c_str());
    if (!settings_.key_password.empty()) curl_easy_setopt(curl, CURLOPT_KEYPASSWD, settings_.key_password.c_str());
  }
  if (!request.bearer_token.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, request.bearer_token.c_str());
  } else if (!request.username.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    curl_easy_setopt(curl, CURLOPT_USERNAME, request.username.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, request.password.c_str());
  }
  if (!request.body.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
  }

  const CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_OK) {
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &outcome.status);
    outcome.body = std::move(answer.text);
  } else {
    outcome.failure = failure_of(code, detail);
    outcome.reason = failure_text(code, detail, answer);
  }
  give_back(curl);
  curl_slist_free_all(headers);
  return outcome;
}

}  // namespace weir
