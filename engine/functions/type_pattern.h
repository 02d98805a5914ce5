// The type of a parameter or result in a function's signature: a type, or a shape with variables such as ARRAY<T>.
// Immutable, parsed once from the signature's text, shared. Any thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/types/type.h"

namespace weir {

// What the variables of one call's signature stand for.
using TypeBindings = std::map<std::string, TypePtr>;

enum class ImplicitCasts { kNo, kYes };

class TypePattern {
 public:
  enum class Kind {
    kType,          // a type without parameters: INT, STRING …
    kDecimal,       // DECIMAL of any precision and scale
    kVariable,      // T: any type, the same wherever the name occurs in a signature
    kArray,         // ARRAY<p>
    kMap,           // MAP<p, p>
    kStruct,        // STRUCT<NAME p, …>, or STRUCT alone for any structure
    kAny,           // ANY: any type, none remembered
    kIntervalUnit,  // INTERVALUNIT: a unit word such as DAYS; the kernel sees the word as a STRING
    kLambda         // LAMBDA(p, … => p)
  };

  // Throws std::invalid_argument with what is wrong in the text.
  static std::shared_ptr<const TypePattern> parse(std::string_view text);

  Kind kind() const { return kind_; }
  const TypePtr& type() const { return type_; }          // kType
  const std::string& variable() const { return name_; }  // kVariable
  // kArray: element. kMap: key, value. kStruct: the fields'. kLambda: the inputs, then the result.
  const std::vector<std::shared_ptr<const TypePattern>>& children() const { return children_; }
  const std::vector<std::string>& field_names() const { return field_names_; }  // kStruct

  bool has_variables() const;

  // Whether an argument of that type can be passed, extending `bindings` with the variables that it settles. A type of
  // kind kNull (the bare NULL) fits everything. Variables bind exactly: there are no implicit casts to what another
  // argument bound.
  bool accepts(const TypePtr& argument, TypeBindings& bindings, ImplicitCasts casts) const;

  // The type to cast an accepted argument to. A bare NULL stays NULL where the pattern leaves its type open.
  TypePtr argument_type(const TypePtr& argument, const TypeBindings& bindings) const;

  // The pattern with its variables replaced; nullptr when one is unbound or the pattern isn't a type (ANY, DECIMAL …).
  TypePtr substitute(const TypeBindings& bindings) const;

  // As in the documentation: ARRAY<T>, MAP<STRING, INTEGER>.
  std::string to_string() const;

 private:
  friend class TypePatternParser;
  Kind kind_ = Kind::kType;
  TypePtr type_;
  std::string name_;
  std::vector<std::string> field_names_;
  std::vector<std::shared_ptr<const TypePattern>> children_;
};

using TypePatternPtr = std::shared_ptr<const TypePattern>;

// Whether the language converts a value of kind `from` to `to` unasked when it is passed to a function: numbers to
// wider ones, text to dates and times.
bool converts_implicitly(TypeKind from, TypeKind to);

}  // namespace weir
