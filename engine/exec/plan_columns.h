// Small helpers of the operators: which of a schema's columns make the key, and a batch's columns by index.
#pragma once

#include <vector>

#include "engine/plan/physical_plan.h"
#include "engine/types/batch.h"

namespace weir {

std::vector<TypePtr> types_where(const PlanSchema& schema, bool key);
std::vector<int> indices_where(const PlanSchema& schema, bool key);
int index_of(const PlanSchema& schema, const std::string& name);  // -1: there is none
std::vector<const Column*> columns_at(const std::vector<ColumnPtr>& columns, const std::vector<int>& indices);

// The record's key, or one of its columns, is NULL.
bool has_null_key(const Batch& batch, const std::vector<const Column*>& keys, uint32_t row);

}  // namespace weir
