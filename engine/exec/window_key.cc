#include "engine/exec/window_key.h"

#include <limits>

namespace weir {

namespace {

constexpr size_t kWindowTimeBytes = 8;

void append_window_time(std::string& out, int64_t time) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(static_cast<uint64_t>(time) >> shift));
}

int64_t read_window_time(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < kWindowTimeBytes; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return static_cast<int64_t>(value);
}

}  // namespace

std::optional<WindowedKey> split_windowed_key(std::string_view bytes, const WindowInfo& info) {
  const bool session = info.kind == sql::WindowClause::Kind::kSession;
  const size_t suffix = session ? 2 * kWindowTimeBytes : kWindowTimeBytes;
  if (bytes.size() < suffix) return std::nullopt;
  WindowedKey out;
  out.key = bytes.substr(0, bytes.size() - suffix);
  out.window.start = read_window_time(bytes.substr(bytes.size() - kWindowTimeBytes));
  if (session) {
    out.window.end = read_window_time(bytes.substr(bytes.size() - suffix));
  } else if (__builtin_add_overflow(out.window.start, info.size_ms, &out.window.end)) {
    out.window.end = std::numeric_limits<int64_t>::max();
  }
  return out;
}

void append_key_window(std::string& out, const WindowInfo& info, const WindowBounds& window) {
  if (info.kind == sql::WindowClause::Kind::kSession) append_window_time(out, window.end);
  append_window_time(out, window.start);
}

}  // namespace weir
