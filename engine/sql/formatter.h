// Canonical text of any syntax tree: parsing it again gives an equal tree. Used by SHOW, EXPLAIN, stored plans and messages.
#pragma once

#include <string>

#include "engine/sql/ast.h"

namespace weir::sql {

std::string to_sql(const Expr& expression);   // parentheses around every binary operator, as ksqlDB prints: (A + B)
std::string to_sql(const TypeName& type);
std::string to_sql(const Query& query);
std::string to_sql(const Statement& statement);  // without semicolon; secrets in properties masked: see is_secret_property

// Structural equality, positions ignored.
bool equal(const Expr& a, const Expr& b);
bool equal(const Statement& a, const Statement& b);

// password, secret, token, private key …: values that must never be printed. A name whose last word is "key" counts (ssl.key), but for
// those that are about the keys of records (persistence.default.format.key).
bool is_secret_property(const std::string& name);

}  // namespace weir::sql
