#include "engine/plan/aggregation_binder.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

#include "engine/plan/expression_rewriter.h"
#include "engine/plan/messages.h"
#include "engine/plan/source_formats.h"
#include "engine/plan/window_bounds.h"
#include "engine/sql/formatter.h"

namespace weir {

namespace {

bool refers_to_window_bound(const sql::ColumnRef& ref) { return !ref.qualifier && is_window_bound(ref.name.name); }

bool is_window_bound_ref(const sql::ExprPtr& e) {
  return e->kind == sql::ExprKind::kColumn && refers_to_window_bound(static_cast<const sql::ColumnRef&>(*e));
}

bool is_aggregate_call(const sql::ExprPtr& e, const FunctionRegistry& functions) {
  return e->kind == sql::ExprKind::kFunction &&
         functions.find_aggregate(static_cast<const sql::FunctionCall&>(*e).name.name) != nullptr;
}

// The first call of an aggregate function in the expression, itself included.
sql::ExprPtr find_aggregate_call(const sql::ExprPtr& expression, const FunctionRegistry& functions) {
  sql::ExprPtr found;
  rewrite_expression(expression, [&](const sql::ExprPtr& node) -> sql::ExprPtr {
    if (!found && is_aggregate_call(node, functions)) found = node;
    return found ? node : nullptr;
  });
  return found;
}

std::string function_name(const sql::ExprPtr& call) { return static_cast<const sql::FunctionCall&>(*call).name.name; }

// The call with the limit that the session's properties give it, which so becomes part of the plan.
sql::ExprPtr with_limit(const sql::ExprPtr& call, const BindContext& context) {
  const auto& given = static_cast<const sql::FunctionCall&>(*call);
  std::string name = given.name.name;
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if ((name != "collect_list" && name != "collect_set") || given.arguments.size() != 1) return call;
  const std::string text = session_property(context, "ksql.functions." + name + ".limit", "");
  if (text.empty()) return call;
  int32_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc() || end != text.data() + text.size()) {
    refuse("The property 'ksql.functions." + name + ".limit' must be a whole number, but is '" + text + "'.", call->pos);
  }
  auto literal = std::make_shared<sql::IntegerLiteral>(sql::ExprKind::kInteger);
  literal->value = limit;
  literal->pos = call->pos;
  auto limited = std::make_shared<sql::FunctionCall>(given);
  limited->arguments.push_back(std::move(literal));
  return limited;
}

void check_value_formats(const QueryScope& scope, const sql::Position& pos) {
  std::vector<std::string> names;
  for (const ScopeSource& source : scope.sources()) {
    if (!source.subquery && source.source->value_format.kind == FormatKind::kKafka) names.push_back(source.source->name);
  }
  if (names.empty()) return;
  refuse("The value format 'KAFKA' of " + list_names(names, "and") +
             " can't be used with GROUP BY: only formats that name their columns can.",
         pos);
}

}  // namespace

bool AggregationBinder::applies(const sql::Query& query, const FunctionRegistry& functions) {
  if (!query.group_by.empty() || query.having || query.window) return true;
  return std::any_of(query.items.begin(), query.items.end(), [&](const sql::SelectItem& item) {
    return item.expression && find_aggregate_call(item.expression, functions);
  });
}

AggregationBinder::AggregationBinder(const sql::Query& query, const QueryScope& scope, const BindContext& context, bool table)
    : query_(query), scope_(scope), context_(context), table_(table) {
  if (!query.partition_by.empty()) {
    refuse("A query has PARTITION BY or GROUP BY, not both: GROUP BY gives the rows their key.", query.partition_by_pos);
  }
  if (query.group_by.empty() && query.window) refuse("WINDOW requires GROUP BY: say what is aggregated in each window.", query.window->pos);
  if (query.group_by.empty() && query.having) refuse("HAVING requires GROUP BY. Use WHERE for conditions on single rows.", query.having->pos);
  check_value_formats(scope, query.group_by_pos);
  bind_group_by();
  bind_window();
  out_.final = query.emit == sql::EmitMode::kFinal;
}

void AggregationBinder::bind_group_by() {
  std::set<std::string> used;
  for (const std::string& name : scope_.all_flat_names()) used.insert(name);
  for (const sql::ExprPtr& e : query_.group_by) {
    const sql::ExprPtr resolved = scope_.resolve(e, "GROUP BY");
    if (const sql::ExprPtr call = find_aggregate_call(resolved, *context_.functions)) {
      refuse("GROUP BY does not take aggregate functions: " + function_name(call) + " is one.", e->pos);
    }
    const BoundExprPtr bound = scope_.bind(resolved);
    if (bound->type->kind() == TypeKind::kNull) refuse("GROUP BY needs a type: cast the NULL to the one that is meant.", e->pos);
    if (key_index(resolved) >= 0) refuse("GROUP BY names " + sql::to_sql(*e) + " twice.", e->pos);
    std::string name;
    if (resolved->kind == sql::ExprKind::kColumn) {
      const auto id = scope_.id_of(static_cast<const sql::ColumnRef&>(*resolved));
      name = id ? scope_.column(*id).flat_name : static_cast<const sql::ColumnRef&>(*resolved).name.name;
    } else {
      for (size_t i = out_.keys.size(); name.empty() || used.contains(name); ++i) name = "KSQL_GROUP_" + std::to_string(i);
      used.insert(name);
    }
    out_.keys.push_back({name, resolved, bound->type, true});
  }
}

void AggregationBinder::bind_window() {
  if (!query_.window) {
    if (query_.emit == sql::EmitMode::kFinal) {
      refuse("EMIT FINAL needs a WINDOW: without one a group is never complete. Use EMIT CHANGES.", query_.emit_pos);
    }
    return;
  }
  const sql::WindowClause& clause = *query_.window;
  if (table_) {
    refuse("WINDOW is for streams, but '" + scope_.sources()[0].source->name +
               "' is a table: its rows are replaced, they don't belong to a time.",
           clause.pos);
  }
  AggregationWindow window;
  window.kind = clause.kind;
  window.size_ms = clause.size.millis();
  window.advance_ms = clause.advance ? clause.advance->millis() : window.size_ms;
  if (clause.retention) window.retention_ms = clause.retention->millis();
  if (clause.grace) window.grace_ms = clause.grace->millis();
  const bool session = window.kind == sql::WindowClause::Kind::kSession;
  if (window.size_ms <= 0) refuse(session ? "The gap of a SESSION window must be longer than 0." : "The SIZE of a window must be longer than 0.", clause.size.pos);
  if (window.advance_ms <= 0 || window.advance_ms > window.size_ms) {
    refuse("ADVANCE BY must be longer than 0 and at most the window's SIZE.", clause.advance ? clause.advance->pos : clause.pos);
  }
  if (window.retention_ms && *window.retention_ms < window.size_ms + window.grace_ms.value_or(0)) {
    refuse("RETENTION must be at least the window's size and grace period together, " +
               std::to_string(window.size_ms + window.grace_ms.value_or(0)) + " milliseconds.",
           clause.retention->pos);
  }
  out_.window = window;
}

std::vector<sql::ExprPtr> AggregationBinder::keys() const {
  std::vector<sql::ExprPtr> out;
  for (const LogicalColumn& key : out_.keys) out.push_back(key.expression);
  return out;
}

int AggregationBinder::key_index(const sql::ExprPtr& resolved) const {
  for (size_t i = 0; i < out_.keys.size(); ++i) {
    if (sql::equal(*out_.keys[i].expression, *resolved)) return static_cast<int>(i);
  }
  return -1;
}

void AggregationBinder::check_functions(const sql::ExprPtr& resolved) const {
  rewrite_expression(resolved, [&](const sql::ExprPtr& node) -> sql::ExprPtr {
    if (node->kind == sql::ExprKind::kFunction && !is_aggregate_call(node, *context_.functions) &&
        !context_.functions->find(function_name(node))) {
      scope_.bind(node);  // says so
    }
    return nullptr;
  });
}

bool AggregationBinder::covers(const sql::ExprPtr& resolved) const {
  bool covered = true;
  rewrite_expression(resolved, [&](const sql::ExprPtr& node) -> sql::ExprPtr {
    if (key_index(node) >= 0 || is_aggregate_call(node, *context_.functions)) return node;
    if (node->kind == sql::ExprKind::kColumn && !is_window_bound_ref(node)) covered = false;
    return nullptr;
  });
  return covered;
}

sql::ExprPtr AggregationBinder::over_groups(const sql::ExprPtr& resolved) {
  return rewrite_expression(resolved, [&](const sql::ExprPtr& node) -> sql::ExprPtr {
    const int key = key_index(node);
    if (key >= 0) return make_column_ref(out_.keys[key].name, node->pos);
    return is_aggregate_call(node, *context_.functions) ? call_column(node) : nullptr;
  });
}

// The column that holds the results of the call.
sql::ExprPtr AggregationBinder::call_column(const sql::ExprPtr& call) {
  for (const LogicalAggregation::Call& known : out_.calls) {
    if (sql::equal(*known.call, *with_limit(call, context_))) return make_column_ref(known.name, call->pos);
  }
  for (const sql::ExprPtr& argument : static_cast<const sql::FunctionCall&>(*call).arguments) {
    if (find_aggregate_call(argument, *context_.functions)) {
      refuse("Aggregate functions can't be nested: " + sql::to_sql(*call) + ".", argument->pos);
    }
    visit_columns(argument, [&](const sql::ColumnRef& ref) {
      if (refers_to_window_bound(ref)) {
        refuse("The window's bound " + ref.name.name + " can be selected, but not passed to an aggregate function.", ref.pos);
      }
    });
  }
  const TypePtr type = scope_.bind_aggregate(call).call.return_type;
  out_.calls.push_back({"KSQL_AGG_VARIABLE_" + std::to_string(out_.calls.size()), with_limit(call, context_), type});
  return make_column_ref(out_.calls.back().name, call->pos);
}

PlanSchema AggregationBinder::schema() const {
  PlanSchema out;
  for (const LogicalColumn& key : out_.keys) out.push_back({key.name, key.type, true});
  if (out_.window) {
    for (const char* name : kWindowBounds) out.push_back({name, Type::bigint(), false});
  }
  for (const LogicalAggregation::Call& call : out_.calls) out.push_back({call.name, call.type, false});
  return out;
}

BoundExprPtr AggregationBinder::bind(const sql::ExprPtr& over_groups) const {
  return bind_expression(over_groups, schema(), *context_.functions, context_.catalog);
}

void AggregationBinder::bind_having() {
  if (!query_.having) return;
  const sql::ExprPtr resolved = scope_.resolve(query_.having, "HAVING");
  std::vector<std::string> strangers;
  rewrite_expression(resolved, [&](const sql::ExprPtr& node) -> sql::ExprPtr {
    if (key_index(node) >= 0 || is_aggregate_call(node, *context_.functions)) return node;
    if (node->kind == sql::ExprKind::kColumn && !is_window_bound_ref(node)) strangers.push_back(static_cast<const sql::ColumnRef&>(*node).name.name);
    return nullptr;
  });
  if (!strangers.empty()) {
    refuse("HAVING uses " + list_names(strangers, "and") +
               ", which is neither a grouping expression nor inside an aggregate function. Add it to GROUP BY, or use WHERE.",
           query_.having->pos);
  }
  out_.having = over_groups(resolved);
  const BoundExprPtr bound = bind(out_.having);
  if (bound->type->kind() != TypeKind::kBoolean) {
    refuse("HAVING needs a BOOLEAN, but " + sql::to_sql(*query_.having) + " is " + bound->type->to_string() + ".", query_.having->pos);
  }
}

void AggregationBinder::check_table_functions() const {
  if (!table_) return;
  std::vector<std::string> names;
  for (const LogicalAggregation::Call& call : out_.calls) {
    const AggregateFunction& function = *context_.functions->find_aggregate(function_name(call.call));
    if (!function.undo && std::find(names.begin(), names.end(), function.name) == names.end()) names.push_back(function.name);
  }
  if (names.empty()) return;
  refuse("The aggregate function" + std::string(names.size() > 1 ? "s " : " ") + list_names(names, "and") +
             " can't be applied to a table, only to a stream: " + (names.size() > 1 ? "they" : "it") +
             " can't take a row back when the table replaces it.",
         query_.group_by_pos);
}

void AggregationBinder::check_delimited() const {
  if (scope_.sources()[0].subquery || scope_.sources()[0].source->value_format.kind != FormatKind::kDelimited) return;
  for (const LogicalAggregation::Call& call : out_.calls) {
    const AggregateFunction& function = *context_.functions->find_aggregate(function_name(call.call));
    if (!function.nested_state && !call.type->is_nested()) continue;
    refuse("The aggregate function " + function.name + " keeps more than a single value for each group, which the value format "
           "DELIMITED of '" + scope_.sources()[0].source->name + "' can't hold. Copy the stream to another format first: "
           "CREATE STREAM … WITH (VALUE_FORMAT='JSON') AS SELECT * FROM …",
           call.call->pos);
  }
}

LogicalAggregation AggregationBinder::finish() {
  bind_having();
  if (out_.keys.empty()) {
    refuse("The aggregate function " + function_name(out_.calls.front().call) +
               " needs GROUP BY: say which rows are taken together.",
           out_.calls.front().call->pos);
  }
  if (out_.calls.empty()) {
    refuse("GROUP BY needs an aggregate function in SELECT or HAVING. To give rows another key, use PARTITION BY.", query_.group_by_pos);
  }
  check_table_functions();
  check_delimited();
  return std::move(out_);
}

}  // namespace weir
