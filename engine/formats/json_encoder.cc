#include "engine/formats/json_encoder.h"

#include <algorithm>
#include <numeric>

#include "engine/formats/codec.h"

namespace weir {

JsonEncoder::JsonEncoder(const FormatContext& context, std::optional<int> schema_id, std::vector<int> order)
    : is_key_(context.is_key), unwrapped_(is_unwrapped(context)), side_(side_of(context)) {
  if (schema_id) append_schema_header(header_, *schema_id);
  for (const FormatColumn& column : context.columns) {
    names_.push_back(column.name);
    writers_.emplace_back(*column.type);
  }
  if (order.empty()) {
    order.resize(names_.size());
    std::iota(order.begin(), order.end(), 0);
  }
  for (int index : order) {
    const size_t column = static_cast<size_t>(index);
    items_.push_back({ChunkedText((items_.empty() ? "{" : ",") + json_field_prefix(names_[column])), column});
  }
}

void JsonEncoder::begin(std::span<const Column* const> columns) { columns_.assign(columns.begin(), columns.end()); }

bool JsonEncoder::all_null(uint32_t row) const {
  return std::all_of(columns_.begin(), columns_.end(), [row](const Column* column) { return column->is_null(row); });
}

bool JsonEncoder::encode(uint32_t row, std::string& out, bool& is_null, std::string& error) {
  // A key of nothing but nulls is no key; so is an unwrapped value that is null.
  // A key of several columns stays an object, also when all of them are NULL.
  is_null = (unwrapped_ || (is_key_ && columns_.empty())) && all_null(row);
  if (is_null) return true;
  buffer_.clear();
  buffer_.append(header_);
  for (const Item& item : items_) {
    if (!unwrapped_) buffer_.append(item.prefix);
    const size_t c = item.column;
    if (!writers_[c].write(*columns_[c], row, buffer_, error)) {
      error = side_ + ": column " + names_[c] + ": " + error;
      return false;
    }
  }
  if (!unwrapped_ && items_.empty()) buffer_.append('{');
  if (!unwrapped_) buffer_.append('}');
  out.append(buffer_.view());
  return true;
}

}  // namespace weir
