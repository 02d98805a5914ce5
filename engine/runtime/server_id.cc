#include "engine/runtime/server_id.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "engine/runtime/uuid.h"
#include "engine/sql/error.h"

namespace weir {

namespace {

constexpr size_t kUuidLength = 36;

// The id that the file holds; nullopt when it is new, or was cut short by a crash.
std::optional<std::string> stored_server_id(int file) {
  std::array<char, kUuidLength> text;
  if (pread(file, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (dash ? text[i] != '-' : !digit) return std::nullopt;
  }
  return std::string(text.data(), text.size());
}

}  // namespace

ServerId::ServerId(const std::string& state_dir) {
  if (state_dir.empty()) {
    id_ = random_uuid();
    return;
  }
  const auto refuse = [&](const std::string& reason) {
    throw StatementError(StatementError::Kind::kInvalid, "The state directory " + state_dir + " can't be used: " +
                                                             reason + ". Give another with --data-dir or state.dir.");
  };
  std::error_code failure;
  std::filesystem::create_directories(state_dir, failure);
  if (failure) refuse(failure.message());
  const std::string path = state_dir + "/server-id";
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) refuse(path + ": " + std::generic_category().message(errno));
  try {
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) refuse(path + " can't be locked: " + std::generic_category().message(errno));
      throw StatementError(StatementError::Kind::kUnavailable,
                           "The state directory " + state_dir +
                               " is in use by another process of Weir. Stop that process, or give this one a directory "
                               "of its own with --data-dir or state.dir.");
    }
    if (auto stored = stored_server_id(file_)) {
      id_ = std::move(*stored);
      return;
    }
    id_ = random_uuid();
    const std::string text = id_ + "\n";
    if (ftruncate(file_, 0) != 0 || pwrite(file_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()) ||
        fsync(file_) != 0) {
      refuse(path + " can't be written: " + std::generic_category().message(errno));
    }
  } catch (...) {
    close(file_);
    throw;
  }
}

ServerId::~ServerId() {
  if (file_ >= 0) close(file_);
}

}  // namespace weir
