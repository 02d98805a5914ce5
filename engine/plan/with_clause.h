// The WITH clause of a statement: properties by name, checked for being known, given once, and of the right type.
// Refers to the statement's tree; one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/sql/ast.h"

namespace weir {

class WithClause {
 public:
  // Throws StatementError for a property that isn't among `allowed` (with the nearest one) or is given twice.
  WithClause(const sql::Properties& properties, const std::vector<std::string>& allowed);

  bool has(const std::string& name) const { return properties_.contains(name); }
  // Where the property stands; the clause must have it.
  const sql::Position& position(const std::string& name) const { return properties_.at(name)->pos; }

  // nullopt: not given. Throw StatementError for a value of the wrong type.
  std::optional<std::string> text(const std::string& name) const;
  std::optional<int64_t> integer(const std::string& name, int64_t least) const;
  // A text of a number above 0 and a unit, "10 SECONDS": in milliseconds.
  std::optional<int64_t> duration(const std::string& name) const;
  std::optional<bool> boolean(const std::string& name) const;
  // The name of a column: upper-cased unless it is quoted inside the string.
  std::optional<std::string> column_name(const std::string& name) const;

 private:
  std::map<std::string, const sql::Property*> properties_;
};

// Properties of a source that is declared, and of one that a query makes.
const std::vector<std::string>& create_source_properties();
const std::vector<std::string>& create_source_as_properties();

}  // namespace weir
