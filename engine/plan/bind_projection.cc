#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "engine/plan/aggregation_binder.h"
#include "engine/plan/column_names.h"
#include "engine/plan/logical_plan.h"
#include "engine/plan/messages.h"
#include "engine/plan/window_bounds.h"
#include "engine/sql/formatter.h"

namespace weir {

namespace {

struct SelectedColumn {
  LogicalColumn column;
  bool from_star = false;
  sql::Position pos;
};

class ProjectionBinder {
 public:
  ProjectionBinder(const sql::Query& query, QueryScope& scope, std::vector<ResultKey> keys, const QueryPurpose& purpose,
                   AggregationBinder* aggregation)
      : query_(query),
        scope_(scope),
        keys_(std::move(keys)),
        purpose_(purpose),
        aggregation_(aggregation),
        names_(scope.all_column_names()) {}

  std::vector<LogicalColumn> bind() {
    for (const sql::SelectItem& item : query_.items) bind_item(item);
    check_table_functions();
    check_grouping();
    for (SelectedColumn& selected : selected_) bind_type(selected);
    check_reserved_names();
    if (purpose_.persistent) mark_keys();
    check_duplicate_names();
    if (aggregation_) {
      for (SelectedColumn& selected : selected_) {
        selected.column.expression = aggregation_->over_groups(selected.column.expression);
      }
    }
    return purpose_.persistent ? keys_first() : all_columns();
  }

 private:
  void bind_item(const sql::SelectItem& item) {
    switch (item.kind) {
      case sql::SelectItem::Kind::kAllColumns:
        return add_all(item.pos);
      case sql::SelectItem::Kind::kSourceColumns: {
        const int source = scope_.find_source(item.source.name);
        if (source < 0) {
          std::vector<std::string> aliases;
          for (const ScopeSource& known : scope_.sources()) aliases.push_back(known.alias);
          refuse("'" + item.source.name + "' is not the name or alias of a source of this query. There is " +
                     list_names(aliases, "and") + ".",
                 item.pos);
        }
        return add_source(source, item.pos, !query_.partition_by.empty());
      }
      case sql::SelectItem::Kind::kStructFields:
        return add_fields(item);
      case sql::SelectItem::Kind::kExpression:
        break;
    }
    const sql::ExprPtr e = scope_.resolve(item.expression, "SELECT");
    add(item.alias ? item.alias->name : default_name(*e), scope_.take_table_functions(e), false, item.pos);
  }

  void check_table_functions() const {
    if (scope_.table_function_columns().empty()) return;
    const TableFunctionColumn& column = scope_.table_function_columns()[0];
    if (aggregation_) {
      refuse("Table functions can't be used with GROUP BY or aggregate functions: make a stream of " +
                 sql::to_sql(*column.call) + " first, and group that.",
             column.call->pos);
    }
    for (const ScopeSource& source : scope_.sources()) {
      if (source.source->kind != sql::SourceKind::kTable) continue;
      refuse("Table functions need streams, but '" + source.source->name + "' is a table.", column.call->pos);
    }
  }

  void add(std::string name, sql::ExprPtr e, bool from_star, const sql::Position& pos) {
    selected_.push_back({{std::move(name), std::move(e), nullptr, false}, from_star, pos});
  }

  std::string default_name(const sql::Expr& e) {
    if (e.kind != sql::ExprKind::kColumn) return names_.next(e);
    const auto id = scope_.id_of(static_cast<const sql::ColumnRef&>(e));
    if (!id) return static_cast<const sql::ColumnRef&>(e).name.name;
    const ScopeColumn& column = scope_.column(*id);
    return scope_.clashes(column.name) ? column.flat_name : column.name;
  }

  // The key of a join that no column of a source is.
  static bool is_own_key(const ResultKey& key) { return key.expression && sql::equal(*key.viable[0], *key.expression); }

  // The new key of PARTITION BY or of a join without a column for it comes first; then every source's columns.
  void add_all(const sql::Position& pos) {
    const bool partitioned = !query_.partition_by.empty();
    for (ResultKey& key : keys_) {
      if (!partitioned && !is_own_key(key)) continue;
      if (key.name.empty()) key.name = names_.next(*key.viable[0]);
      add(key.name, key.viable[0], true, pos);
    }
    for (size_t s = 0; s < scope_.sources().size(); ++s) {
      const size_t from = selected_.size();
      add_source(static_cast<int>(s), pos, partitioned);
      if (!partitioned) continue;
      // What is the key already isn't repeated.
      const auto is_key = [&](const SelectedColumn& selected) {
        return std::any_of(keys_.begin(), keys_.end(), [&](const ResultKey& key) {
          return sql::equal(*key.viable[0], *selected.column.expression);
        });
      };
      selected_.erase(std::remove_if(selected_.begin() + from, selected_.end(), is_key), selected_.end());
    }
  }

  // `keys_last`: the source's own key is one column among others now, behind the others as in ksqlDB.
  void add_source(int source, const sql::Position& pos, bool keys_last) {
    const ScopeSource& scope_source = scope_.sources()[source];
    const auto add_those = [&](auto wanted) {
      for (size_t c = 0; c < scope_source.columns.size(); ++c) {
        const ScopeColumn& column = scope_source.columns[c];
        if (wanted(column)) add(column.flat_name, scope_.reference({source, static_cast<int>(c)}, pos), true, pos);
      }
    };
    const auto is_key = [](const ScopeColumn& column) { return column.key; };
    if (!keys_last) add_those(is_key);
    if (!purpose_.persistent && !scope_.is_join()) {
      add_those([](const ScopeColumn& column) { return is_window_bound(column.name); });
    }
    add_those([](const ScopeColumn& column) { return !column.key && !column.pseudo; });
    if (keys_last) add_those(is_key);
  }

  void add_fields(const sql::SelectItem& item) {
    const sql::ExprPtr base = scope_.take_table_functions(scope_.resolve(item.expression, "SELECT"));
    const BoundExprPtr bound = scope_.bind(base);
    if (bound->type->kind() != TypeKind::kStruct) {
      refuse("->* needs a STRUCT before it, but " + bound->text + " is " + bound->type->to_string() + ".", item.pos);
    }
    for (const StructField& field : bound->type->fields()) {
      auto dereference = std::make_shared<sql::Dereference>();
      dereference->base = base;
      dereference->field = {field.name, true, item.pos};
      dereference->pos = item.pos;
      add(names_.next_for_field(field.name), dereference, true, item.pos);
    }
  }

  void check_grouping() const {
    if (!aggregation_) return;
    std::vector<std::string> strangers;
    sql::Position pos;
    for (const SelectedColumn& selected : selected_) {
      aggregation_->check_functions(selected.column.expression);
      if (aggregation_->covers(selected.column.expression)) continue;
      if (strangers.empty()) pos = selected.pos;
      strangers.push_back(sql::to_sql(*selected.column.expression));
    }
    if (strangers.empty()) return;
    refuse("SELECT has " + list_names(strangers, "and") +
               " that is neither a grouping expression nor made by aggregate functions. Add it to GROUP BY, or take it "
               "out of SELECT.",
           pos);
  }

  void bind_type(SelectedColumn& selected) {
    const sql::ExprPtr& e = selected.column.expression;
    selected.column.type = aggregation_ ? aggregation_->bind(aggregation_->over_groups(e))->type : scope_.bind(e)->type;
    if (selected.column.type->kind() == TypeKind::kNull) {
      refuse("The column '" + selected.column.name +
                 "' is NULL without a type: write CAST(NULL AS STRING) or the type that is meant.",
             selected.pos);
    }
  }

  void check_reserved_names() const {
    if (!purpose_.persistent) return;
    for (const SelectedColumn& selected : selected_) {
      if (!selected.from_star && is_pseudo_column(selected.column.name)) {
        refuse("`" + selected.column.name + "` is a reserved column name: give the column another one with AS.",
               selected.pos);
      }
    }
  }

  void mark_keys() {
    for (ResultKey& key : keys_) {
      std::vector<SelectedColumn*> found;
      for (const sql::ExprPtr& viable : key.viable) {
        for (SelectedColumn& selected : selected_) {
          if (sql::equal(*selected.column.expression, *viable)) found.push_back(&selected);
        }
        if (!found.empty()) break;
      }
      if (found.size() > 1) {
        std::vector<std::string> names;
        for (const SelectedColumn* selected : found) names.push_back(selected->column.name);
        const std::string text = sql::to_sql(*found[0]->column.expression);
        refuse("The key column " + text + " is selected more than once, as " + list_names(names, "and") +
                   ". Use AS_VALUE(" + text + ") for copies of it in the value.",
               found[1]->pos);
      }
      if (found.empty()) {
        if (purpose_.require_key) refuse_missing_key();
        continue;
      }
      found[0]->column.key = true;
      if (key.expression) found[0]->column.expression = key.expression;
      key_order_.push_back(found[0]);
    }
    const bool any_value = std::any_of(selected_.begin(), selected_.end(), [](const auto& s) { return !s.column.key; });
    if (!any_value && !purpose_.subquery) refuse("The projection contains no value columns.", query_.pos);
  }

  [[noreturn]] void refuse_missing_key() const {
    const bool join_key = keys_[0].expression && query_.partition_by.empty() && !aggregation_;
    const bool any = join_key && keys_.size() == 1;
    std::vector<std::string> texts;
    for (const ResultKey& key : keys_) {
      for (const sql::ExprPtr& viable : key.viable) {
        texts.push_back(name_for_message(viable));
        if (keys_.size() > 1) break;
      }
    }
    const bool partition = !query_.partition_by.empty();
    const std::string what =
        aggregation_ ? (texts.size() > 1 ? "the grouping expressions " : "the grouping expression ")
        : any        ? (texts.size() > 1 ? "one of the join expressions " : "the join expression ")
        : partition  ? (texts.size() > 1 ? "the partitioning expressions " : "the partitioning expression ")
                     : (texts.size() > 1 ? "the key columns " : "the key column ");
    std::string hint;
    if (any && is_own_key(keys_[0])) {
      hint = " " + scope_.join_key_name() + " is the key of the joined rows, because no column of a source is.";
    }
    refuse("The query behind `" + purpose_.sink + "` must have " + what + list_names(texts, any ? "or" : "and") +
               " in its projection, as in SELECT " + (any ? texts[0] : fmt::format("{}", fmt::join(texts, ", "))) +
               ", …" + hint,
           query_.items.empty() ? query_.pos : query_.items[0].pos);
  }

  std::string name_for_message(const sql::ExprPtr& e) const {
    if (!scope_.is_join() && query_.partition_by.empty() && e->kind == sql::ExprKind::kColumn) {
      return static_cast<const sql::ColumnRef&>(*e).name.name;
    }
    return sql::to_sql(*e);
  }

  void check_duplicate_names() const {
    std::set<std::string> seen;
    for (const SelectedColumn& selected : selected_) {
      if (!seen.insert(selected.column.name).second) {
        refuse("The projection has two columns named `" + selected.column.name +
                   "`: give one of them another name with AS.",
               selected.pos);
      }
    }
  }

  std::vector<LogicalColumn> keys_first() const {
    std::vector<LogicalColumn> out;
    if (purpose_.keep_key_order) {
      for (const SelectedColumn* key : key_order_) out.push_back(key->column);
    } else {
      for (const SelectedColumn& selected : selected_) {
        if (selected.column.key) out.push_back(selected.column);
      }
    }
    for (const SelectedColumn& selected : selected_) {
      if (!selected.column.key) out.push_back(selected.column);
    }
    return out;
  }

  std::vector<LogicalColumn> all_columns() const {
    std::vector<LogicalColumn> out;
    for (const SelectedColumn& selected : selected_) out.push_back(selected.column);
    return out;
  }

  const sql::Query& query_;
  QueryScope& scope_;
  std::vector<ResultKey> keys_;
  const QueryPurpose& purpose_;
  AggregationBinder* aggregation_;
  ColumnNames names_;
  std::vector<SelectedColumn> selected_;
  std::vector<const SelectedColumn*> key_order_;
};

}  // namespace

std::vector<LogicalColumn> bind_projection(const sql::Query& query, QueryScope& scope,
                                           const std::vector<ResultKey>& keys, const QueryPurpose& purpose,
                                           AggregationBinder* aggregation) {
  return ProjectionBinder(query, scope, keys, purpose, aggregation).bind();
}

}  // namespace weir
