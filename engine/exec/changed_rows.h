// A change of a table as the value of a repartition record: a version, the old row, then the new one, each with its
// length before it (docs/formats.md, "Repartition topics"). No state; any thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weir {

inline constexpr char kChangedRowsVersion = 1;
inline constexpr uint32_t kNoChangedRow = UINT32_MAX;

inline void append_changed_row(std::optional<std::string_view> row, std::string& out) {
  const uint32_t length = row ? static_cast<uint32_t>(row->size()) : kNoChangedRow;
  out.append(reinterpret_cast<const char*>(&length), sizeof(length));
  if (row) out.append(*row);
}

// Takes the version off the front of `value`; throws std::runtime_error for another one.
inline void take_changed_rows_version(std::string_view& value) {
  if (value.empty() || value[0] != kChangedRowsVersion) {
    throw std::runtime_error("a repartition record of a table has a form that this version doesn't read");
  }
  value.remove_prefix(1);
}

// Takes the next row off the front of `value`.
inline std::optional<std::string_view> take_changed_row(std::string_view& value) {
  uint32_t length = 0;
  if (value.size() < sizeof(length)) throw std::runtime_error("a repartition record of a table is cut short");
  std::memcpy(&length, value.data(), sizeof(length));
  value.remove_prefix(sizeof(length));
  if (length == kNoChangedRow) return std::nullopt;
  if (value.size() < length) throw std::runtime_error("a repartition record of a table is cut short");
  const std::string_view row = value.substr(0, length);
  value.remove_prefix(length);
  return row;
}

}  // namespace weir
