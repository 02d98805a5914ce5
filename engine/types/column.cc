#include "engine/types/column.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace weir {

size_t storage_width(TypeKind kind) {
  switch (kind) {
    case TypeKind::kNull:
    case TypeKind::kBoolean:
      return sizeof(uint8_t);
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      return sizeof(int32_t);
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      return sizeof(int64_t);
    case TypeKind::kDouble:
      return sizeof(double);
    case TypeKind::kDecimal:
      return sizeof(Int128);
    case TypeKind::kString:
    case TypeKind::kBytes:
      return sizeof(std::string_view);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct:
      return 0;
  }
  return 0;
}

namespace {

bool has_offsets(TypeKind kind) { return kind == TypeKind::kArray || kind == TypeKind::kMap; }

bool same_double(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

}  // namespace

Column::Column(TypePtr type, size_t rows) : type_(std::move(type)), width_(storage_width(type_->kind())) {
  switch (type_->kind()) {
    case TypeKind::kArray:
      children_.push_back(std::make_shared<Column>(type_->element()));
      break;
    case TypeKind::kMap:
      children_.push_back(std::make_shared<Column>(type_->map_key()));
      children_.push_back(std::make_shared<Column>(type_->map_value()));
      break;
    case TypeKind::kStruct:
      for (const StructField& field : type_->fields()) children_.push_back(std::make_shared<Column>(field.type));
      break;
    default:
      break;
  }
  if (has_offsets(type_->kind())) offsets_.push_back(0);
  resize(rows);
}

void Column::resize_data(size_t rows) {
  if (width_ > 0) {
    data_.resize(rows * width_);
  } else if (has_offsets(kind())) {
    const uint32_t end = offsets_.back();
    offsets_.resize(rows + 1, end);
  } else {
    for (const std::shared_ptr<Column>& child : children_) child->resize(rows);
  }
}

void Column::resize(size_t rows) {
  validity_.resize((rows + 63) / 64 + (rows == 0 ? 1 : 0), 0);
  // A shrunken column may have left bits set beyond its end.
  if (rows > size_ && (size_ & 63) != 0) validity_[size_ >> 6] &= (uint64_t{1} << (size_ & 63)) - 1;
  if (rows > size_ && (size_ & 63) == 0) validity_[size_ >> 6] = 0;
  if (rows < size_ && has_offsets(kind())) {
    for (const std::shared_ptr<Column>& child : children_) child->resize(offsets_[rows]);
  }
  resize_data(rows);
  size_ = rows;
}

void Column::recycle(size_t rows) {
  validity_.assign(std::max<size_t>((rows + 63) / 64, 1), 0);
  size_ = rows;
  if (has_offsets(kind())) {
    offsets_.assign(rows + 1, 0);
    for (const std::shared_ptr<Column>& child : children_) child->recycle(0);
  } else if (width_ == 0) {
    for (const std::shared_ptr<Column>& child : children_) child->recycle(rows);
  } else {
    data_.resize(rows * width_);
    if (kind() == TypeKind::kString || kind() == TypeKind::kBytes) std::fill(data_.begin(), data_.end(), std::byte{0});
  }
}

void Column::reserve(size_t rows) {
  validity_.reserve((rows + 63) / 64);
  if (width_ > 0) data_.reserve(rows * width_);
  if (has_offsets(kind())) offsets_.reserve(rows + 1);
  if (kind() == TypeKind::kStruct) {
    for (const std::shared_ptr<Column>& child : children_) child->reserve(rows);
  }
}

void Column::set_all_valid() { std::fill(validity_.begin(), validity_.end(), ~uint64_t{0}); }

void Column::append_null() { resize(size_ + 1); }

void Column::close_row() {
  const size_t row = size_++;
  validity_.resize((size_ + 63) / 64, 0);
  set_valid(row);
  offsets_.push_back(static_cast<uint32_t>(children_[0]->size()));
}

void Column::close_struct_row() {
  const size_t row = size_++;
  validity_.resize((size_ + 63) / 64, 0);
  set_valid(row);
}

void Column::append_from(const Column& from, size_t row) {
  if (from.is_null(row)) {
    append_null();
    return;
  }
  if (width_ > 0) {
    const size_t at = size_;
    resize(at + 1);
    std::memcpy(data_.data() + at * width_, from.data_.data() + row * width_, width_);
    set_valid(at);
  } else if (has_offsets(kind())) {
    for (size_t i = 0; i < children_.size(); ++i) {
      for (size_t e = from.offsets_[row]; e < from.offsets_[row + 1]; ++e) children_[i]->append_from(from.child(i), e);
    }
    close_row();
  } else {
    for (size_t i = 0; i < children_.size(); ++i) children_[i]->append_from(from.child(i), row);
    close_struct_row();
  }
}

Value Column::value(size_t row) const {
  if (is_null(row)) return {};
  switch (kind()) {
    case TypeKind::kNull:
      return {};
    case TypeKind::kBoolean:
      return Value(at<uint8_t>(row) != 0);
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      return Value(at<int32_t>(row));
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      return Value(at<int64_t>(row));
    case TypeKind::kDouble:
      return Value(at<double>(row));
    case TypeKind::kDecimal:
      return Value(at<Int128>(row));
    case TypeKind::kString:
    case TypeKind::kBytes:
      return Value(std::string(at<std::string_view>(row)));
    case TypeKind::kArray: {
      ValueList list;
      for (size_t e = offsets_[row]; e < offsets_[row + 1]; ++e) list.push_back(child(0).value(e));
      return Value(std::move(list));
    }
    case TypeKind::kMap: {
      ValueMap map;
      for (size_t e = offsets_[row]; e < offsets_[row + 1]; ++e) {
        map.emplace_back(child(0).value(e), child(1).value(e));
      }
      return Value(std::move(map));
    }
    case TypeKind::kStruct: {
      ValueList fields;
      for (const std::shared_ptr<Column>& field : children_) fields.push_back(field->value(row));
      return Value(std::move(fields));
    }
  }
  return {};
}

void Column::append_value(const Value& value, Arena& arena) {
  if (value.is_null()) {
    append_null();
    return;
  }
  switch (kind()) {
    case TypeKind::kNull:
      append_null();
      break;
    case TypeKind::kBoolean:
      append<uint8_t>(value.as_bool() ? 1 : 0);
      break;
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      append<int32_t>(static_cast<int32_t>(value.as_int()));
      break;
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      append<int64_t>(value.as_int());
      break;
    case TypeKind::kDouble:
      append<double>(value.as_double());
      break;
    case TypeKind::kDecimal:
      append<Int128>(value.as_decimal());
      break;
    case TypeKind::kString:
    case TypeKind::kBytes:
      append<std::string_view>(arena.copy(value.as_string()));
      break;
    case TypeKind::kArray:
      for (const Value& element : value.as_list()) child(0).append_value(element, arena);
      close_row();
      break;
    case TypeKind::kMap:
      for (const auto& [key, mapped] : value.as_map()) {
        child(0).append_value(key, arena);
        child(1).append_value(mapped, arena);
      }
      close_row();
      break;
    case TypeKind::kStruct: {
      const ValueList& fields = value.as_list();
      for (size_t i = 0; i < children_.size(); ++i) {
        child(i).append_value(i < fields.size() ? fields[i] : Value(), arena);
      }
      close_struct_row();
      break;
    }
  }
}

std::shared_ptr<Column> Column::gather(const uint32_t* rows, size_t count) const {
  auto out = std::make_shared<Column>(type_);
  if (has_offsets(kind())) {
    std::vector<uint32_t> elements;
    out->offsets_.reserve(count + 1);
    for (size_t i = 0; i < count; ++i) {
      for (uint32_t e = offsets_[rows[i]]; e < offsets_[rows[i] + 1]; ++e) elements.push_back(e);
      out->offsets_.push_back(static_cast<uint32_t>(elements.size()));
    }
    for (size_t c = 0; c < children_.size(); ++c) {
      out->children_[c] = children_[c]->gather(elements.data(), elements.size());
    }
  } else if (width_ == 0) {
    for (size_t c = 0; c < children_.size(); ++c) out->children_[c] = children_[c]->gather(rows, count);
  } else {
    out->data_.resize(count * width_);
    with_constant_width(width_, [&](auto width) {
      const std::byte* source = data_.data();
      std::byte* target = out->data_.data();
      for (size_t i = 0; i < count; ++i) std::memcpy(target + i * width, source + rows[i] * width, width);
    });
  }
  out->size_ = count;
  out->validity_.assign(std::max<size_t>((count + 63) / 64, 1), 0);
  for (size_t i = 0; i < count; ++i) {
    out->validity_[i >> 6] |= static_cast<uint64_t>(is_valid(rows[i])) << (i & 63);
  }
  return out;
}

std::shared_ptr<Column> Column::slice(size_t from, size_t count) const {
  from = std::min(from, size_);
  count = std::min(count, size_ - from);
  auto out = std::make_shared<Column>(type_);
  if (has_offsets(kind())) {
    const uint32_t first = offsets_[from];
    out->offsets_.resize(count + 1);
    for (size_t i = 0; i <= count; ++i) out->offsets_[i] = offsets_[from + i] - first;
    for (size_t c = 0; c < children_.size(); ++c) {
      out->children_[c] = children_[c]->slice(first, offsets_[from + count] - first);
    }
  } else if (width_ == 0) {
    for (size_t c = 0; c < children_.size(); ++c) out->children_[c] = children_[c]->slice(from, count);
  } else {
    out->data_.assign(data_.begin() + static_cast<std::ptrdiff_t>(from * width_),
                      data_.begin() + static_cast<std::ptrdiff_t>((from + count) * width_));
  }
  out->size_ = count;
  const size_t words = (count + 63) / 64;
  out->validity_.assign(std::max<size_t>(words, 1), 0);
  const size_t shift = from & 63;
  for (size_t w = 0; w < words; ++w) {
    const size_t source = (from >> 6) + w;
    uint64_t bits = validity_[source] >> shift;
    if (shift != 0 && source + 1 < validity_.size()) bits |= validity_[source + 1] << (64 - shift);
    out->validity_[w] = bits;
  }
  return out;
}

bool Column::equals(size_t row, const Column& other, size_t other_row) const {
  const bool valid = is_valid(row);
  if (valid != other.is_valid(other_row)) return false;
  if (!valid) return true;
  switch (kind()) {
    case TypeKind::kDouble:
      return same_double(at<double>(row), other.at<double>(other_row));
    case TypeKind::kString:
    case TypeKind::kBytes:
      return at<std::string_view>(row) == other.at<std::string_view>(other_row);
    case TypeKind::kArray: {
      const uint32_t begin = offsets_[row];
      const uint32_t other_begin = other.offsets_[other_row];
      const uint32_t length = offsets_[row + 1] - begin;
      if (length != other.offsets_[other_row + 1] - other_begin) return false;
      for (uint32_t i = 0; i < length; ++i) {
        if (!child(0).equals(begin + i, other.child(0), other_begin + i)) return false;
      }
      return true;
    }
    case TypeKind::kMap: {
      const uint32_t begin = offsets_[row];
      const uint32_t other_begin = other.offsets_[other_row];
      const uint32_t length = offsets_[row + 1] - begin;
      if (length != other.offsets_[other_row + 1] - other_begin) return false;
      for (uint32_t i = 0; i < length; ++i) {
        // Mostly the entries are in the same order: look there first.
        uint32_t match = length;
        for (uint32_t j = 0; j < length && match == length; ++j) {
          const uint32_t candidate = (i + j) % length;
          if (child(0).equals(begin + i, other.child(0), other_begin + candidate)) match = candidate;
        }
        if (match == length || !child(1).equals(begin + i, other.child(1), other_begin + match)) return false;
      }
      return true;
    }
    case TypeKind::kStruct:
      for (size_t c = 0; c < children_.size(); ++c) {
        if (!child(c).equals(row, other.child(c), other_row)) return false;
      }
      return true;
    default:
      return std::memcmp(data_.data() + row * width_, other.data_.data() + other_row * width_, width_) == 0;
  }
}

}  // namespace weir
