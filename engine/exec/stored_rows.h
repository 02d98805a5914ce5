// How a table's rows lie in a key-value store: the key columns' bytes, with the window's bounds behind them if the key
// is windowed; a version and the row's time before its value columns' bytes (docs/formats.md, "Tables"). No state; any
// thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "engine/types/batch.h"

namespace weir {

inline constexpr char kStoredRowVersion = 1;

inline void append_stored_time(int64_t time, std::string& out) {
  out.push_back(kStoredRowVersion);
  out.append(reinterpret_cast<const char*>(&time), sizeof(time));
}
// Throws std::runtime_error for a value of another version.
inline int64_t stored_time(std::string_view value) {
  int64_t time;
  if (value.size() <= sizeof(time) || value[0] != kStoredRowVersion) {
    throw std::runtime_error("the state has a row of a form that this version doesn't read");
  }
  std::memcpy(&time, value.data() + 1, sizeof(time));
  return time;
}
inline std::string_view stored_row(std::string_view value) {
  stored_time(value);  // checks the form
  return value.substr(1 + sizeof(int64_t));
}

inline void append_window(const WindowBounds& window, std::string& out) {
  out.append(reinterpret_cast<const char*>(&window.start), sizeof(window.start));
  out.append(reinterpret_cast<const char*>(&window.end), sizeof(window.end));
}

}  // namespace weir
