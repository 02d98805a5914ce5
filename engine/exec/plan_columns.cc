#include "engine/exec/plan_columns.h"

#include <algorithm>

namespace weir {

std::vector<TypePtr> types_where(const PlanSchema& schema, bool key) {
  std::vector<TypePtr> out;
  for (const PlanColumn& column : schema) {
    if (column.key == key) out.push_back(column.type);
  }
  return out;
}

std::vector<int> indices_where(const PlanSchema& schema, bool key) {
  std::vector<int> out;
  for (size_t i = 0; i < schema.size(); ++i) {
    if (schema[i].key == key) out.push_back(static_cast<int>(i));
  }
  return out;
}

int index_of(const PlanSchema& schema, const std::string& name) {
  for (size_t c = 0; c < schema.size(); ++c) {
    if (schema[c].name == name) return static_cast<int>(c);
  }
  return -1;
}

std::vector<const Column*> columns_at(const std::vector<ColumnPtr>& columns, const std::vector<int>& indices) {
  std::vector<const Column*> out;
  out.reserve(indices.size());
  for (const int index : indices) out.push_back(columns[index].get());
  return out;
}

bool has_null_key(const Batch& batch, const std::vector<const Column*>& keys, uint32_t row) {
  return batch.null_key.test(row) ||
         std::any_of(keys.begin(), keys.end(), [&](const Column* key) { return key->is_null(row); });
}

}  // namespace weir
