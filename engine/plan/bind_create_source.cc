#include <algorithm>
#include <set>

#include "engine/plan/bind_error_policy.h"
#include "engine/plan/bind_ttl.h"
#include "engine/plan/cast_rules.h"
#include "engine/plan/messages.h"
#include "engine/plan/query_scope.h"
#include "engine/plan/source_checks.h"
#include "engine/plan/source_formats.h"

namespace weir {

namespace {

using Role = sql::ColumnDefinition::Role;

class SourceBinder {
 public:
  SourceBinder(const sql::CreateSource& statement, const BindContext& context)
      : statement_(statement), context_(context), with_(statement.properties, create_source_properties()) {}

  BoundCreateSource bind() {
    check_source_name(*context_.catalog, statement_.name, statement_.kind, statement_.or_replace, statement_.read_only,
                      statement_.if_not_exists);
    Source& source = out_.source;
    source.kind = statement_.kind;
    source.name = statement_.name.name;
    source.read_only = statement_.read_only;
    formats_ = declared_formats(with_, context_, statement_.name.pos);
    name_key_schema(source.name, formats_.key);
    bind_topic();
    for (const sql::ColumnDefinition& element : statement_.elements) bind_element(element);
    check_headers();
    infer_missing();
    check_columns_of_source();
    apply_wrapping(with_, source.value_columns().size(), context_, formats_.value);
    source.key_format = formats_.key;
    source.value_format = formats_.value;
    check_side(true);
    check_side(false);
    bind_timestamp(with_, source);
    bind_window();
    source.errors = bind_source_errors(with_, source.topic);
    source.ttl_ms = bind_ttl(with_, source.kind, source.window.has_value());
    if (const SourcePtr existing = context_.catalog->find_source(source.name); existing && statement_.or_replace) {
      check_replacement(*existing, source, statement_.name.pos);
    }
    check_topic();
    return std::move(out_);
  }

 private:
  void bind_topic() {
    const auto topic = with_.text("KAFKA_TOPIC");
    if (!topic)
      refuse("The WITH clause has no 'KAFKA_TOPIC': name the topic whose records are read.", statement_.name.pos);
    if (topic->empty()) refuse("KAFKA_TOPIC can't be empty.", with_.position("KAFKA_TOPIC"));
    out_.source.topic = *topic;
    out_.topic = read_topic(with_, *topic);
    out_.topic.must_exist = !with_.has("PARTITIONS");
  }

  void check_topic() const {
    check_partitions(with_, out_.topic, context_);
    if (out_.topic.must_exist && context_.topic_partitions && !context_.topic_partitions(out_.topic.topic)) {
      refuse("The topic '" + out_.topic.topic +
                 "' does not exist. Create it, or give PARTITIONS in the WITH clause so that it is created.",
             with_.position("KAFKA_TOPIC"));
    }
  }

  void bind_element(const sql::ColumnDefinition& element) {
    const bool table = statement_.kind == sql::SourceKind::kTable;
    if (element.role == Role::kPrimaryKey && !table) {
      refuse("Column `" + element.name.name +
                 "` is a 'PRIMARY KEY' column: please use 'KEY' for streams. A stream has no primary key: its rows are "
                 "events.",
             element.name.pos);
    }
    if (element.role == Role::kKey && table) {
      refuse("Column `" + element.name.name + "` is a 'KEY' column: please use 'PRIMARY KEY' for tables.",
             element.name.pos);
    }
    SourceColumn column;
    column.name = element.name.name;
    column.type = resolve_type(*element.type, context_.catalog);
    column.header_key = element.header_key;
    switch (element.role) {
      case Role::kValue:
        column.role = SourceColumn::Role::kValue;
        break;
      case Role::kKey:
      case Role::kPrimaryKey:
        column.role = SourceColumn::Role::kKey;
        break;
      case Role::kHeaders:
        column.role = SourceColumn::Role::kHeaders;
        break;
      case Role::kHeader:
        column.role = SourceColumn::Role::kHeader;
        break;
    }
    check_header_column(column, element.name.pos);
    out_.source.columns.push_back(std::move(column));
  }

  void check_header_column(const SourceColumn& column, const sql::Position& pos) const {
    static const TypePtr all_headers =
        Type::array(Type::structure({{"KEY", Type::string()}, {"VALUE", Type::bytes()}}));
    if (column.role == SourceColumn::Role::kHeaders && !same_type(column.type, all_headers)) {
      refuse("The HEADERS column `" + column.name + "` must be " + all_headers->to_string() + ", not " +
                 column.type->to_string() + ".",
             pos);
    }
    if (column.role == SourceColumn::Role::kHeader && column.type->kind() != TypeKind::kBytes) {
      refuse("The HEADER('" + column.header_key + "') column `" + column.name + "` must be BYTES, not " +
                 column.type->to_string() + ".",
             pos);
    }
  }

  void check_headers() const {
    int all = 0, single = 0;
    std::set<std::string> keys;
    for (const SourceColumn& column : out_.source.columns) {
      all += column.role == SourceColumn::Role::kHeaders;
      if (column.role != SourceColumn::Role::kHeader) continue;
      ++single;
      if (!keys.insert(column.header_key).second) {
        refuse("Two columns are of the same HEADER('" + column.header_key + "').", statement_.name.pos);
      }
    }
    if (all > 1) refuse("Only one column can hold all HEADERS.", statement_.name.pos);
    if (all > 0 && single > 0) {
      refuse("A HEADERS column and HEADER('key') columns can't be declared together.", statement_.name.pos);
    }
  }

  // What isn't declared is taken from the registry, if the format has schemas there.
  void infer_missing() {
    const bool has_keys = !out_.source.key_columns().empty(), has_values = !out_.source.value_columns().empty();
    for (const char* side : {"KEY", "VALUE"}) {
      const std::string id = std::string(side) + "_SCHEMA_ID";
      if (with_.has(id) && (side[0] == 'K' ? has_keys : has_values)) {
        refuse("Declared " + std::string(side[0] == 'K' ? "key" : "value") + " columns and " + id +
                   " can't both be given: the id says which columns there are.",
               with_.position(id));
      }
    }
    std::vector<SourceColumn> keys, values;
    if (!has_keys && uses_schema_registry(formats_.key.kind)) keys = infer(formats_.key, true);
    if (!has_values && uses_schema_registry(formats_.value.kind)) {
      // A value that is no record is one column, as the registry says.
      FormatSpec spec = formats_.value;
      spec.wrap_single_value = with_.boolean("WRAP_SINGLE_VALUE").value_or(true);
      values = infer(spec, false);
    }
    std::vector<SourceColumn>& columns = out_.source.columns;
    columns.insert(columns.begin(), keys.begin(), keys.end());
    columns.insert(columns.end(), values.begin(), values.end());
    out_.register_key_schema = has_keys && uses_schema_registry(formats_.key.kind);
    out_.register_value_schema = has_values && uses_schema_registry(formats_.value.kind);
    if (columns.empty()) {
      refuse("No columns supplied: declare the columns of '" + out_.source.name + "', because the formats " +
                 format_name(formats_.key.kind) + " and " + format_name(formats_.value.kind) +
                 " have none in the Schema Registry.",
             statement_.name.pos);
    }
  }

  std::vector<SourceColumn> infer(const FormatSpec& spec, bool is_key) const {
    std::vector<SourceColumn> out;
    for (FormatColumn& column : infer_side(spec, is_key, out_.source.topic, context_, statement_.name.pos)) {
      out.push_back({std::move(column.name),
                     std::move(column.type),
                     is_key ? SourceColumn::Role::kKey : SourceColumn::Role::kValue,
                     {}});
    }
    return out;
  }

  sql::Position position_of(const std::string& column) const {
    for (const sql::ColumnDefinition& element : statement_.elements) {
      if (element.name.name == column) return element.name.pos;
    }
    return statement_.name.pos;
  }

  void check_columns_of_source() const {
    std::set<std::string> seen;
    for (const SourceColumn& column : out_.source.columns) {
      const sql::Position pos = position_of(column.name);
      if (is_pseudo_column(column.name)) {
        refuse("'" + column.name + "' is a reserved column name: every stream and table has it. Take another name.",
               pos);
      }
      if (!seen.insert(column.name).second) refuse("Two columns are named `" + column.name + "`.", pos);
      if (column.role == SourceColumn::Role::kKey && contains_map(*column.type)) {
        refuse("The key column `" + column.name + "` is of type " + column.type->to_string() +
                   ": a key can't have a MAP in it, because equal maps may be written as different bytes.",
               pos);
      }
    }
    if (statement_.kind == sql::SourceKind::kTable && out_.source.key_columns().empty()) {
      refuse("Tables require a PRIMARY KEY: say which column of '" + out_.source.name + "' it is.",
             statement_.name.pos);
    }
  }

  void check_side(bool is_key) const {
    const auto role = is_key ? SourceColumn::Role::kKey : SourceColumn::Role::kValue;
    const auto columns = columns_of_role(out_.source, role);
    const sql::Position pos = columns.empty() ? statement_.name.pos : position_of(columns[0].name);
    check_columns(is_key ? formats_.key : formats_.value, is_key, out_.source.topic, columns, context_, pos);
  }

  void bind_window() {
    const auto type = with_.text("WINDOW_TYPE");
    const auto size = with_.text("WINDOW_SIZE");
    if (!type) {
      if (size) refuse("WINDOW_SIZE needs a WINDOW_TYPE.", with_.position("WINDOW_SIZE"));
      return;
    }
    std::string word = *type;
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::toupper(c); });
    WindowInfo window;
    if (word == "SESSION") {
      window.kind = sql::WindowClause::Kind::kSession;
      if (size) refuse("A SESSION window has no WINDOW_SIZE.", with_.position("WINDOW_SIZE"));
    } else if (word == "TUMBLING" || word == "HOPPING") {
      window.kind = word == "HOPPING" ? sql::WindowClause::Kind::kHopping : sql::WindowClause::Kind::kTumbling;
      if (!size)
        refuse("A " + word + " window needs a WINDOW_SIZE, as in '10 SECONDS'.", with_.position("WINDOW_TYPE"));
      window.size_ms = *with_.duration("WINDOW_SIZE");
    } else {
      refuse("There is no WINDOW_TYPE '" + *type + "'. There is SESSION, TUMBLING and HOPPING.",
             with_.position("WINDOW_TYPE"));
    }
    if (out_.source.key_columns().empty())
      refuse("A windowed source needs a key column.", with_.position("WINDOW_TYPE"));
    out_.source.window = window;
  }

  const sql::CreateSource& statement_;
  const BindContext& context_;
  WithClause with_;
  SourceFormats formats_;
  BoundCreateSource out_;
};

}  // namespace

BoundCreateSource bind_create_source(const sql::CreateSource& statement, const BindContext& context) {
  return SourceBinder(statement, context).bind();
}

}  // namespace weir
