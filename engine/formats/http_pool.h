// HTTP requests by libcurl. Each request takes a handle out of the pool and puts it back with its connection, so that
// several threads ask at the same time and connections are used again. Any thread.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace weir {

struct HttpSettings {
  std::chrono::milliseconds connect_timeout{5000};
  bool verify_tls = true;
  std::string ca_file;           // PEM; empty: the system's
  std::string certificate_file;  // PEM or PKCS12; empty: none
  bool certificate_is_pkcs12 = false;
  std::string key_file;  // PEM; empty: in certificate_file
  std::string key_password;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;                   // without credentials: it may be named in messages
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
  std::string username;  // basic authentication; empty: none
  std::string password;
  std::string bearer_token;  // empty: none
  std::chrono::milliseconds timeout{10000};
};

enum class HttpFailure {
  kNone,
  kPassing,          // a repetition may mend it: connection, timeout
  kPeerCertificate,  // the server's isn't trusted, or is for another address
  kOwnCertificate,   // ours can't be used, or the server refuses it or wants one
  kOther
};

struct HttpOutcome {
  HttpFailure failure = HttpFailure::kNone;
  std::string reason;  // of the failure, in words
  long status = 0;
  std::string body;
};

class HttpPool {
 public:
  explicit HttpPool(HttpSettings settings);
  ~HttpPool();
  HttpPool(const HttpPool&) = delete;
  HttpPool& operator=(const HttpPool&) = delete;

  // Never throws for what happens on the network. Redirects aren't followed: credentials go nowhere else.
  HttpOutcome perform(const HttpRequest& request);

 private:
  void* take();
  void give_back(void* handle);

  const HttpSettings settings_;
  std::mutex mutex_;
  std::vector<void*> idle_;  // CURL*
};

}  // namespace weir
