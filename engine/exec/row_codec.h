// Rows of columns ↔ compact bytes: what state stores, changelogs and repartition topics hold (docs/formats.md, "Rows").
// Equal values are equal bytes, so an encoded row of the key columns serves as a store's key; different rows of the
// same types never share bytes. Made for one list of types; stateless afterwards, any thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/types/column.h"

namespace weir {

class RowCodec {
 public:
  explicit RowCodec(std::vector<TypePtr> types) : types_(std::move(types)) {}

  const std::vector<TypePtr>& types() const { return types_; }

  // Appends row `row` of the columns (one for each type).
  void encode(std::span<const Column* const> columns, uint32_t row, std::string& out) const;
  // Appends one row to each column. String views point into `bytes`. Throws std::runtime_error for bytes that aren't
  // such a row.
  void decode(std::string_view bytes, std::span<Column* const> columns) const;
  void decode_nulls(std::span<Column* const> columns) const;

 private:
  std::vector<TypePtr> types_;
};

}  // namespace weir
