#include "engine/types/value_codec.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "storage/varint.h"

namespace weir {

namespace {

template <class T>
void append_plain(std::string& out, T value) {
  static_assert(std::endian::native == std::endian::little);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void set_bit(std::string& out, size_t bitmap, size_t i) {
  out[bitmap + i / 8] = static_cast<char>(out[bitmap + i / 8] | (1 << (i % 8)));
}

// A null bitmap (bit set: not null) for `count` values, then the values. `row_of(i)` is the row of the i-th.
template <class RowOf>
void encode_run(const Column& column, size_t count, RowOf row_of, std::string& out, MapOrder order) {
  const size_t bitmap = out.size();
  out.append((count + 7) / 8, '\0');
  for (size_t i = 0; i < count; ++i) {
    if (!column.is_valid(row_of(i))) continue;
    set_bit(out, bitmap, i);
    encode_value(column, row_of(i), out, order);
  }
}

void encode_map_by_key(const Column& column, size_t from, size_t count, std::string& out) {
  std::vector<std::pair<std::string, size_t>> entries(count);
  for (size_t i = 0; i < count; ++i) {
    entries[i].second = from + i;
    if (column.child(0).is_valid(from + i)) encode_value(column.child(0), from + i, entries[i].first, MapOrder::kByKey);
  }
  std::sort(entries.begin(), entries.end());
  const auto row_of = [&](size_t i) { return entries[i].second; };
  for (size_t c = 0; c < column.child_count(); ++c) encode_run(column.child(c), count, row_of, out, MapOrder::kByKey);
}

}  // namespace

void encode_value(const Column& column, size_t row, std::string& out, MapOrder order) {
  switch (column.kind()) {
    case TypeKind::kNull:
      return;
    case TypeKind::kBoolean:
      out.push_back(column.at<uint8_t>(row) ? 1 : 0);
      return;
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      append_plain(out, column.at<int32_t>(row));
      return;
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      append_plain(out, column.at<int64_t>(row));
      return;
    case TypeKind::kDouble: {
      // One NaN, so that equal values are equal bytes.
      const double value = column.at<double>(row);
      append_plain(out, std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value);
      return;
    }
    case TypeKind::kDecimal:
      append_plain(out, column.at<Int128>(row));
      return;
    case TypeKind::kString:
    case TypeKind::kBytes: {
      const auto view = column.at<std::string_view>(row);
      append_varint(out, view.size());
      out.append(view);
      return;
    }
    case TypeKind::kArray:
    case TypeKind::kMap: {
      const size_t from = column.offsets()[row];
      const size_t count = column.offsets()[row + 1] - from;
      append_varint(out, count);
      if (column.kind() == TypeKind::kMap && order == MapOrder::kByKey)
        return encode_map_by_key(column, from, count, out);
      const auto row_of = [&](size_t i) { return from + i; };
      for (size_t c = 0; c < column.child_count(); ++c) encode_run(column.child(c), count, row_of, out, order);
      return;
    }
    case TypeKind::kStruct: {
      const size_t bitmap = out.size();
      out.append((column.child_count() + 7) / 8, '\0');
      for (size_t c = 0; c < column.child_count(); ++c) {
        if (!column.child(c).is_valid(row)) continue;
        set_bit(out, bitmap, c);
        encode_value(column.child(c), row, out, order);
      }
      return;
    }
  }
}

uint64_t ValueReader::varint() {
  uint64_t value;
  const char* rest = get_varint(next_, end_, value);
  if (rest == nullptr) throw std::runtime_error("a stored row is damaged: a length has no end");
  next_ = rest;
  return value;
}

void ValueReader::run_into(size_t count, Column& column) {
  const std::string_view bitmap = take((count + 7) / 8);
  for (size_t i = 0; i < count; ++i) {
    if ((bitmap[i / 8] >> (i % 8)) & 1) {
      value_into(column);
    } else {
      column.append_null();
    }
  }
}

void ValueReader::value_into(Column& column) {
  switch (column.kind()) {
    case TypeKind::kNull:
      column.append_null();
      return;
    case TypeKind::kBoolean:
      column.append(fixed<uint8_t>());
      return;
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      column.append(fixed<int32_t>());
      return;
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      column.append(fixed<int64_t>());
      return;
    case TypeKind::kDouble:
      column.append(fixed<double>());
      return;
    case TypeKind::kDecimal:
      column.append(fixed<Int128>());
      return;
    case TypeKind::kString:
    case TypeKind::kBytes: {
      const uint64_t size = varint();
      column.append(take(size));
      return;
    }
    case TypeKind::kArray:
    case TypeKind::kMap: {
      const uint64_t count = varint();
      for (size_t c = 0; c < column.child_count(); ++c) {
        need((count + 7) / 8);  // a damaged count must not make us allocate
        run_into(count, column.child(c));
      }
      column.close_row();
      return;
    }
    case TypeKind::kStruct: {
      const std::string_view bitmap = take((column.child_count() + 7) / 8);
      const size_t row = column.size();
      for (size_t c = 0; c < column.child_count(); ++c) {
        if ((bitmap[c / 8] >> (c % 8)) & 1) {
          value_into(column.child(c));
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

}  // namespace weir
