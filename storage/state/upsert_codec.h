// Row keys of updatable window stores, in memory and on disk: the time, then the key as it is.
#pragma once

#include <string>
#include <string_view>

#include "storage/state/codec.h"

namespace weir::state {

inline constexpr size_t kUpsertTimeBytes = 8;

inline int64_t upsert_row_time(std::string_view row_key) {
  return row_key.size() < kUpsertTimeBytes ? INT64_MIN : load_time(row_key.data());
}
inline std::string_view upsert_row_key(std::string_view row_key) { return row_key.substr(kUpsertTimeBytes); }
inline void encode_upsert_row(std::string& out, std::string_view key, int64_t time) {
  out.resize(kUpsertTimeBytes);
  store_time(out.data(), time);
  out.append(key);
}

}  // namespace weir::state
