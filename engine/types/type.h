// SQL types: immutable values shared by pointer. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weir {

// kNull is the type of a bare NULL literal; no column of a source has it.
enum class TypeKind : uint8_t {
  kNull,
  kBoolean,
  kInt,
  kBigint,
  kDouble,
  kDecimal,
  kString,
  kBytes,
  kDate,
  kTime,
  kTimestamp,
  kArray,
  kMap,
  kStruct
};

class Type;
using TypePtr = std::shared_ptr<const Type>;

struct StructField {
  std::string name;  // exact case
  TypePtr type;
};

// The largest precision of a DECIMAL: what a 128-bit unscaled value holds.
inline constexpr int kMaxDecimalPrecision = 38;

class Type {
 public:
  static TypePtr null();
  static TypePtr boolean();
  static TypePtr integer();
  static TypePtr bigint();
  static TypePtr float64();
  // Throws std::invalid_argument unless 1 <= precision <= 38 and 0 <= scale <= precision.
  static TypePtr decimal(int precision, int scale);
  static TypePtr string();
  static TypePtr bytes();
  static TypePtr date();
  static TypePtr time();
  static TypePtr timestamp();
  static TypePtr array(TypePtr element);
  static TypePtr map(TypePtr key, TypePtr value);
  static TypePtr structure(std::vector<StructField> fields);

  TypeKind kind() const { return kind_; }
  int precision() const { return precision_; }                          // kDecimal
  int scale() const { return scale_; }                                  // kDecimal
  const TypePtr& element() const { return children_[0].type; }          // kArray
  const TypePtr& map_key() const { return children_[0].type; }          // kMap
  const TypePtr& map_value() const { return children_[1].type; }        // kMap
  const std::vector<StructField>& fields() const { return children_; }  // kStruct
  // The index of the field of that exact name, or -1.
  int field_index(const std::string& name) const;

  bool is_numeric() const;
  bool is_nested() const { return kind_ == TypeKind::kArray || kind_ == TypeKind::kMap || kind_ == TypeKind::kStruct; }

  // SQL text: DECIMAL(4, 2), STRING, ARRAY<INTEGER>, MAP<STRING, BIGINT>, STRUCT<`A` INTEGER>.
  std::string to_string() const;

  friend bool operator==(const Type& a, const Type& b);

 private:
  Type(TypeKind kind, std::vector<StructField> children, int precision, int scale);
  TypeKind kind_;
  int precision_ = 0;
  int scale_ = 0;
  std::vector<StructField> children_;
};

bool same_type(const TypePtr& a, const TypePtr& b);

// INTEGER, STRING, … without parameters: the word used in messages.
const char* type_kind_name(TypeKind kind);

}  // namespace weir
