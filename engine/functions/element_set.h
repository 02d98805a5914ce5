// A set of values, each a row of a column, equal as Column::equals has it. Owned by a kernel and reused from row to row
// without giving memory back; one thread. The columns must outlive what was inserted.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/types/column.h"

namespace weir {

class ElementSet {
 public:
  void clear();
  // False if an equal value is there already.
  bool insert(const Column& column, uint32_t row);
  bool contains(const Column& column, uint32_t row) const;

 private:
  struct Slot {
    const Column* column = nullptr;
    uint32_t row = 0;
    uint64_t hash = 0;
  };
  size_t find_slot(const Column& column, uint32_t row, uint64_t hash) const;
  void grow();

  std::vector<Slot> slots_;  // a power of two, at most half full
  size_t size_ = 0;
};

// Equal values have equal hashes.
uint64_t hash_of_row(const Column& column, size_t row);

}  // namespace weir
