#include "engine/functions/type_pattern.h"

#include <stdexcept>

#include "engine/functions/type_pattern_parser.h"

namespace weir {
namespace {

// The order in which numbers widen; -1 for what is no number.
int numeric_rank(TypeKind kind) {
  switch (kind) {
    case TypeKind::kInt:
      return 0;
    case TypeKind::kBigint:
      return 1;
    case TypeKind::kDecimal:
      return 2;
    case TypeKind::kDouble:
      return 3;
    default:
      return -1;
  }
}

bool is_null_type(const TypePtr& type) { return type->kind() == TypeKind::kNull; }

}  // namespace

bool converts_implicitly(TypeKind from, TypeKind to) {
  if (from == to) return true;
  if (numeric_rank(from) >= 0 && numeric_rank(to) >= 0) return numeric_rank(from) <= numeric_rank(to);
  const bool to_time = to == TypeKind::kDate || to == TypeKind::kTime || to == TypeKind::kTimestamp;
  return from == TypeKind::kString && to_time;
}

TypePatternPtr TypePattern::parse(std::string_view text) {
  TypePatternParser parser(text);
  TypePatternPtr pattern = parser.parse_pattern();
  parser.expect_end();
  return pattern;
}

bool TypePattern::has_variables() const {
  if (kind_ == Kind::kVariable) return true;
  for (const auto& child : children_) {
    if (child->has_variables()) return true;
  }
  return false;
}

bool TypePattern::accepts(const TypePtr& argument, TypeBindings& bindings, ImplicitCasts casts) const {
  if (!argument) return kind_ == Kind::kLambda;
  if (is_null_type(argument)) return true;
  const auto fits = [&](TypeKind kind) {
    return argument->kind() == kind || (casts == ImplicitCasts::kYes && converts_implicitly(argument->kind(), kind));
  };
  switch (kind_) {
    case Kind::kType:
      return fits(type_->kind());
    case Kind::kDecimal:
      return fits(TypeKind::kDecimal);
    case Kind::kAny:
      return true;
    case Kind::kIntervalUnit:
      return argument->kind() == TypeKind::kString;
    case Kind::kLambda:
      return false;
    case Kind::kVariable: {
      auto [bound, inserted] = bindings.try_emplace(name_, argument);
      return inserted || same_type(bound->second, argument);
    }
    case Kind::kArray:
      return argument->kind() == TypeKind::kArray && children_[0]->accepts(argument->element(), bindings, casts);
    case Kind::kMap:
      return argument->kind() == TypeKind::kMap && children_[0]->accepts(argument->map_key(), bindings, casts) &&
             children_[1]->accepts(argument->map_value(), bindings, casts);
    case Kind::kStruct: {
      if (argument->kind() != TypeKind::kStruct) return false;
      if (children_.empty()) return true;
      if (argument->fields().size() != children_.size()) return false;
      for (size_t i = 0; i < children_.size(); ++i) {
        const int field = argument->field_index(field_names_[i]);
        if (field < 0) return false;
        // No casts inside structures: the fields' types are part of what the structure is.
        if (!children_[i]->accepts(argument->fields()[field].type, bindings, ImplicitCasts::kNo)) return false;
      }
      return true;
    }
  }
  return false;
}

TypePtr TypePattern::argument_type(const TypePtr& argument, const TypeBindings& bindings) const {
  switch (kind_) {
    case Kind::kType:
      return type_;
    case Kind::kIntervalUnit:
      return Type::string();
    case Kind::kAny:
    case Kind::kLambda:
      return argument;
    case Kind::kDecimal:
      if (argument->kind() == TypeKind::kInt) return Type::decimal(10, 0);
      if (argument->kind() == TypeKind::kBigint) return Type::decimal(19, 0);
      return argument;
    case Kind::kVariable: {
      auto bound = bindings.find(name_);
      return bound == bindings.end() ? argument : bound->second;
    }
    case Kind::kArray:
      if (is_null_type(argument)) break;
      return Type::array(children_[0]->argument_type(argument->element(), bindings));
    case Kind::kMap:
      if (is_null_type(argument)) break;
      return Type::map(children_[0]->argument_type(argument->map_key(), bindings),
                       children_[1]->argument_type(argument->map_value(), bindings));
    case Kind::kStruct:
      if (is_null_type(argument)) break;
      return argument;
  }
  TypePtr type = substitute(bindings);
  return type ? type : argument;
}

TypePtr TypePattern::substitute(const TypeBindings& bindings) const {
  switch (kind_) {
    case Kind::kType:
      return type_;
    case Kind::kIntervalUnit:
      return Type::string();
    case Kind::kVariable: {
      auto bound = bindings.find(name_);
      return bound == bindings.end() ? nullptr : bound->second;
    }
    case Kind::kArray: {
      TypePtr element = children_[0]->substitute(bindings);
      return element ? Type::array(element) : nullptr;
    }
    case Kind::kMap: {
      TypePtr key = children_[0]->substitute(bindings);
      TypePtr value = children_[1]->substitute(bindings);
      return key && value ? Type::map(key, value) : nullptr;
    }
    case Kind::kStruct: {
      if (children_.empty()) return nullptr;
      std::vector<StructField> fields;
      for (size_t i = 0; i < children_.size(); ++i) {
        TypePtr type = children_[i]->substitute(bindings);
        if (!type) return nullptr;
        fields.push_back({field_names_[i], type});
      }
      return Type::structure(std::move(fields));
    }
    case Kind::kDecimal:
    case Kind::kAny:
    case Kind::kLambda:
      return nullptr;
  }
  return nullptr;
}

std::string TypePattern::to_string() const {
  const auto list = [this](size_t from, size_t to) {
    std::string out;
    for (size_t i = from; i < to; ++i) {
      if (i > from) out += ", ";
      if (!field_names_.empty()) out += field_names_[i] + " ";
      out += children_[i]->to_string();
    }
    return out;
  };
  switch (kind_) {
    case Kind::kType:
      return type_->to_string();
    case Kind::kDecimal:
      return "DECIMAL";
    case Kind::kVariable:
      return name_;
    case Kind::kArray:
      return "ARRAY<" + list(0, 1) + ">";
    case Kind::kMap:
      return "MAP<" + list(0, 2) + ">";
    case Kind::kStruct:
      return children_.empty() ? "STRUCT" : "STRUCT<" + list(0, children_.size()) + ">";
    case Kind::kAny:
      return "ANY";
    case Kind::kIntervalUnit:
      return "INTERVALUNIT";
    case Kind::kLambda: {
      const size_t inputs = children_.size() - 1;
      return "LAMBDA(" + list(0, inputs) + " => " + children_[inputs]->to_string() + ")";
    }
  }
  return {};
}

}  // namespace weir
