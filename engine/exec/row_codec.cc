#include "engine/exec/row_codec.h"

#include <stdexcept>

#include "engine/types/value_codec.h"

namespace weir {

namespace {

constexpr char kRowVersion = 1;

}  // namespace

void RowCodec::encode(std::span<const Column* const> columns, uint32_t row, std::string& out) const {
  out.push_back(kRowVersion);
  const size_t bitmap = out.size();
  out.append((columns.size() + 7) / 8, '\0');
  for (size_t c = 0; c < columns.size(); ++c) {
    if (!columns[c]->is_valid(row)) continue;
    out[bitmap + c / 8] = static_cast<char>(out[bitmap + c / 8] | (1 << (c % 8)));
    encode_value(*columns[c], row, out);
  }
}

void RowCodec::decode(std::string_view bytes, std::span<Column* const> columns) const {
  ValueReader in(bytes);
  if (in.fixed<char>() != kRowVersion)
    throw std::runtime_error("a stored row has a version that this program doesn't know");
  const std::string_view bitmap = in.take((columns.size() + 7) / 8);
  for (size_t c = 0; c < columns.size(); ++c) {
    if ((bitmap[c / 8] >> (c % 8)) & 1) {
      in.value_into(*columns[c]);
    } else {
      columns[c]->append_null();
    }
  }
  if (!in.done()) throw std::runtime_error("a stored row is damaged: bytes follow its end");
}

void RowCodec::decode_nulls(std::span<Column* const> columns) const {
  for (Column* column : columns) column->append_null();
}

}  // namespace weir
