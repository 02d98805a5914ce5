// The catalog: streams, tables, user types and persistent queries of one service, as the command log left them.
// Thread-safe; entries are immutable and shared, a change replaces the entry.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/catalog/error_policy.h"
#include "engine/formats/format.h"
#include "engine/sql/ast.h"
#include "engine/types/type.h"

namespace weir {

struct SourceColumn {
  enum class Role { kKey, kValue, kHeaders, kHeader };  // kKey: KEY of a stream, PRIMARY KEY of a table
  std::string name;
  TypePtr type;
  Role role = Role::kValue;
  std::string header_key;  // kHeader
};

struct WindowInfo {
  sql::WindowClause::Kind kind = sql::WindowClause::Kind::kTumbling;
  int64_t size_ms = 0;  // 0 for session windows
  bool operator==(const WindowInfo&) const = default;
};

// A stream or table.
struct Source {
  sql::SourceKind kind = sql::SourceKind::kStream;
  std::string name;
  std::vector<SourceColumn> columns;  // in the declared order
  std::string topic;
  FormatSpec key_format, value_format;
  std::string timestamp_column;      // TIMESTAMP='col'; empty: the record's own time
  std::string timestamp_format;      // of a STRING timestamp column
  std::optional<WindowInfo> window;  // the key is windowed
  bool read_only = false;            // CREATE SOURCE …
  ErrorPolicy errors;                // for its records that can't be read
  std::optional<int64_t> ttl_ms;     // tables: how long a row lasts without being updated; nullopt: for ever
  std::string sql;                   // canonical text of the statement that made it
  std::optional<std::string> query;  // id of the query that writes it (CREATE … AS)

  std::vector<const SourceColumn*> key_columns() const;
  std::vector<const SourceColumn*> value_columns() const;  // role kValue only
  const SourceColumn* find_column(const std::string& name) const;
};
using SourcePtr = std::shared_ptr<const Source>;

struct PersistentQuery {
  std::string id;                                 // CSAS_NAME_3, CTAS_NAME_4, INSERTQUERY_5 or the user's QUERY_ID
  std::string sql;                                // canonical text of the whole statement
  std::string sink;                               // the source that it writes
  std::vector<std::string> sources;               // that it reads
  std::string plan;                               // JSON of the physical plan
  std::map<std::string, std::string> properties;  // session overrides when it was made
  bool paused = false;
  // Tells it from an earlier query of the same id: the place in the command log of the statement that made it. Kept
  // when it is replaced, paused, resumed.
  int64_t incarnation = -1;
  // How many partitions the topics that it reads had when it was made; empty: made by an older program.
  std::map<std::string, int32_t> source_partitions;
};
using PersistentQueryPtr = std::shared_ptr<const PersistentQuery>;

class Catalog {
 public:
  SourcePtr find_source(const std::string& name) const;  // exact name
  std::vector<SourcePtr> sources() const;                // sorted by name
  void put_source(SourcePtr source);                     // adds or replaces
  void remove_source(const std::string& name);

  PersistentQueryPtr find_query(const std::string& id) const;
  std::vector<PersistentQueryPtr> queries() const;  // in the order of their creation
  void put_query(PersistentQueryPtr query);
  void remove_query(const std::string& id);
  std::vector<std::string> readers_of(const std::string& source) const;  // query ids
  std::vector<std::string> writers_of(const std::string& source) const;

  TypePtr find_type(const std::string& name) const;  // upper-cased name
  std::map<std::string, TypePtr> types() const;
  void put_type(const std::string& name, TypePtr type);
  void remove_type(const std::string& name);

  // The next number of CSAS_X_n …; `observe` keeps it above what a replayed id used.
  int64_t next_query_number();
  void observe_query_id(const std::string& id);

  std::vector<std::string> source_names() const;  // for "did you mean"

 private:
  mutable std::mutex mutex_;
  std::map<std::string, SourcePtr> sources_;
  std::vector<PersistentQueryPtr> queries_;
  std::map<std::string, TypePtr> types_;
  int64_t next_query_number_ = 0;
};

}  // namespace weir
