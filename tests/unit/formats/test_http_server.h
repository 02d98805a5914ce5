// A small HTTP/1.1 server for tests of clients, with or without TLS: each connection has a thread, each request is
// given to a function.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace weir::test {

struct TestHttpRequest {
  std::string method, target, body;
  std::map<std::string, std::string> headers;  // names in lower case
};

struct TestHttpResponse {
  int status = 200;
  std::string body = "{}";
  bool hang_up = false;  // close the connection without an answer
};

// PEM files. With `client_ca`, clients have to show a certificate that it signed.
struct TestTls {
  std::string certificate, key, client_ca;
};

class TestHttpServer {
 public:
  using Handler = std::function<TestHttpResponse(const TestHttpRequest&)>;

  explicit TestHttpServer(Handler handler) : TestHttpServer(std::move(handler), TestTls{}) {}
  TestHttpServer(Handler handler, const TestTls& tls) : handler_(std::move(handler)), tls_(nullptr, SSL_CTX_free) {
    if (!tls.certificate.empty()) use_tls(tls);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, 64) != 0 || getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("the test's HTTP server can't listen");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~TestHttpServer() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      shutdown(listener_, SHUT_RDWR);
      for (const int connection : open_) shutdown(connection, SHUT_RDWR);
    }
    acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    close(listener_);
  }

  std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url() const { return (tls_ ? "https://" : "http://") + authority(); }

  std::vector<TestHttpRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  size_t connections() {
    const std::lock_guard lock(mutex_);
    return threads_.size();
  }

 private:
  void accept_all() {
    while (true) {
      const int connection = accept(listener_, nullptr, nullptr);
      const std::lock_guard lock(mutex_);
      if (closed_ || connection < 0) {
        if (connection >= 0) close(connection);
        return;
      }
      open_.push_back(connection);
      threads_.emplace_back([this, connection] { serve(connection); });
    }
  }

  // One connection's bytes, in clear or through TLS.
  class Transport {
   public:
    Transport(int socket, SSL_CTX* tls) : socket_(socket), tls_(tls == nullptr ? nullptr : SSL_new(tls), SSL_free) {
      if (tls_) SSL_set_fd(tls_.get(), socket);
    }
    bool open() { return !tls_ || SSL_accept(tls_.get()) == 1; }
    bool read(std::string& to) {
      char part[4096];
      const ssize_t size = tls_ ? SSL_read(tls_.get(), part, sizeof part) : recv(socket_, part, sizeof part, 0);
      if (size > 0) to.append(part, static_cast<size_t>(size));
      return size > 0;
    }
    bool write(const std::string& text) {
      const ssize_t size = tls_ ? SSL_write(tls_.get(), text.data(), static_cast<int>(text.size()))
                                : send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      return size == static_cast<ssize_t>(text.size());
    }

   private:
    const int socket_;
    std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
  };

  void use_tls(const TestTls& tls) {
    signal(SIGPIPE, SIG_IGN);  // SSL_write() has no MSG_NOSIGNAL
    tls_.reset(SSL_CTX_new(TLS_server_method()));
    bool usable = SSL_CTX_use_certificate_file(tls_.get(), tls.certificate.c_str(), SSL_FILETYPE_PEM) == 1 &&
                  SSL_CTX_use_PrivateKey_file(tls_.get(), tls.key.c_str(), SSL_FILETYPE_PEM) == 1;
    if (!tls.client_ca.empty()) {
      usable = usable && SSL_CTX_load_verify_file(tls_.get(), tls.client_ca.c_str()) == 1;
      SSL_CTX_set_verify(tls_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    if (!usable) throw std::runtime_error("the test's HTTP server can't use its certificates");
  }

  void serve(int connection) {
    std::string input;
    TestHttpRequest request;
    Transport transport(connection, tls_.get());
    const bool is_open = transport.open();
    while (is_open && read_request(transport, input, request)) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      const TestHttpResponse response = handler_(request);
      if (response.hang_up) break;
      const std::string text = "HTTP/1.1 " + std::to_string(response.status) +
                               " Test\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" +
                               response.body;
      if (!transport.write(text)) break;
    }
    const std::lock_guard lock(mutex_);
    open_.erase(std::find(open_.begin(), open_.end(), connection));
    close(connection);
  }

  // False: the connection was closed.
  static bool read_request(Transport& transport, std::string& input, TestHttpRequest& request) {
    while (input.find("\r\n\r\n") == std::string::npos) {
      if (!transport.read(input)) return false;
    }
    request = {};
    const size_t head_end = input.find("\r\n\r\n");
    size_t at = input.find("\r\n");
    const std::string first = input.substr(0, at);
    request.method = first.substr(0, first.find(' '));
    request.target = first.substr(request.method.size() + 1, first.rfind(' ') - request.method.size() - 1);
    while (at < head_end) {
      const size_t begin = at + 2;
      at = input.find("\r\n", begin);
      const std::string line = input.substr(begin, at - begin);
      std::string name = line.substr(0, line.find(':'));
      std::transform(name.begin(), name.end(), name.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
      const size_t value = line.find_first_not_of(' ', name.size() + 1);
      request.headers[name] = value == std::string::npos ? "" : line.substr(value);
    }
    const size_t length =
        request.headers.contains("content-length") ? std::stoul(request.headers["content-length"]) : 0;
    while (input.size() < head_end + 4 + length) {
      if (!transport.read(input)) return false;
    }
    request.body = input.substr(head_end + 4, length);
    input.erase(0, head_end + 4 + length);
    return true;
  }

  const Handler handler_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
  int listener_ = -1;
  int port_ = 0;
  std::thread acceptor_;
  std::mutex mutex_;
  bool closed_ = false;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::vector<TestHttpRequest> requests_;
};

}  // namespace weir::test
