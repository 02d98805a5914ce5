#include "engine/plan/upgrade_check.h"

#include <nlohmann/json.hpp>

#include "engine/plan/place_ttl.h"

namespace weir {

namespace {

using UpgradeJson = nlohmann::json;

// What the node says of itself, without what is below it.
UpgradeJson node_alone(const PlanNode& node) {
  PlanNode alone = node;
  alone.inputs.clear();
  return UpgradeJson::parse(to_json(PhysicalPlan{std::make_shared<const PlanNode>(std::move(alone)), std::nullopt, std::nullopt, {}}))
      .at("root");
}

bool same_schema(const PlanSchema& a, const PlanSchema& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].name != b[i].name || a[i].key != b[i].key || !same_type(a[i].type, b[i].type)) return false;
  }
  return true;
}

// The next node that ties the query to offsets, state or partitions: filters, plain projections and table functions don't.
PlanNodePtr next_fixed_node(PlanNodePtr node) {
  while (node->kind == PlanKind::kFilter || node->kind == PlanKind::kFlatMap ||
         (node->kind == PlanKind::kProject && !node->changes_key)) {
    node = node->inputs[0];
  }
  return node;
}

std::string describe_fixed_node(const PlanNode& node) {
  switch (node.kind) {
    case PlanKind::kSource: return "reads " + node.source->source;
    case PlanKind::kProject: return "makes a new key";
    case PlanKind::kRepartition: return "goes through a repartition topic";
    case PlanKind::kStreamJoin: return "joins streams";
    case PlanKind::kStreamTableJoin: return "joins a stream with a table";
    case PlanKind::kTableJoin: return "joins tables";
    case PlanKind::kForeignKeyJoin:
    case PlanKind::kForeignKeyLookup: return "joins tables by a foreign key";
    case PlanKind::kTable: return "reads a table";
    case PlanKind::kAggregate: return "aggregates";
    case PlanKind::kFilter:
    case PlanKind::kFlatMap: break;
  }
  return "filters";
}

std::string source_obstacle(const PlanNode& from, const PlanNode& to) {
  if (from.source->source != to.source->source || from.source->topic != to.source->topic) {
    return "it reads " + from.source->source + " (topic " + from.source->topic + "), not " + to.source->source + " (topic " +
           to.source->topic + ").";
  }
  UpgradeJson before = node_alone(from), after = node_alone(to);
  // Which columns are read is free to change, and columns may have been added to the source; how it is read must stay.
  for (UpgradeJson* json : {&before, &after}) {
    for (const char* name : {"id", "schema", "old_rows"}) json->erase(name);
    for (const char* name : {"columns", "value_columns", "errors"}) json->at("spec").erase(name);
  }
  if (before == after) return "";
  return "the formats, the timestamp, the window or the start position of " + from.source->source + " have changed.";
}

std::string key_of(const PlanNode& project) {
  std::string out;
  for (const PlanExpression& expression : project.expressions) {
    if (expression.key) out += (out.empty() ? "" : ", ") + expression.sql;
  }
  return out;
}

// A TTL may be given, as long as the rows are known that it is about, and changed. Taken away it can't come again: of
// rows that came in between nothing would say when they end.
std::string ttl_obstacle(const PlanNode& from, const PlanNode& to) {
  const auto taken = [](const std::optional<int64_t>& before, const std::optional<int64_t>& after) {
    return before && !after;
  };
  if (taken(from.ttl_ms, to.ttl_ms) || taken(from.left_ttl_ms, to.left_ttl_ms) ||
      taken(from.right_ttl_ms, to.right_ttl_ms)) {
    return "a TTL can't be taken away. Give a longer one, as in TTL='10000 DAYS'.";
  }
  if (from.kind == PlanKind::kTable && to.ttl_ms && !from.ttl_ms && !from.old_rows) {
    return "it has not kept the rows of its table so far, so it doesn't know which of them its TTL would end.";
  }
  return "";
}

// The rows of a table as they are kept, so that a change has its old row, or so that they end.
std::string table_obstacle(const PlanNode& from, const PlanNode& to) {
  if (std::string obstacle = ttl_obstacle(from, to); !obstacle.empty()) return obstacle;
  if (from.ttl_ms && !from.old_rows && to.old_rows) return "it would have to keep whole rows of its table.";
  if (!from.old_rows) return "";
  if (!to.old_rows) return "it would no longer keep the rows of its table.";
  if (from.id == to.id && same_schema(from.schema, to.schema)) return "";
  return "the columns that it keeps of its table would change.";
}

std::vector<std::string> filters_below(const PlanNode& node) {
  std::vector<std::string> out;
  for (const PlanNodePtr& input : node.inputs) {
    if (input->kind == PlanKind::kFilter) out.push_back(input->predicate);
    for (std::string& filter : filters_below(*input)) out.push_back(std::move(filter));
  }
  return out;
}

std::string aggregate_obstacle(const PlanNode& from, const PlanNode& to) {
  if (std::string obstacle = ttl_obstacle(from, to); !obstacle.empty()) return obstacle;
  PlanNode before = from, after = to;
  before.ttl_ms = after.ttl_ms;
  before.old_rows = after.old_rows = false;  // they come out of the store that it has anyhow
  if (node_alone(before) != node_alone(after)) {
    return "its grouping, its window or its aggregate functions would change, and with them what it has kept.";
  }
  // A group goes on for ever; a window is a result of its own, and one that is open would be made of two kinds of rows.
  if (from.aggregate->window && filters_below(from) != filters_below(to)) {
    return "the filter of its windows would change, and those that are open would hold rows of both filters.";
  }
  return "";
}

std::string node_obstacle(PlanNodePtr from, PlanNodePtr to) {
  from = next_fixed_node(std::move(from));
  to = next_fixed_node(std::move(to));
  if (from->kind != to->kind) {
    const auto ends_rows_of = [](const PlanNode& table, const PlanNode& rows) {
      return table.kind == PlanKind::kTable && table.ttl_ms && table.inputs[0]->kind == rows.kind;
    };
    if (ends_rows_of(*from, *to) && !to->ttl_ms) return ttl_obstacle(*from, *to);
    if (ends_rows_of(*to, *from)) {
      return "the TTL of a result that is made of a table's rows can't be given while the query runs.";
    }
    return "the running query " + describe_fixed_node(*from) + " where the new one " + describe_fixed_node(*to) + ".";
  }
  std::string obstacle;
  // Stores and topics are named after the node.
  if (from->kind != PlanKind::kSource && from->kind != PlanKind::kProject && from->id != to->id &&
      (from->kind != PlanKind::kTable || from->old_rows || from->ttl_ms)) {
    return "what " + describe_fixed_node(*from) + " stands at another place of the query, so that it would not find what has been kept.";
  }
  switch (from->kind) {
    case PlanKind::kSource: return source_obstacle(*from, *to);
    case PlanKind::kProject:
      if (key_of(*from) != key_of(*to)) obstacle = "its key is made of " + key_of(*from) + ", not of " + key_of(*to) + ".";
      break;
    case PlanKind::kTable: obstacle = table_obstacle(*from, *to); break;
    case PlanKind::kAggregate: obstacle = aggregate_obstacle(*from, *to); break;
    case PlanKind::kRepartition:
      if (node_alone(*from) != node_alone(*to)) {
        obstacle = "the columns of its repartition topic would change, and there may be rows under way in it.";
      }
      break;
    case PlanKind::kStreamTableJoin:
      return "a join of a stream with a table can't be replaced while it runs, as in ksqlDB. TERMINATE it, DROP what it writes and create it anew.";
    case PlanKind::kTableJoin:
    case PlanKind::kForeignKeyJoin:
    case PlanKind::kForeignKeyLookup:
    case PlanKind::kStreamJoin: {
      if (obstacle = ttl_obstacle(*from, *to); !obstacle.empty()) break;
      PlanNode before = *from, after = *to;
      before.ttl_ms = after.ttl_ms;
      before.left_ttl_ms = after.left_ttl_ms;
      before.right_ttl_ms = after.right_ttl_ms;
      // A join of tables on their keys makes old rows of what it keeps anyhow.
      if (from->kind == PlanKind::kTableJoin) before.old_rows = after.old_rows = false;
      bool same = node_alone(before) == node_alone(after);
      for (size_t i = 0; i < from->inputs.size(); ++i) same = same && same_schema(from->inputs[i]->schema, to->inputs[i]->schema);
      if (!same) {
        obstacle = "the join's condition, its window, or the columns that it takes from its sides would change, and with them the "
                   "rows that it has kept.";
      }
      break;
    }
    case PlanKind::kFilter:
    case PlanKind::kFlatMap: break;
  }
  for (size_t i = 0; obstacle.empty() && i < from->inputs.size(); ++i) obstacle = node_obstacle(from->inputs[i], to->inputs[i]);
  return obstacle;
}

}  // namespace

std::string upgrade_obstacle(const PhysicalPlan& from, const PhysicalPlan& to) { return node_obstacle(from.root, to.root); }

}  // namespace weir
