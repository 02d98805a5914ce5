// Validity bitmaps as kernels handle them: whole words. Bits beyond the rows are unspecified on both sides.
#pragma once

#include <cstdint>
#include <utility>

#include "engine/functions/kernels.h"
#include "engine/types/column.h"

namespace weir {

inline size_t validity_words_for(uint32_t rows) { return (rows + 63) / 64; }

inline uint64_t validity_tail_mask(uint32_t rows) {
  return (rows & 63) == 0 ? ~uint64_t{0} : (uint64_t{1} << (rows & 63)) - 1;
}

inline bool all_valid(const Column& column, uint32_t rows) {
  const uint64_t* words = column.validity_words();
  const size_t count = validity_words_for(rows);
  if (count == 0) return true;
  uint64_t all = ~uint64_t{0};
  for (size_t w = 0; w + 1 < count; ++w) all &= words[w];
  return all == ~uint64_t{0} && (words[count - 1] | ~validity_tail_mask(rows)) == ~uint64_t{0};
}

inline void copy_validity(const Column& from, uint32_t rows, Column& out) {
  const uint64_t* a = from.validity_words();
  uint64_t* target = out.validity_words();
  for (size_t w = 0, count = validity_words_for(rows); w < count; ++w) target[w] = a[w];
}

// A row is valid where it is valid in both.
inline void intersect_validity(const Column& left, const Column& right, uint32_t rows, Column& out) {
  const uint64_t* a = left.validity_words();
  const uint64_t* b = right.validity_words();
  uint64_t* target = out.validity_words();
  for (size_t w = 0, count = validity_words_for(rows); w < count; ++w) target[w] = a[w] & b[w];
}

// Calls body(row) for every valid row.
template <class Body>
void for_each_valid(const Column& column, uint32_t rows, Body&& body) {
  const uint64_t* words = column.validity_words();
  for_each_row_in(
      rows, [words](uint32_t word) { return words[word]; }, std::forward<Body>(body));
}

}  // namespace weir
