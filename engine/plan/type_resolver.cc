#include <map>
#include <set>
#include <stdexcept>

#include "engine/plan/binder.h"
#include "engine/plan/messages.h"

namespace weir {

namespace {

const std::map<std::string, TypePtr>& named_types() {
  static const std::map<std::string, TypePtr> types = {
      {"BOOLEAN", Type::boolean()}, {"INT", Type::integer()},        {"INTEGER", Type::integer()},
      {"BIGINT", Type::bigint()},   {"DOUBLE", Type::float64()},     {"VARCHAR", Type::string()},
      {"STRING", Type::string()},   {"BYTES", Type::bytes()},        {"DATE", Type::date()},
      {"TIME", Type::time()},       {"TIMESTAMP", Type::timestamp()}};
  return types;
}

TypePtr resolve_named_type(const sql::TypeName& name, const Catalog* catalog) {
  const auto found = named_types().find(name.name.name);
  if (found != named_types().end()) return found->second;
  if (catalog) {
    if (TypePtr type = catalog->find_type(name.name.name)) return type;
  }
  std::vector<std::string> candidates;
  for (const auto& [known, type] : named_types()) candidates.push_back(known);
  if (catalog) {
    for (const auto& [known, type] : catalog->types()) candidates.push_back(known);
  }
  refuse("There is no type '" + name.name.name + "'." + suggestion(name.name.name, candidates) +
             " Own types are made with CREATE TYPE.",
         name.pos);
}

}  // namespace

TypePtr resolve_type(const sql::TypeName& name, const Catalog* catalog) {
  switch (name.kind) {
    case sql::TypeName::Kind::kNamed:
      return resolve_named_type(name, catalog);
    case sql::TypeName::Kind::kDecimal:
      if (name.precision > kMaxDecimalPrecision) {
        refuse_unsupported("DECIMAL(" + std::to_string(name.precision) + ", " + std::to_string(name.scale) +
                               ") with more than " + std::to_string(kMaxDecimalPrecision) + " digits",
                           name.pos);
      }
      try {
        return Type::decimal(name.precision, name.scale);
      } catch (const std::invalid_argument& error) {
        refuse(error.what(), name.pos);
      }
    case sql::TypeName::Kind::kArray:
      return Type::array(resolve_type(*name.children[0], catalog));
    case sql::TypeName::Kind::kMap:
      return Type::map(resolve_type(*name.children[0], catalog), resolve_type(*name.children[1], catalog));
    case sql::TypeName::Kind::kStruct: {
      std::vector<StructField> fields;
      std::set<std::string> seen;
      for (size_t i = 0; i < name.children.size(); ++i) {
        const sql::Identifier& field = name.field_names[i];
        if (!seen.insert(field.name).second) refuse("The STRUCT has two fields named '" + field.name + "'.", field.pos);
        fields.push_back({field.name, resolve_type(*name.children[i], catalog)});
      }
      return Type::structure(std::move(fields));
    }
  }
  refuse("This is no type.", name.pos);
}

}  // namespace weir
