// Values of one type in the state of an aggregate. An element is the varint of its length + 1 and its bytes, or 0 for
// NULL; a state holds them one after the other. Owned by an Aggregate; one thread.
#pragma once

#include <string>
#include <string_view>

#include "engine/types/value_codec.h"

namespace weir {

class ElementCodec {
 public:
  // `order`: kByKey where equal values must be equal bytes.
  ElementCodec(TypePtr type, MapOrder order) : type_(std::move(type)), order_(order) {}

  const TypePtr& type() const { return type_; }

  // The row as an element; valid until the next call.
  std::string_view encode(const Column& column, uint32_t row);
  // Appends the element's value to a column of the type; views point into the element.
  void decode(std::string_view element, Column& out) const;
  // Negative, zero or positive, as compare_rows of two elements that aren't NULL. Not for nested types.
  int compare(std::string_view a, std::string_view b) const;

 private:
  TypePtr type_;
  MapOrder order_;
  std::string value_;
  std::string element_;
};

// Takes the element at the front of a list of them.
std::string_view take_element(std::string_view& list);
// Takes `bytes` from the front. The state must be so long: throws std::runtime_error.
std::string_view take_bytes(std::string_view& list, size_t bytes);
inline bool is_null_element(std::string_view element) { return element.size() == 1 && element[0] == 0; }

}  // namespace weir
