#include <algorithm>
#include <set>

#include "engine/plan/cast_rules.h"
#include "engine/plan/coercion.h"
#include "engine/plan/messages.h"
#include "engine/plan/query_scope.h"
#include "engine/plan/with_clause.h"
#include "engine/sql/formatter.h"
#include "engine/types/text.h"

namespace weir {

namespace {

bool is_header(const SourceColumn& column) {
  return column.role == SourceColumn::Role::kHeader || column.role == SourceColumn::Role::kHeaders;
}

class InsertBinder {
 public:
  InsertBinder(const sql::InsertValues& statement, const BindContext& context)
      : statement_(statement), context_(context) {}

  BoundInsertValues bind() {
    bind_target();
    const std::vector<sql::Identifier> columns = statement_.columns.empty() ? all_columns() : statement_.columns;
    check_columns_to_set(columns);
    if (columns.size() != statement_.values.size()) {
      std::vector<std::string> names;
      for (const sql::Identifier& column : columns) names.push_back(column.name);
      refuse("There are " + std::to_string(columns.size()) + " columns (" + list_names(names, "and") + ") but " +
                 std::to_string(statement_.values.size()) + " values.",
             statement_.values.empty() ? statement_.target.pos : statement_.values.back()->pos);
    }
    for (const SourceColumn& column : out_.source->columns) {
      out_.values.push_back(make_literal(Value(), column.type, "NULL"));
      out_.required.push_back(is_table() && column.role == SourceColumn::Role::kKey);
    }
    std::set<std::string> given;
    for (size_t i = 0; i < columns.size(); ++i) {
      given.insert(columns[i].name);
      bind_value(columns[i], statement_.values[i]);
    }
    check_primary_key(given);
    return std::move(out_);
  }

 private:
  bool is_table() const { return out_.source->kind == sql::SourceKind::kTable; }

  void bind_target() {
    out_.source = context_.catalog->find_source(statement_.target.name);
    if (!out_.source) {
      refuse("There is no stream or table '" + statement_.target.name + "'." +
                 suggestion(statement_.target.name, context_.catalog->source_names()),
             statement_.target.pos);
    }
    const std::string& name = out_.source->name;
    if (out_.source->read_only) {
      refuse(
          std::string("Cannot insert values into read-only ") + (is_table() ? "table" : "stream") + ": " + name + ".",
          statement_.target.pos);
    }
    if (out_.source->window)
      refuse("Cannot insert values into '" + name + "': its key is windowed.", statement_.target.pos);
  }

  std::vector<sql::Identifier> all_columns() const {
    std::vector<sql::Identifier> out;
    for (const SourceColumn& column : out_.source->columns) out.push_back({column.name, true, statement_.target.pos});
    return out;
  }

  void check_columns_to_set(const std::vector<sql::Identifier>& columns) const {
    std::vector<std::string> headers;
    std::set<std::string> seen;
    for (const sql::Identifier& column : columns) {
      if (!seen.insert(column.name).second) refuse("The column `" + column.name + "` is given twice.", column.pos);
      if (column.name == "ROWTIME") continue;
      if (is_pseudo_column(column.name) && !out_.source->find_column(column.name))
        refuse("`" + column.name + "` can't be inserted: the log decides it.", column.pos);
      const SourceColumn* known = out_.source->find_column(column.name);
      if (!known) {
        std::vector<std::string> names;
        for (const SourceColumn& candidate : out_.source->columns) names.push_back(candidate.name);
        refuse("'" + out_.source->name + "' has no column `" + column.name + "`." + suggestion(column.name, names),
               column.pos);
      }
      if (is_header(*known)) headers.push_back(known->name);
    }
    if (!headers.empty()) {
      refuse("Cannot insert into HEADER columns: " + list_names(headers, "and") + ". Name the columns to insert.",
             statement_.target.pos);
    }
  }

  void bind_value(const sql::Identifier& column, const sql::ExprPtr& e) {
    const BoundExprPtr value = bind_expression(e, {}, *context_.functions, context_.catalog);
    if (column.name == "ROWTIME") {
      out_.rowtime = convert(value, Type::bigint(), column, e->pos);
      return;
    }
    const SourceColumn* known = out_.source->find_column(column.name);
    out_.values[known - out_.source->columns.data()] = convert(value, known->type, column, e->pos);
  }

  BoundExprPtr convert(const BoundExprPtr& value, const TypePtr& type, const sql::Identifier& column,
                       const sql::Position& pos) const {
    if (value->kind == BoundKind::kLiteral && value->type->kind() == TypeKind::kString && !value->value.is_null()) {
      return convert_text(value, type, column, pos);
    }
    if (implicit_cast_exists(*value->type, *type)) return cast_to(value, type);
    const bool number_as_decimal =
        type->kind() == TypeKind::kDecimal && value->type->is_numeric() && value->type->kind() != TypeKind::kDouble;
    if (number_as_decimal && value->kind == BoundKind::kLiteral) {
      // A literal's own digits decide, not the digits that its type could have.
      const BoundExprPtr literal = cast_to(value, type);
      if (literal->kind == BoundKind::kLiteral) return literal;
    }
    if (BoundExprPtr nested = convert_constructor(value, type, column, pos)) return nested;
    refuse("The column `" + column.name + "` is " + type->to_string() + ", but " + value->text + " is " +
               value->type->to_string() + ".",
           pos);
  }

  // Text becomes a time by its ISO form, BYTES by base64; nothing else.
  BoundExprPtr convert_text(const BoundExprPtr& value, const TypePtr& type, const sql::Identifier& column,
                            const sql::Position& pos) const {
    const std::string& text = value->value.as_string();
    const TypeKind kind = type->kind();
    if (kind == TypeKind::kString) return value;
    std::optional<Value> out;
    if (kind == TypeKind::kDate || kind == TypeKind::kTime || kind == TypeKind::kTimestamp) {
      out = parse_literal(text, *type);
    } else if (kind == TypeKind::kBytes) {
      if (auto bytes = base64_decode(text)) out = Value(std::move(*bytes));
    } else {
      refuse("The column `" + column.name + "` is " + type->to_string() + ", but " + value->text + " is STRING.", pos);
    }
    if (!out) {
      refuse("The column `" + column.name + "` is " + type->to_string() + ", but '" + text + "' is no " +
                 (kind == TypeKind::kBytes ? "base64 text" : type->to_string()) + ".",
             pos);
    }
    return make_literal(std::move(*out), type, value->text);
  }

  // ARRAY[…], MAP(…) and STRUCT(…): each part by itself.
  BoundExprPtr convert_constructor(const BoundExprPtr& value, const TypePtr& type, const sql::Identifier& column,
                                   const sql::Position& pos) const {
    const bool array = value->kind == BoundKind::kArray && type->kind() == TypeKind::kArray;
    const bool map = value->kind == BoundKind::kMap && type->kind() == TypeKind::kMap;
    const bool structure = value->kind == BoundKind::kStruct && type->kind() == TypeKind::kStruct;
    if (!array && !map && !structure) return nullptr;
    auto out = std::make_shared<BoundExpr>(*value);
    out->type = type;
    if (structure) {
      out->args.clear();
      for (const StructField& field : value->type->fields()) {
        if (type->field_index(field.name) < 0) {
          refuse(
              "The column `" + column.name + "` of type " + type->to_string() + " has no field '" + field.name + "'.",
              pos);
        }
      }
      for (const StructField& field : type->fields()) {
        const int index = value->type->field_index(field.name);
        out->args.push_back(index < 0 ? make_literal(Value(), field.type, "NULL")
                                      : convert(value->args[index], field.type, column, pos));
      }
      return out;
    }
    for (size_t i = 0; i < out->args.size(); ++i) {
      const TypePtr& part = array ? type->element() : i % 2 == 0 ? type->map_key() : type->map_value();
      out->args[i] = convert(out->args[i], part, column, pos);
    }
    return out;
  }

  void check_primary_key(const std::set<std::string>& given) const {
    if (!is_table()) return;
    for (size_t i = 0; i < out_.values.size(); ++i) {
      const SourceColumn& column = out_.source->columns[i];
      if (!out_.required[i]) continue;
      const bool null_literal = out_.values[i]->kind == BoundKind::kLiteral && out_.values[i]->value.is_null();
      if (!given.contains(column.name) || null_literal) {
        refuse("A row of table '" + out_.source->name + "' needs a value for its primary key column `" + column.name +
                   "`.",
               statement_.target.pos);
      }
    }
  }

  const sql::InsertValues& statement_;
  const BindContext& context_;
  BoundInsertValues out_;
};

}  // namespace

BoundInsertValues bind_insert_values(const sql::InsertValues& statement, const BindContext& context) {
  return InsertBinder(statement, context).bind();
}

}  // namespace weir
