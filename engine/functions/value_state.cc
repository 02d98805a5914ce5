#include "engine/functions/value_state.h"

#include <stdexcept>

#include "engine/functions/fixed_state.h"
#include "engine/functions/value_order.h"
#include "storage/varint.h"

namespace weir {
namespace {

bool is_text_or_bytes(TypeKind kind) { return kind == TypeKind::kString || kind == TypeKind::kBytes; }

// The value's bytes behind the element's length.
std::string_view element_value(std::string_view element) {
  ValueReader in(element);
  return in.take(in.varint() - 1);
}

template <class T>
int compare_fixed(std::string_view a, std::string_view b) {
  const T x = read_fixed<T>(a);
  const T y = read_fixed<T>(b);
  return x < y ? -1 : (y < x ? 1 : 0);
}

}  // namespace

std::string_view ElementCodec::encode(const Column& column, uint32_t row) {
  element_.clear();
  if (column.is_null(row)) {
    element_.push_back('\0');
    return element_;
  }
  value_.clear();
  // Text has its length in front as an element already.
  if (is_text_or_bytes(column.kind())) {
    value_.append(column.at<std::string_view>(row));
  } else {
    encode_value(column, row, value_, order_);
  }
  append_varint(element_, value_.size() + 1);
  element_.append(value_);
  return element_;
}

void ElementCodec::decode(std::string_view element, Column& out) const {
  if (is_null_element(element)) return out.append_null();
  const std::string_view value = element_value(element);
  if (is_text_or_bytes(type_->kind())) return out.append(value);
  ValueReader(value).value_into(out);
}

int ElementCodec::compare(std::string_view a, std::string_view b) const {
  a = element_value(a);
  b = element_value(b);
  switch (type_->kind()) {
    case TypeKind::kBoolean:
      return compare_fixed<uint8_t>(a, b);
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      return compare_fixed<int32_t>(a, b);
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      return compare_fixed<int64_t>(a, b);
    case TypeKind::kDouble:
      return compare_doubles(read_fixed<double>(a), read_fixed<double>(b));
    case TypeKind::kDecimal:
      return compare_fixed<Int128>(a, b);
    case TypeKind::kString:
      return compare_text(a, b);
    case TypeKind::kBytes:
      return compare_bytes(a, b);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct:
    case TypeKind::kNull:
      break;
  }
  throw std::logic_error("an aggregate compares values of a type without an order");
}

std::string_view take_bytes(std::string_view& list, size_t bytes) {
  if (list.size() < bytes) throw std::runtime_error("the stored state of an aggregate is damaged: it ends too early");
  const std::string_view taken = list.substr(0, bytes);
  list.remove_prefix(bytes);
  return taken;
}

std::string_view take_element(std::string_view& list) {
  ValueReader in(list);
  const uint64_t size = in.varint();
  const size_t prefix = list.size() - in.left();
  if (size > list.size()) throw std::runtime_error("the stored state of an aggregate is damaged: it ends too early");
  return take_bytes(list, prefix + (size == 0 ? 0 : size - 1));
}

}  // namespace weir
