#include "engine/plan/coercion.h"

#include <algorithm>

#include "engine/plan/cast_rules.h"
#include "engine/plan/messages.h"
#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir {

namespace {

bool is_null_literal(const BoundExpr& e) { return e.kind == BoundKind::kLiteral && e.value.is_null(); }

bool is_string_literal(const BoundExpr& e) {
  return e.kind == BoundKind::kLiteral && e.type->kind() == TypeKind::kString && !e.value.is_null();
}

bool is_constructor(const BoundExpr& e) {
  return e.kind == BoundKind::kArray || e.kind == BoundKind::kMap || e.kind == BoundKind::kStruct;
}

bool is_plain_literal(const BoundExpr& e) {
  return e.kind == BoundKind::kLiteral || (e.kind == BoundKind::kNegate && e.args[0]->kind == BoundKind::kLiteral);
}

// A number's literal as another type of number, where that is exact enough to be done while binding.
std::optional<Value> convert_number(const Value& value, const Type& from, const Type& to) {
  if (from.kind() == TypeKind::kInt && to.kind() == TypeKind::kBigint) return value;
  if (from.kind() == TypeKind::kInt || from.kind() == TypeKind::kBigint) {
    if (to.kind() == TypeKind::kDouble) return Value(static_cast<double>(value.as_int()));
    if (to.kind() == TypeKind::kDecimal) {
      const auto scaled = rescale(Int128{value.as_int()}, 0, to.scale());
      if (scaled && decimal_fits(*scaled, to.precision())) return Value(*scaled);
    }
  }
  if (from.kind() == TypeKind::kDecimal) {
    if (to.kind() == TypeKind::kDouble) return Value(decimal_to_double(value.as_decimal(), from.scale()));
    if (to.kind() == TypeKind::kDecimal && to.scale() >= from.scale()) {
      const auto scaled = rescale(value.as_decimal(), from.scale(), to.scale());
      if (scaled && decimal_fits(*scaled, to.precision())) return Value(*scaled);
    }
  }
  return std::nullopt;
}

// The type of number that a string literal reads as: '2147483648' is a BIGINT. nullptr: it is no number.
TypePtr number_type_of(const std::string& text) {
  if (parse_int(text)) return Type::integer();
  if (parse_bigint(text)) return Type::bigint();
  int scale = 0;
  if (const auto unscaled = parse_decimal(text, &scale); unscaled && scale >= 0) {
    int digits = std::max(scale, 1);
    while (digits < kMaxDecimalPrecision && !decimal_fits(*unscaled, digits)) ++digits;
    return Type::decimal(digits, scale);
  }
  return parse_double(text) ? Type::float64() : nullptr;
}

[[noreturn]] void refuse_literal(const std::string& text, const Type& type, const sql::Position& pos) {
  refuse("invalid input for type " + type.to_string() + ": \"" + text + "\".", pos);
}

// Finds the type that a list has in common, and casts to it.
class ListCoercer {
 public:
  explicit ListCoercer(const sql::Position& pos) : pos_(pos) {}

  // `common` widened so that it holds `e` too.
  TypePtr widen(const TypePtr& common, const BoundExprPtr& e) const {
    if (is_null_literal(*e) && !common_type(common, e->type)) return common;
    if (e->type->kind() == TypeKind::kNull) return common;
    if (is_string_literal(*e)) return widen_by_text(common, e->value.as_string());
    if (TypePtr merged = common_type(common, e->type)) return merged;
    if (common->kind() == TypeKind::kString && is_plain_literal(*e)) return common;
    if (is_constructor(*e) && e->type->kind() == common->kind()) return widen_by_constructor(common, *e);
    refuse_pair(common, *e);
  }

  BoundExprPtr convert(const BoundExprPtr& e, const TypePtr& type) const {
    if (is_string_literal(*e) && type->kind() != TypeKind::kString) {
      auto value = parse_literal(e->value.as_string(), *type);
      if (!value) refuse_literal(e->value.as_string(), *type, pos_);
      return make_literal(std::move(*value), type, e->text);
    }
    if (is_constructor(*e) && e->type->kind() == type->kind() && !(*e->type == *type)) return rebuild(*e, type);
    return cast_to(e, type);
  }

 private:
  TypePtr widen_by_text(const TypePtr& common, const std::string& text) const {
    if (common->kind() == TypeKind::kString) return common;
    if (common->is_numeric()) {
      const TypePtr number = number_type_of(text);
      if (!number) refuse_literal(text, *common, pos_);
      return common_type(common, number);
    }
    if (!parse_literal(text, *common)) refuse_literal(text, *common, pos_);
    return common;
  }

  TypePtr widen_by_constructor(const TypePtr& common, const BoundExpr& e) const {
    const auto widen_part = [&](const TypePtr& part, const BoundExprPtr& arg) {
      if (!part_fits(part, arg)) refuse_pair(common, e);
      return widen(part, arg);
    };
    switch (e.kind) {
      case BoundKind::kArray: {
        TypePtr element = common->element();
        for (const BoundExprPtr& arg : e.args) element = widen_part(element, arg);
        return Type::array(element);
      }
      case BoundKind::kMap: {
        TypePtr key = common->map_key(), value = common->map_value();
        for (size_t i = 0; i < e.args.size(); i += 2) {
          key = widen_part(key, e.args[i]);
          value = widen_part(value, e.args[i + 1]);
        }
        return Type::map(key, value);
      }
      default: {
        std::vector<StructField> fields = common->fields();
        for (size_t i = 0; i < e.args.size(); ++i) {
          const StructField& own = e.type->fields()[i];
          const int index = common->field_index(own.name);
          if (index < 0) {
            fields.push_back(own);
          } else {
            fields[index].type = widen_part(fields[index].type, e.args[i]);
          }
        }
        return Type::structure(std::move(fields));
      }
    }
  }

  static bool part_fits(const TypePtr& common, const BoundExprPtr& e) {
    return is_string_literal(*e) || is_null_literal(*e) || is_constructor(*e) || common_type(common, e->type) ||
           (common->kind() == TypeKind::kString && is_plain_literal(*e));
  }

  [[noreturn]] void refuse_pair(const TypePtr& common, const BoundExpr& e) const {
    refuse("operator does not exist: " + common->to_string() + " = " + e.type->to_string() + " (" + e.text +
               "). A CAST may help.",
           pos_);
  }

  BoundExprPtr rebuild(const BoundExpr& e, const TypePtr& type) const {
    auto out = std::make_shared<BoundExpr>(e);
    out->type = type;
    if (e.kind == BoundKind::kArray) {
      for (BoundExprPtr& arg : out->args) arg = convert(arg, type->element());
    } else if (e.kind == BoundKind::kMap) {
      for (size_t i = 0; i < out->args.size(); ++i) {
        out->args[i] = convert(out->args[i], i % 2 == 0 ? type->map_key() : type->map_value());
      }
    } else {
      out->args.clear();
      for (const StructField& field : type->fields()) {
        const int index = e.type->field_index(field.name);
        out->args.push_back(index < 0 ? make_literal(Value(), field.type, "NULL") : convert(e.args[index], field.type));
      }
    }
    return out;
  }

  const sql::Position& pos_;
};

}  // namespace

BoundExprPtr make_literal(Value value, TypePtr type, std::string text) {
  auto out = std::make_shared<BoundExpr>();
  out->kind = BoundKind::kLiteral;
  out->type = std::move(type);
  out->value = std::move(value);
  out->text = std::move(text);
  return out;
}

BoundExprPtr cast_to(const BoundExprPtr& expression, const TypePtr& type) {
  if (same_type(expression->type, type)) return expression;
  if (expression->kind == BoundKind::kLiteral) {
    if (expression->value.is_null()) return make_literal(Value(), type, expression->text);
    if (auto number = convert_number(expression->value, *expression->type, *type)) {
      return make_literal(std::move(*number), type, expression->text);
    }
  }
  auto out = std::make_shared<BoundExpr>();
  out->kind = BoundKind::kCast;
  out->type = type;
  out->args = {expression};
  out->text = expression->text;
  return out;
}

std::optional<Value> parse_literal(const std::string& text, const Type& type) {
  switch (type.kind()) {
    case TypeKind::kString:
      return Value(text);
    case TypeKind::kBoolean: {
      std::string lower = text;
      std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
      const auto begins = [&](std::string_view word) {
        return !lower.empty() && word.substr(0, lower.size()) == lower;
      };
      if (begins("true") || begins("yes")) return Value(true);
      if (begins("false") || begins("no")) return Value(false);
      return std::nullopt;
    }
    case TypeKind::kInt:
      if (const auto v = parse_int(text)) return Value(*v);
      return std::nullopt;
    case TypeKind::kBigint:
      if (const auto v = parse_bigint(text)) return Value(*v);
      return std::nullopt;
    case TypeKind::kDouble:
      if (const auto v = parse_double(text)) return Value(*v);
      return std::nullopt;
    case TypeKind::kDecimal: {
      int scale = 0;
      const auto unscaled = parse_decimal(text, &scale);
      if (!unscaled) return std::nullopt;
      const auto scaled = rescale(*unscaled, scale, type.scale());
      if (!scaled || !decimal_fits(*scaled, type.precision())) return std::nullopt;
      return Value(*scaled);
    }
    case TypeKind::kDate:
      if (const auto v = parse_date(text)) return Value(*v);
      return std::nullopt;
    case TypeKind::kTime:
      if (const auto v = parse_time(text)) return Value(*v);
      return std::nullopt;
    case TypeKind::kTimestamp:
      if (const auto v = parse_timestamp(text)) return Value(*v);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::vector<BoundExprPtr> coerce_to_common_type(const std::vector<BoundExprPtr>& expressions,
                                                const sql::Position& pos) {
  const ListCoercer coercer(pos);
  // String literals have no say in what the list is of, unless there is nothing else.
  TypePtr common;
  bool any_string = false;
  for (const BoundExprPtr& e : expressions) {
    if (is_string_literal(*e)) {
      any_string = true;
    } else if (e->type->kind() != TypeKind::kNull && !common) {
      common = e->type;
    }
  }
  if (!common) {
    if (!any_string) return expressions;
    common = Type::string();
  }
  // A column of strings among literals: the literals become strings.
  for (const BoundExprPtr& e : expressions) {
    if (e->type->kind() == TypeKind::kString && !is_string_literal(*e) && !common->is_nested() &&
        std::all_of(expressions.begin(), expressions.end(), [](const BoundExprPtr& other) {
          return other->type->kind() == TypeKind::kString || is_plain_literal(*other);
        })) {
      common = Type::string();
    }
  }
  for (const BoundExprPtr& e : expressions) common = coercer.widen(common, e);
  std::vector<BoundExprPtr> out;
  out.reserve(expressions.size());
  for (const BoundExprPtr& e : expressions) out.push_back(coercer.convert(e, common));
  return out;
}

}  // namespace weir
