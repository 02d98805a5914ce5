// Values of any type ↔ compact bytes: what rows in state stores, changelogs and repartition topics and the states of
// aggregates are made of (docs/formats.md, "Rows"). No state; any thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "engine/types/column.h"

namespace weir {

// A MAP's entries as they stand, or by key, so that maps that are equal whatever their order are equal bytes too.
enum class MapOrder { kAsIs, kByKey };

// Appends row `row`, which isn't NULL.
void encode_value(const Column& column, size_t row, std::string& out, MapOrder order = MapOrder::kAsIs);

// Takes bytes from the front of some that were stored. Reading past the end throws std::runtime_error: they are
// damaged.
class ValueReader {
 public:
  explicit ValueReader(std::string_view bytes) : next_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  template <class T>
  T fixed() {
    need(sizeof(T));
    T value;
    std::memcpy(&value, next_, sizeof value);
    next_ += sizeof value;
    return value;
  }
  uint64_t varint();
  std::string_view take(size_t bytes) {
    need(bytes);
    std::string_view view(next_, bytes);
    next_ += bytes;
    return view;
  }
  // Appends what encode_value wrote for a column of that type. Views point into the bytes.
  void value_into(Column& column);
  bool done() const { return next_ == end_; }
  size_t left() const { return static_cast<size_t>(end_ - next_); }

 private:
  void need(size_t bytes) const {
    if (left() < bytes) throw std::runtime_error("a stored row is damaged: it ends too early");
  }
  void run_into(size_t count, Column& column);

  const char* next_;
  const char* end_;
};

}  // namespace weir
