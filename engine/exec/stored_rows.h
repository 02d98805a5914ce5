// How a table's rows lie in a key-value store: the key columns' bytes, with the window's bounds behind them if the key is windowed;
// the row's time before its value columns' bytes (docs/formats.md, "Tables"). No state; any thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/types/batch.h"

namespace weir {

inline void append_stored_time(int64_t time, std::string& out) {
  out.append(reinterpret_cast<const char*>(&time), sizeof(time));
}
inline int64_t stored_time(std::string_view value) {
  int64_t time;
  std::memcpy(&time, value.data(), sizeof(time));
  return time;
}
inline std::string_view stored_row(std::string_view value) { return value.substr(sizeof(int64_t)); }

inline void append_window(const WindowBounds& window, std::string& out) {
  append_stored_time(window.start, out);
  append_stored_time(window.end, out);
}

}  // namespace weir
