// A single boxed value, for everything that isn't the record path: literals, INSERT VALUES, test expectations, result
// rows. Untyped: its type is known from the context (column, expression).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/types/type.h"

namespace weir {

using Int128 = __int128;

class Value;
using ValueList = std::vector<Value>;                   // ARRAY elements, STRUCT fields in the type's order
using ValueMap = std::vector<std::pair<Value, Value>>;  // MAP entries in insertion order

class Value {
 public:
  Value() = default;                    // NULL
  Value(bool v) : v_(v) {}              // BOOLEAN
  Value(int32_t v) : v_(int64_t{v}) {}  // INT, DATE (days), TIME (ms of the day)
  Value(int64_t v) : v_(v) {}           // BIGINT, TIMESTAMP (ms since the epoch), and INT, DATE, TIME
  Value(double v) : v_(v) {}
  Value(Int128 v) : v_(v) {}                  // DECIMAL: unscaled
  Value(std::string v) : v_(std::move(v)) {}  // STRING (UTF-8) or BYTES
  Value(const char* v) : v_(std::string(v)) {}
  Value(ValueList v) : v_(std::move(v)) {}
  Value(ValueMap v) : v_(std::move(v)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(v_); }
  bool as_bool() const { return std::get<bool>(v_); }
  int64_t as_int() const { return std::get<int64_t>(v_); }
  double as_double() const { return std::get<double>(v_); }
  Int128 as_decimal() const { return std::get<Int128>(v_); }
  const std::string& as_string() const { return std::get<std::string>(v_); }
  const ValueList& as_list() const { return std::get<ValueList>(v_); }
  const ValueMap& as_map() const { return std::get<ValueMap>(v_); }

  bool operator==(const Value&) const = default;

 private:
  std::variant<std::monostate, bool, int64_t, double, Int128, std::string, ValueList, ValueMap> v_;
};

// ksqlDB's text forms: what CAST(x AS STRING) gives (Java's Double.toString, plain decimals with their scale, ISO
// dates, [a, b], {k=v}, Struct{A=1,B=x}). NULL inside an array or map prints null; a struct leaves out the fields that
// are NULL.
std::string to_text(const Value& value, const Type& type);
// JSON text of a result row's value as ksqlDB's REST prints it: decimals as numbers with scale, BYTES base64, DATE
// "2020-01-01", TIME "10:00:00", TIMESTAMP "2020-01-01T00:00:00.000".
std::string to_json(const Value& value, const Type& type);

}  // namespace weir
