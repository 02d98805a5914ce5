#include "engine/plan/query_scope.h"

#include <algorithm>
#include <map>

#include "engine/plan/expression_binder.h"
#include "engine/plan/expression_rewriter.h"
#include "engine/plan/logical_plan.h"
#include "engine/plan/messages.h"
#include "engine/plan/window_bounds.h"
#include "engine/sql/parser.h"

namespace weir {

namespace {

using From = SourceColumnRef::From;

// `derived`: its rows don't come from a topic, so they have no place in one.
std::vector<ScopeColumn> columns_of(const Source& source, bool derived) {
  std::vector<ScopeColumn> keys, values, headers;
  for (const SourceColumn& column : source.columns) {
    switch (column.role) {
      case SourceColumn::Role::kKey:
        keys.push_back({column.name, column.type, {From::kKey, static_cast<int>(keys.size()), {}}, true, false, {}});
        break;
      case SourceColumn::Role::kValue:
        values.push_back(
            {column.name, column.type, {From::kValue, static_cast<int>(values.size()), {}}, false, false, {}});
        break;
      case SourceColumn::Role::kHeaders:
        headers.push_back({column.name, column.type, {From::kHeaders, 0, {}}, false, false, {}});
        break;
      case SourceColumn::Role::kHeader:
        headers.push_back({column.name, column.type, {From::kHeader, 0, column.header_key}, false, false, {}});
        break;
    }
  }
  std::vector<ScopeColumn> out = std::move(keys);
  out.insert(out.end(), values.begin(), values.end());
  out.insert(out.end(), headers.begin(), headers.end());
  out.push_back({"ROWTIME", Type::bigint(), {From::kRowTime, 0, {}}, false, true, {}});
  if (!derived) {
    out.push_back({"ROWPARTITION", Type::integer(), {From::kRowPartition, 0, {}}, false, true, {}});
    out.push_back({"ROWOFFSET", Type::bigint(), {From::kRowOffset, 0, {}}, false, true, {}});
  }
  if (source.window) {
    out.push_back({"WINDOWSTART", Type::bigint(), {From::kWindowStart, 0, {}}, false, true, {}});
    out.push_back({"WINDOWEND", Type::bigint(), {From::kWindowEnd, 0, {}}, false, true, {}});
  }
  return out;
}

std::string unused_name(const std::string& wanted, const std::set<std::string>& used) {
  std::string name = wanted;
  for (int i = 1; used.contains(name); ++i) name = wanted + "_" + std::to_string(i);
  return name;
}

// Gives arguments of lambdas other names where a column has the same: x => x + s.x. In the plan, columns lose their
// qualifiers.
class LambdaRenamer {
 public:
  LambdaRenamer(const sql::ExprPtr& expression, std::set<std::string> taken) : taken_(std::move(taken)) {
    std::vector<std::string> clashing;
    std::set<std::string> used = taken_;
    rewrite_expression(expression, [&](const sql::ExprPtr& node) -> sql::ExprPtr {
      if (node->kind != sql::ExprKind::kLambda) return nullptr;
      for (const sql::Identifier& parameter : static_cast<const sql::Lambda&>(*node).parameters) {
        used.insert(parameter.name);
        if (taken_.contains(parameter.name)) clashing.push_back(parameter.name);
      }
      return nullptr;
    });
    for (const std::string& name : clashing) {
      if (new_names_.contains(name)) continue;
      new_names_[name] = unused_name(name, used);
      used.insert(new_names_[name]);
    }
  }

  // What stands for a lambda or a variable of one; null: as it is. `body`: applied to the lambda's body.
  sql::ExprPtr replace(const sql::ExprPtr& node, const ExprReplacer& body) const {
    if (node->kind == sql::ExprKind::kLambdaVariable) {
      auto variable = std::make_shared<sql::LambdaVariable>(static_cast<const sql::LambdaVariable&>(*node));
      rename(variable->name);
      return variable;
    }
    if (node->kind != sql::ExprKind::kLambda) return nullptr;
    auto lambda = std::make_shared<sql::Lambda>(static_cast<const sql::Lambda&>(*node));
    for (sql::Identifier& parameter : lambda->parameters) rename(parameter);
    lambda->body = rewrite_expression(lambda->body, body);
    return lambda;
  }

 private:
  void rename(sql::Identifier& name) const {
    const auto found = new_names_.find(name.name);
    if (found != new_names_.end()) name.name = found->second;
  }

  std::set<std::string> taken_;
  std::map<std::string, std::string> new_names_;
};

}  // namespace

bool is_pseudo_column(const std::string& name) {
  return name == "ROWTIME" || name == "ROWPARTITION" || name == "ROWOFFSET" || is_window_bound(name);
}

QueryScope::QueryScope(const sql::Query& query, const BindContext& context, const CommonTables& common_tables)
    : context_(&context) {
  add_source(query.from, common_tables);
  for (const sql::Join& join : query.joins) add_source(join.right, common_tables);
  has_window_bounds_ = query.window.has_value() && !is_join();
  name_columns();
}

void QueryScope::add_source(const sql::TableRef& table, const CommonTables& common_tables) {
  if (table.subquery && !table.alias) {
    refuse("A sub-query in FROM needs an alias, by which its columns are named: write (SELECT …) AS x.", table.pos);
  }
  const std::string& alias = table.effective_alias();
  if (find_source(alias) >= 0) {
    const std::string name = table.subquery ? "(SELECT …)" : sql::quote_identifier(table.name.name);
    refuse("Two sources of the query are named '" + alias + "': give each a name of its own, as in " + name +
               " AS a JOIN … " + name + " AS b.",
           table.pos);
  }
  if (table.subquery) {
    return add_subquery(
        table, std::make_shared<const LogicalQuery>(bind_subquery(*table.subquery, alias, *context_, common_tables)));
  }
  if (auto common_table = common_tables.find(table.name.name)) return add_subquery(table, std::move(common_table));
  SourcePtr source = context_->catalog->find_source(table.name.name);
  if (!source) {
    if (common_tables.comes_later(table.name.name)) {
      refuse("'" + table.name.name +
                 "' is named in WITH, but not before this place: a query there can read those before it, not "
                 "itself nor those behind it.",
             table.pos);
    }
    std::vector<std::string> known = context_->catalog->source_names();
    for (std::string& name : common_tables.names()) known.push_back(std::move(name));
    refuse("There is no stream or table '" + table.name.name + "'." + suggestion(table.name.name, known), table.pos);
  }
  sources_.push_back({source, alias, table.start, table.pos, columns_of(*source, false), true, nullptr});
}

// Like the stream or table that the query would write.
void QueryScope::add_subquery(const sql::TableRef& table, std::shared_ptr<const LogicalQuery> query) {
  const std::string& alias = table.effective_alias();
  if (table.start) {
    refuse("'" + alias + "' is a sub-query, not a topic: AT says where to begin in the streams that it reads itself.",
           table.start->pos);
  }
  const Source& first = *query->scope.sources()[0].source;
  auto source = std::make_shared<Source>();
  source->name = alias;
  source->kind = query->table ? sql::SourceKind::kTable : sql::SourceKind::kStream;
  for (const LogicalColumn& column : query->columns) {
    source->columns.push_back(
        {column.name, column.type, column.key ? SourceColumn::Role::kKey : SourceColumn::Role::kValue, {}});
  }
  source->topic = first.topic;
  source->key_format = first.key_format;
  source->value_format = first.value_format;
  source->window = query->window;
  std::vector<ScopeColumn> columns = columns_of(*source, true);
  const bool partitioned = query->partitioned_by_key;
  sources_.push_back(
      {std::move(source), alias, std::nullopt, table.pos, std::move(columns), partitioned, std::move(query)});
}

void QueryScope::name_columns() {
  std::set<std::string> flat;
  for (ScopeSource& source : sources_) {
    for (ScopeColumn& column : source.columns) {
      column.flat_name = is_join() ? unused_name(source.alias + "_" + column.name, flat) : column.name;
      flat.insert(column.flat_name);
    }
  }
  name_join_key(1);
}

void QueryScope::name_join_key(size_t columns) {
  while (join_key_names_.size() < columns) join_key_names_.push_back(unused_name("ROWKEY", taken_names()));
}

int QueryScope::find_source(const std::string& alias) const {
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].alias == alias) return static_cast<int>(i);
  }
  return -1;
}

bool QueryScope::clashes(const std::string& name) const {
  int found = 0;
  for (const ScopeSource& source : sources_) {
    found += std::any_of(source.columns.begin(), source.columns.end(), [&](const auto& c) { return c.name == name; });
  }
  return found > 1;
}

void QueryScope::set_join_key(std::vector<TypePtr> types, bool visible) {
  join_key_types_ = std::move(types);
  join_key_visible_ = visible;
}

sql::ExprPtr QueryScope::join_key(const sql::Position& pos, size_t column) const {
  return make_column_ref(join_key_names_[column], pos);
}

sql::ExprPtr QueryScope::reference(ColumnId id, const sql::Position& pos) const {
  return make_column_ref(sources_[id.source].alias, column(id).name, pos);
}

sql::ExprPtr QueryScope::resolve(const sql::ExprPtr& expression, const std::string& clause, size_t sources) const {
  LambdaRenamer lambdas(expression, taken_names());
  const ExprReplacer replace = [&](const sql::ExprPtr& node) -> sql::ExprPtr {
    if (node->kind == sql::ExprKind::kColumn) {
      return resolve_column(static_cast<const sql::ColumnRef&>(*node), clause, sources);
    }
    return lambdas.replace(node, replace);
  };
  return rewrite_expression(expression, replace);
}

std::set<std::string> QueryScope::taken_names() const {
  std::set<std::string> names(join_key_names_.begin(), join_key_names_.end());
  for (const ScopeSource& source : sources_) {
    for (const ScopeColumn& column : source.columns) names.insert({column.name, column.flat_name});
  }
  for (const TableFunctionColumn& column : table_function_columns_) names.insert(column.name);
  return names;
}

sql::ExprPtr QueryScope::resolve_column(const sql::ColumnRef& ref, const std::string& clause, size_t sources) const {
  const size_t visible = std::min(sources, sources_.size());
  std::vector<std::string> found;
  sql::ExprPtr out;
  for (size_t s = 0; s < visible; ++s) {
    if (ref.qualifier && ref.qualifier->name != sources_[s].alias) continue;
    for (size_t c = 0; c < sources_[s].columns.size(); ++c) {
      if (sources_[s].columns[c].name != ref.name.name) continue;
      found.push_back(sources_[s].alias + "." + ref.name.name);
      out = reference({static_cast<int>(s), static_cast<int>(c)}, ref.pos);
    }
  }
  if (found.size() > 1) {
    refuse("Column '" + ref.name.name + "' is ambiguous. Could be " + list_names(found, "or") + ".", ref.pos);
  }
  if (out) return out;
  for (size_t i = 0; !ref.qualifier && join_key_visible_ && i < join_key_types_.size(); ++i) {
    if (ref.name.name == join_key_names_[i]) return join_key(ref.pos, i);
  }
  if (!ref.qualifier && has_window_bounds_ && is_window_bound(ref.name.name)) {
    if (clause == "SELECT") return make_column_ref(ref.name.name, ref.pos);
    refuse("The window's bound " + ref.name.name + " belongs into the select list; it can't be used in " + clause + ".",
           ref.pos);
  }
  refuse_unresolved(ref, clause, visible);
}

void QueryScope::refuse_unresolved(const sql::ColumnRef& ref, const std::string& clause, size_t sources) const {
  std::vector<std::string> aliases, candidates;
  for (size_t s = 0; s < sources; ++s) {
    aliases.push_back(sources_[s].alias);
    if (ref.qualifier && ref.qualifier->name != sources_[s].alias) continue;
    for (const ScopeColumn& column : sources_[s].columns) candidates.push_back(column.name);
  }
  if (ref.qualifier && std::find(aliases.begin(), aliases.end(), ref.qualifier->name) == aliases.end()) {
    refuse("'" + ref.qualifier->name + "' is not the name or alias of a source of this query. There is " +
               list_names(aliases, "and") + ".",
           ref.pos);
  }
  const std::string name = (ref.qualifier ? ref.qualifier->name + "." : "") + ref.name.name;
  const bool has_place = ref.name.name == "ROWPARTITION" || ref.name.name == "ROWOFFSET";
  if (has_place && std::any_of(sources_.begin(), sources_.begin() + static_cast<std::ptrdiff_t>(sources),
                               [](const ScopeSource& source) { return source.subquery != nullptr; })) {
    refuse(clause + " column '" + name + "' isn't known outside of a sub-query: select it there under another name.",
           ref.pos);
  }
  const std::string hint = clause == "PARTITION BY" ? " PARTITION BY is applied before SELECT: '" + name +
                                                          "' must be a column of the source."
                                                    : "";
  refuse(clause + " column '" + name + "' cannot be resolved." + suggestion(ref.name.name, candidates) + hint, ref.pos);
}

std::optional<ColumnId> QueryScope::id_of(const sql::ColumnRef& resolved) const {
  if (!resolved.qualifier) return std::nullopt;
  const int source = find_source(resolved.qualifier->name);
  const std::vector<ScopeColumn>& columns = sources_[source].columns;
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.name == resolved.name.name; });
  return ColumnId{source, static_cast<int>(found - columns.begin())};
}

sql::ExprPtr QueryScope::take_table_functions(const sql::ExprPtr& expression) {
  return rewrite_expression(expression, [&](const sql::ExprPtr& node) -> sql::ExprPtr {
    if (node->kind == sql::ExprKind::kLambda) return node;  // evaluated for each element: no place to make rows
    if (node->kind != sql::ExprKind::kFunction) return nullptr;
    const std::string& function = static_cast<const sql::FunctionCall&>(*node).name.name;
    if (!context_->functions->find_table_function(function)) return nullptr;
    const BoundExprPtr call =
        bind_table_function(flatten(node), flat_schema(), *context_->functions, context_->catalog);
    const std::string name = unused_name(call->call.function->name, taken_names());
    table_function_columns_.push_back({name, node, call->type->element()});
    return make_column_ref(name, node->pos);
  });
}

bool QueryScope::is_table_function_column(const sql::ColumnRef& resolved) const {
  return !resolved.qualifier &&
         std::any_of(table_function_columns_.begin(), table_function_columns_.end(),
                     [&](const TableFunctionColumn& column) { return column.name == resolved.name.name; });
}

PlanSchema QueryScope::flat_schema() const {
  PlanSchema schema;
  for (const ScopeSource& source : sources_) {
    for (const ScopeColumn& column : source.columns) schema.push_back({column.flat_name, column.type, column.key});
  }
  for (size_t i = 0; i < join_key_types_.size(); ++i) schema.push_back({join_key_names_[i], join_key_types_[i], true});
  for (const TableFunctionColumn& column : table_function_columns_) schema.push_back({column.name, column.type, false});
  return schema;
}

sql::ExprPtr QueryScope::flatten(const sql::ExprPtr& resolved) const {
  return rewrite_expression(resolved, [&](const sql::ExprPtr& node) -> sql::ExprPtr {
    if (node->kind != sql::ExprKind::kColumn) return nullptr;
    const auto id = id_of(static_cast<const sql::ColumnRef&>(*node));
    return id ? make_column_ref(column(*id).flat_name, node->pos) : node;
  });
}

BoundExprPtr QueryScope::bind(const sql::ExprPtr& resolved) const {
  return bind_expression(flatten(resolved), flat_schema(), *context_->functions, context_->catalog);
}

BoundAggregate QueryScope::bind_aggregate(const sql::ExprPtr& resolved_call) const {
  return weir::bind_aggregate(flatten(resolved_call), flat_schema(), *context_->functions, context_->catalog);
}

std::vector<std::string> QueryScope::all_flat_names() const {
  std::vector<std::string> names;
  for (const PlanColumn& column : flat_schema()) names.push_back(column.name);
  return names;
}

std::vector<std::string> QueryScope::all_column_names() const {
  std::vector<std::string> names;
  for (const ScopeSource& source : sources_) {
    for (const ScopeColumn& column : source.columns) names.push_back(column.name);
  }
  return names;
}

}  // namespace weir
