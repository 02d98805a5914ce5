#include "engine/exec/row_codec.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace weir {

namespace {

constexpr char kRowVersion = 1;

void put_varint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

template <class T>
void put_fixed(std::string& out, T value) {
  static_assert(std::endian::native == std::endian::little);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Reads with bounds: every read past the end is the same error.
class RowReader {
 public:
  explicit RowReader(std::string_view bytes) : next_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  template <class T>
  T fixed() {
    need(sizeof(T));
    T value;
    std::memcpy(&value, next_, sizeof value);
    next_ += sizeof value;
    return value;
  }
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      need(1);
      const auto byte = static_cast<uint8_t>(*next_++);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (!(byte & 0x80)) return value;
    }
    throw std::runtime_error("a stored row is damaged: a length has no end");
  }
  std::string_view take(size_t bytes) {
    need(bytes);
    std::string_view view(next_, bytes);
    next_ += bytes;
    return view;
  }
  void need(size_t bytes) const {
    if (static_cast<size_t>(end_ - next_) < bytes) throw std::runtime_error("a stored row is damaged: it ends too early");
  }
  bool done() const { return next_ == end_; }

 private:
  const char* next_;
  const char* end_;
};

void encode_value(const Column& column, size_t row, std::string& out);

// A null bitmap (bit set: not null) for `count` values starting at `from`, then the values.
void encode_run(const Column& column, size_t from, size_t count, std::string& out) {
  const size_t bitmap = out.size();
  out.append((count + 7) / 8, '\0');
  for (size_t i = 0; i < count; ++i) {
    if (!column.is_valid(from + i)) continue;
    out[bitmap + i / 8] = static_cast<char>(out[bitmap + i / 8] | (1 << (i % 8)));
    encode_value(column, from + i, out);
  }
}

void encode_value(const Column& column, size_t row, std::string& out) {
  switch (column.kind()) {
    case TypeKind::kNull:
      return;
    case TypeKind::kBoolean:
      out.push_back(column.at<uint8_t>(row) ? 1 : 0);
      return;
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      put_fixed(out, column.at<int32_t>(row));
      return;
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      put_fixed(out, column.at<int64_t>(row));
      return;
    case TypeKind::kDouble: {
      // One NaN, so that equal values are equal bytes.
      const double value = column.at<double>(row);
      put_fixed(out, std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value);
      return;
    }
    case TypeKind::kDecimal:
      put_fixed(out, column.at<Int128>(row));
      return;
    case TypeKind::kString:
    case TypeKind::kBytes: {
      const auto view = column.at<std::string_view>(row);
      put_varint(out, view.size());
      out.append(view);
      return;
    }
    case TypeKind::kArray:
    case TypeKind::kMap: {
      const uint32_t from = column.offsets()[row];
      const uint32_t count = column.offsets()[row + 1] - from;
      put_varint(out, count);
      for (size_t c = 0; c < column.child_count(); ++c) encode_run(column.child(c), from, count, out);
      return;
    }
    case TypeKind::kStruct: {
      const size_t bitmap = out.size();
      out.append((column.child_count() + 7) / 8, '\0');
      for (size_t c = 0; c < column.child_count(); ++c) {
        if (!column.child(c).is_valid(row)) continue;
        out[bitmap + c / 8] = static_cast<char>(out[bitmap + c / 8] | (1 << (c % 8)));
        encode_value(column.child(c), row, out);
      }
      return;
    }
  }
}

void decode_value(RowReader& in, Column& column);

void decode_run(RowReader& in, size_t count, Column& column) {
  const std::string_view bitmap = in.take((count + 7) / 8);
  for (size_t i = 0; i < count; ++i) {
    if ((bitmap[i / 8] >> (i % 8)) & 1) {
      decode_value(in, column);
    } else {
      column.append_null();
    }
  }
}

template <class T>
void append_value_of(Column& column, T value) {
  const size_t row = column.size();
  column.resize(row + 1);
  column.set<T>(row, value);
}

void decode_value(RowReader& in, Column& column) {
  switch (column.kind()) {
    case TypeKind::kNull:
      column.append_null();
      return;
    case TypeKind::kBoolean:
      append_value_of<uint8_t>(column, in.fixed<uint8_t>());
      return;
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      append_value_of(column, in.fixed<int32_t>());
      return;
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      append_value_of(column, in.fixed<int64_t>());
      return;
    case TypeKind::kDouble:
      append_value_of(column, in.fixed<double>());
      return;
    case TypeKind::kDecimal:
      append_value_of(column, in.fixed<Int128>());
      return;
    case TypeKind::kString:
    case TypeKind::kBytes: {
      const uint64_t size = in.varint();
      append_value_of(column, in.take(size));
      return;
    }
    case TypeKind::kArray:
    case TypeKind::kMap: {
      const uint64_t count = in.varint();
      for (size_t c = 0; c < column.child_count(); ++c) {
        in.need((count + 7) / 8);  // a damaged count must not make us allocate
        decode_run(in, count, column.child(c));
      }
      column.close_row();
      return;
    }
    case TypeKind::kStruct: {
      const std::string_view bitmap = in.take((column.child_count() + 7) / 8);
      const size_t row = column.size();
      for (size_t c = 0; c < column.child_count(); ++c) {
        if ((bitmap[c / 8] >> (c % 8)) & 1) {
          decode_value(in, column.child(c));
        } else {
          column.child(c).append_null();
        }
      }
      column.resize(row + 1);
      column.set_valid(row);
      return;
    }
  }
}

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
  RowReader in(bytes);
  if (in.fixed<char>() != kRowVersion) throw std::runtime_error("a stored row has a version that this program doesn't know");
  const std::string_view bitmap = in.take((columns.size() + 7) / 8);
  for (size_t c = 0; c < columns.size(); ++c) {
    if ((bitmap[c / 8] >> (c % 8)) & 1) {
      decode_value(in, *columns[c]);
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
