#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/plan/duration_text.h"
#include "engine/plan/physical_plan.h"
#include "engine/sql/parser.h"

namespace weir {

namespace {

const char* window_word(sql::WindowClause::Kind kind) {
  switch (kind) {
    case sql::WindowClause::Kind::kTumbling:
      return "TUMBLING";
    case sql::WindowClause::Kind::kHopping:
      return "HOPPING";
    case sql::WindowClause::Kind::kSession:
      return "SESSION";
  }
  return "?";
}

std::string window_note(const std::optional<WindowInfo>& window) {
  if (!window) return "";
  const std::string size = window->size_ms > 0 ? " " + duration_text(window->size_ms) : "";
  return std::string(", windowed ") + window_word(window->kind) + size;
}

std::string aggregation_window_text(const AggregationWindow& window) {
  std::string text = std::string(window_word(window.kind)) + " windows of " + duration_text(window.size_ms);
  if (window.kind == sql::WindowClause::Kind::kHopping) text += " every " + duration_text(window.advance_ms);
  if (window.retention_ms) text += ", retention " + duration_text(*window.retention_ms);
  if (window.grace_ms)
    text += *window.grace_ms == 0 ? ", no grace period" : ", grace " + duration_text(*window.grace_ms);
  return text;
}

std::string formats_text(const FormatSpec& key, const FormatSpec& value) {
  return fmt::format("key {}, value {}", format_name(key.kind), format_name(value.kind));
}

std::string column_text(const PlanColumn& column) {
  return sql::quote_identifier(column.name) + " " + column.type->to_string() + (column.key ? " KEY" : "");
}

std::string start_text(const sql::StartPosition& start) {
  switch (start.kind) {
    case sql::StartPosition::Kind::kEarliest:
      return " at EARLIEST";
    case sql::StartPosition::Kind::kLatest:
      return " at LATEST";
    case sql::StartPosition::Kind::kTimestamp:
      return " at TIMESTAMP '" + start.timestamp + "'";
    case sql::StartPosition::Kind::kOffset:
      return fmt::format(" at OFFSET {}", start.offset);
  }
  return "";
}

// `of`: whose rows they are, where it needs saying.
std::string ttl_note(const std::optional<int64_t>& ttl_ms, const char* of = "") {
  return ttl_ms ? std::string(", ") + of + "TTL " + duration_text(*ttl_ms) : "";
}

std::string predicate_note(const PlanNode& join) { return join.predicate.empty() ? "" : " if " + join.predicate; }

// One line for the node, without its columns.
std::string headline(const PlanNode& node) {
  switch (node.kind) {
    case PlanKind::kSource: {
      const PlanNode::SourceSpec& s = *node.source;
      std::string line = fmt::format("SOURCE {} ← topic {} ({})", sql::quote_identifier(s.source), s.topic,
                                     formats_text(s.key_format, s.value_format) + window_note(s.window));
      if (!s.timestamp_column.empty()) line += ", time from " + sql::quote_identifier(s.timestamp_column);
      return line + (s.start ? start_text(*s.start) : "");
    }
    case PlanKind::kFilter:
      return "FILTER " + node.predicate;
    case PlanKind::kProject:
      return node.changes_key ? "PROJECT with a new key" : "PROJECT";
    case PlanKind::kFlatMap:
      return "FLAT MAP";
    case PlanKind::kRepartition: {
      std::vector<std::string> keys;
      for (const PlanColumn& column : node.schema) {
        if (column.key) keys.push_back(sql::quote_identifier(column.name));
      }
      std::string line = fmt::format("REPARTITION by {} through {}", fmt::join(keys, ", "), node.repartition_topic);
      if (node.repartition_partitions > 0) {
        line +=
            fmt::format(", {} partition{}", node.repartition_partitions, node.repartition_partitions == 1 ? "" : "s");
      }
      if (node.partition_format) line += fmt::format(", as {} keys are", format_name(node.partition_format->kind));
      if (!node.partition_column.empty()) line += ", back where they came from";
      if (node.inputs.empty()) line += ", from the join above";
      return line + (node.drop_null_keys ? ", without NULL keys" : "");
    }
    case PlanKind::kStreamJoin: {
      const PlanNode::StreamJoinSpec& j = *node.join;
      const std::string within = j.before_ms == j.after_ms
                                     ? duration_text(j.before_ms)
                                     : fmt::format("({}, {})", duration_text(j.before_ms), duration_text(j.after_ms));
      std::string line = fmt::format("STREAM JOIN {} within {}", sql::join_type_name(j.type), within);
      if (j.grace_ms) line += *j.grace_ms == 0 ? ", no grace period" : " grace " + duration_text(*j.grace_ms);
      return line + (j.windowed ? ", per window" : "") + predicate_note(node);
    }
    case PlanKind::kStreamTableJoin:
      return fmt::format("STREAM-TABLE JOIN {}", sql::join_type_name(*node.table_join_type)) +
             ttl_note(node.right_ttl_ms, "table's ") + predicate_note(node);
    case PlanKind::kTableJoin:
      return fmt::format("TABLE JOIN {}", sql::join_type_name(*node.table_join_type)) + ttl_note(node.ttl_ms) +
             ttl_note(node.left_ttl_ms, "left ") + ttl_note(node.right_ttl_ms, "right ") + predicate_note(node);
    case PlanKind::kForeignKeyJoin:
      return fmt::format("FOREIGN KEY JOIN {} on {}", sql::join_type_name(*node.table_join_type),
                         fmt::join(node.foreign_keys, ", ")) +
             predicate_note(node);
    case PlanKind::kForeignKeyLookup:
      return "FOREIGN KEY LOOKUP";
    case PlanKind::kTable:
      return (node.old_rows ? "TABLE in a store" : "TABLE") + ttl_note(node.ttl_ms);
    case PlanKind::kAggregate: {
      std::vector<std::string> keys;
      for (const PlanColumn& column : node.schema) {
        if (column.key) keys.push_back(sql::quote_identifier(column.name));
      }
      std::string line = fmt::format("AGGREGATE by {}", fmt::join(keys, ", "));
      if (node.aggregate->window) line += " in " + aggregation_window_text(*node.aggregate->window);
      line += ttl_note(node.ttl_ms);
      return line + (node.aggregate->final ? ", once a window has closed" : "");
    }
  }
  return "?";
}

std::vector<std::string> column_lines(const PlanNode& node) {
  std::vector<std::string> out;
  if (node.kind == PlanKind::kProject) {
    for (size_t i = 0; i < node.expressions.size(); ++i) {
      const std::string name = sql::quote_identifier(node.schema[i].name);
      const std::string& text = node.expressions[i].sql;
      out.push_back(column_text(node.schema[i]) + (text == name ? "" : " ← " + text));
    }
  } else if (node.kind == PlanKind::kAggregate) {
    size_t call = 0;
    const size_t first_call = node.schema.size() - node.aggregate->calls.size();
    for (size_t i = 0; i < node.schema.size(); ++i) {
      out.push_back(column_text(node.schema[i]) + (i < first_call ? "" : " ← " + node.aggregate->calls[call++].sql));
    }
  } else if (node.kind == PlanKind::kFlatMap) {
    const size_t first = node.schema.size() - node.expressions.size();
    for (size_t i = 0; i < node.expressions.size(); ++i) {
      out.push_back(column_text(node.schema[first + i]) + " ← each of " + node.expressions[i].sql);
    }
  } else if (node.kind != PlanKind::kFilter && node.kind != PlanKind::kRepartition && node.kind != PlanKind::kTable) {
    for (const PlanColumn& column : node.schema) out.push_back(column_text(column));
  }
  return out;
}

// `first`: what stands before the node's own line; `rest`: before everything below it.
void explain_node(const PlanNode& node, const std::string& first, const std::string& rest, std::string& out) {
  out += first + headline(node) + "\n";
  const std::string below = rest + (node.inputs.empty() ? "    " : "│   ");
  for (const std::string& line : column_lines(node)) out += below + line + "\n";
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const bool last = i + 1 == node.inputs.size();
    explain_node(*node.inputs[i], rest + (last ? "└ " : "├ "), rest + (last ? "  " : "│ "), out);
  }
}

}  // namespace

std::string explain(const PhysicalPlan& plan) {
  std::string out;
  if (plan.sink) {
    const SinkSpec& sink = *plan.sink;
    out = fmt::format("SINK {} → topic {} ({})", sql::quote_identifier(sink.source), sink.topic,
                      formats_text(sink.key_format, sink.value_format) + window_note(sink.window));
    if (!sink.timestamp_column.empty()) out += ", time from " + sql::quote_identifier(sink.timestamp_column);
  } else {
    out = "CLIENT";
    if (plan.limit) out += fmt::format(", at most {} row{}", *plan.limit, *plan.limit == 1 ? "" : "s");
  }
  out += "\n";
  explain_node(*plan.root, "└ ", "  ", out);
  return out;
}

}  // namespace weir
