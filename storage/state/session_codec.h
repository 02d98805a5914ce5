// Row keys of session stores. In memory: end, escaped key, start. On disk each session has two rows: 'k', escaped key,
// end, start → the session's value, for finding a key's sessions; and 't' and the key in memory → nothing, for finding
// what has ended.
#pragma once

#include <string>
#include <string_view>

#include "storage/state/codec.h"

namespace weir::state {

inline constexpr size_t kSessionTimeBytes = 8;
inline constexpr char kSessionByKey = 'k';
inline constexpr char kSessionByTime = 't';

inline int64_t session_end(std::string_view row_key) { return load_time(row_key.data()); }
inline int64_t session_start(std::string_view row_key) {
  return load_time(row_key.data() + row_key.size() - kSessionTimeBytes);
}
inline std::string_view session_escaped_key(std::string_view row_key) {
  return row_key.substr(kSessionTimeBytes, row_key.size() - 2 * kSessionTimeBytes);
}
inline void encode_session_row(std::string& out, std::string_view escaped_key, int64_t start, int64_t end) {
  out.resize(kSessionTimeBytes);
  store_time(out.data(), end);
  out.append(escaped_key);
  append_time(out, start);
}

inline void encode_session_key_row(std::string& out, std::string_view escaped_key, int64_t start, int64_t end) {
  out.assign(1, kSessionByKey);
  out.append(escaped_key);
  append_time(out, end);
  append_time(out, start);
}
inline bool is_session_key_row(std::string_view disk_key) {
  return disk_key.size() >= 1 + 2 * kSessionTimeBytes && disk_key[0] == kSessionByKey;
}
inline std::string_view session_key_row_prefix(std::string_view disk_key) {
  return disk_key.substr(0, disk_key.size() - 2 * kSessionTimeBytes);
}
// The end in either row on disk.
inline int64_t session_row_time(std::string_view disk_key) {
  if (disk_key.size() < 1 + 2 * kSessionTimeBytes) return INT64_MIN;
  return load_time(is_session_key_row(disk_key) ? disk_key.data() + disk_key.size() - 2 * kSessionTimeBytes
                                                : disk_key.data() + 1);
}

}  // namespace weir::state
