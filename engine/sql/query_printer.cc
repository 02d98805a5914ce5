// The queries' part of StatementPrinter.
#include "engine/sql/parser.h"
#include "engine/sql/statement_printer.h"

namespace weir::sql {

namespace {

const char* time_unit_word(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kMilliseconds:
      return " MILLISECOND";
    case TimeUnit::kSeconds:
      return " SECOND";
    case TimeUnit::kMinutes:
      return " MINUTE";
    case TimeUnit::kHours:
      return " HOUR";
    case TimeUnit::kDays:
      return " DAY";
  }
  return "";
}

}  // namespace

void StatementPrinter::print(const Query& query) {
  const char* separator = "WITH ";
  for (const CommonTable& table : query.with) {
    out_ += separator;
    separator = ", ";
    print_name(table.name);
    out_ += " AS (";
    print(*table.query);
    out_ += ')';
  }
  out_ += query.with.empty() ? "SELECT " : " SELECT ";
  separator = "";
  for (const SelectItem& item : query.items) {
    out_ += separator;
    separator = ", ";
    print(item);
  }
  out_ += " FROM ";
  print(query.from);
  for (const Join& join : query.joins) print(join);
  if (query.window) print(*query.window);
  if (query.where) {
    out_ += " WHERE ";
    expressions_.print(*query.where);
  }
  print_groupings(" GROUP BY ", query.group_by);
  print_groupings(" PARTITION BY ", query.partition_by);
  if (query.having) {
    out_ += " HAVING ";
    expressions_.print(*query.having);
  }
  if (query.emit == EmitMode::kChanges) out_ += " EMIT CHANGES";
  if (query.emit == EmitMode::kFinal) out_ += " EMIT FINAL";
  if (query.limit) out_ += " LIMIT " + std::to_string(*query.limit);
}

void StatementPrinter::print_groupings(const char* clause, const std::vector<ExprPtr>& groupings) {
  if (groupings.empty()) return;
  out_ += clause;
  expressions_.print_list(groupings);
}

void StatementPrinter::print(const SelectItem& item) {
  switch (item.kind) {
    case SelectItem::Kind::kAllColumns:
      out_ += '*';
      break;
    case SelectItem::Kind::kSourceColumns:
      print_name(item.source);
      out_ += ".*";
      break;
    case SelectItem::Kind::kStructFields:
      expressions_.print_base(*item.expression);
      out_ += "->*";
      break;
    case SelectItem::Kind::kExpression:
      expressions_.print(*item.expression);
      if (item.alias) {
        out_ += " AS ";
        print_name(*item.alias);
      }
      break;
  }
}

void StatementPrinter::print(const TableRef& table) {
  if (table.subquery) {
    out_ += '(';
    print(*table.subquery);
    out_ += ')';
  } else {
    print_name(table.name);
  }
  if (table.start) {
    switch (table.start->kind) {
      case StartPosition::Kind::kEarliest:
        out_ += " AT EARLIEST";
        break;
      case StartPosition::Kind::kLatest:
        out_ += " AT LATEST";
        break;
      case StartPosition::Kind::kTimestamp:
        out_ += " AT TIMESTAMP ";
        print_string(table.start->timestamp);
        break;
      case StartPosition::Kind::kOffset:
        out_ += " AT OFFSET " + std::to_string(table.start->offset);
        break;
    }
  }
  if (table.alias) {
    out_ += " AS ";
    print_name(*table.alias);
  }
}

void StatementPrinter::print(const Join& join) {
  out_ += std::string(" ") + join_type_name(join.type) + (join.type == JoinType::kInner ? " JOIN " : " OUTER JOIN ");
  print(join.right);
  if (join.within) {
    out_ += join.within->asymmetric ? " WITHIN (" : " WITHIN ";
    print(join.within->before);
    if (join.within->asymmetric) {
      out_ += ", ";
      print(join.within->after);
      out_ += ')';
    }
    if (join.within->grace) {
      out_ += " GRACE PERIOD ";
      print(*join.within->grace);
    }
  }
  out_ += " ON ";
  expressions_.print(*join.criteria);
}

void StatementPrinter::print(const WindowClause& window) {
  out_ += " WINDOW ";
  if (window.name) {
    print_name(*window.name);
    out_ += ' ';
  }
  switch (window.kind) {
    case WindowClause::Kind::kTumbling:
      out_ += "TUMBLING (SIZE ";
      break;
    case WindowClause::Kind::kHopping:
      out_ += "HOPPING (SIZE ";
      break;
    case WindowClause::Kind::kSession:
      out_ += "SESSION (";
      break;
  }
  print(window.size);
  if (window.advance) {
    out_ += ", ADVANCE BY ";
    print(*window.advance);
  }
  if (window.retention) {
    out_ += ", RETENTION ";
    print(*window.retention);
  }
  if (window.grace) {
    out_ += ", GRACE PERIOD ";
    print(*window.grace);
  }
  out_ += ')';
}

void StatementPrinter::print(const Duration& duration) {
  out_ += std::to_string(duration.value) + time_unit_word(duration.unit) + (duration.value == 1 ? "" : "S");
}

}  // namespace weir::sql
