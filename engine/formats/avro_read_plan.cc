#include "engine/formats/avro_read_plan.h"

#include "engine/formats/avro_names.h"

namespace weir {
namespace {

using AvroPlanOp = AvroReadStep::Op;

std::string describe_avro(const AvroNode& node) {
  switch (node.logical) {
    case AvroLogical::kDecimal:
      return "an Avro decimal";
    case AvroLogical::kDate:
      return "an Avro date";
    case AvroLogical::kTimeMillis:
    case AvroLogical::kTimeMicros:
      return "an Avro time";
    case AvroLogical::kTimestampMillis:
    case AvroLogical::kTimestampMicros:
      return "an Avro timestamp";
    case AvroLogical::kNone:
      break;
  }
  return std::string("an Avro ") + avro_kind_name(node.kind) + (node.name.empty() ? "" : " " + node.name);
}

AvroReadStep plan_avro_skip(const AvroNode& node) {
  AvroReadStep step;
  step.node = &node;
  const auto bytes = [&](uint64_t count) {
    step.op = AvroPlanOp::kSkipBytes;
    step.count = count;
  };
  switch (node.kind) {
    case AvroKind::kNull:
      bytes(0);
      break;
    case AvroKind::kBoolean:
      bytes(1);
      break;
    case AvroKind::kFloat:
      bytes(sizeof(float));
      break;
    case AvroKind::kDouble:
      bytes(sizeof(double));
      break;
    case AvroKind::kFixed:
      bytes(node.size);
      break;
    case AvroKind::kInt:
    case AvroKind::kLong:
    case AvroKind::kEnum:
      step.op = AvroPlanOp::kSkipLongs;
      step.count = 1;
      break;
    case AvroKind::kBytes:
    case AvroKind::kString:
      step.op = AvroPlanOp::kSkipString;
      break;
    default:
      if (node.takes_no_bytes) {
        bytes(0);
      } else {
        step.op = AvroPlanOp::kSkipNode;
      }
      break;
  }
  return step;
}

// Adds what is skipped, together with what was skipped right before.
void add_avro_skip(std::vector<AvroReadStep>& steps, AvroReadStep step) {
  if (step.op == AvroPlanOp::kSkipBytes && step.count == 0) return;
  const bool counted = step.op == AvroPlanOp::kSkipBytes || step.op == AvroPlanOp::kSkipLongs;
  if (counted && !steps.empty() && steps.back().op == step.op) {
    steps.back().count += step.count;
  } else {
    steps.push_back(std::move(step));
  }
}

AvroReadStep plan_avro_value(const AvroNode& node, ColumnSlots& slots, const std::string& path);

[[noreturn]] void avro_mismatch(const AvroNode& node, const ColumnSlots& slots, const std::string& path) {
  throw AvroMismatch((path.empty() ? "" : "field " + path + ": ") + describe_avro(node) + " can't be read as " +
                     slots.type()->to_string());
}

std::string avro_path(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

// The index of the target for a field of the writer's, or -1.
int find_avro_target(const std::vector<AvroTarget>& targets, const AvroNode& record, const AvroField& field) {
  for (size_t i = 0; i < targets.size(); ++i) {
    if (avro_field_name(targets[i].name) == field.name) return static_cast<int>(i);
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    const std::string name = avro_field_name(targets[i].name);
    if (avro_names_match(name, field.name) && avro_field(record, name) == nullptr) return static_cast<int>(i);
  }
  return -1;
}

AvroReadStep plan_avro_record(const AvroNode& record, const std::vector<AvroTarget>& targets, const std::string& path) {
  AvroReadStep step;
  step.op = AvroPlanOp::kRecord;
  step.node = &record;
  for (const AvroTarget& target : targets) step.missing.push_back(target.slots);
  std::vector<bool> taken(targets.size());
  for (const AvroField& field : record.fields) {
    const int target = find_avro_target(targets, record, field);
    if (target < 0 || taken[static_cast<size_t>(target)]) {
      add_avro_skip(step.children, plan_avro_skip(*field.type));
      continue;
    }
    taken[static_cast<size_t>(target)] = true;
    ColumnSlots& slots = *targets[static_cast<size_t>(target)].slots;
    std::erase(step.missing, &slots);
    AvroReadStep value = plan_avro_value(*field.type, slots, avro_path(path, field.name));
    value.name = field.name;
    step.children.push_back(std::move(value));
  }
  return step;
}

std::vector<AvroTarget> avro_struct_targets(ColumnSlots& slots) {
  std::vector<AvroTarget> targets;
  for (size_t i = 0; i < slots.child_count(); ++i) targets.push_back({slots.type()->fields()[i].name, &slots.child(i)});
  return targets;
}

// A union as Connect sees it: a struct with a field for each branch but null, named after the branch's type.
bool names_avro_branches(const AvroNode& node, const std::vector<AvroTarget>& targets) {
  for (const AvroNode* branch : node.children) {
    for (const AvroTarget& target : targets) {
      if (branch->kind != AvroKind::kNull && avro_names_match(target.name, avro_short_name(*branch))) return true;
    }
  }
  return false;
}

AvroReadStep plan_avro_union_as_struct(const AvroNode& node, const std::vector<AvroTarget>& targets,
                                       const std::string& path) {
  AvroReadStep step;
  step.op = AvroPlanOp::kUnionAsStruct;
  step.node = &node;
  for (const AvroTarget& target : targets) step.all.push_back(target.slots);
  for (const AvroNode* branch : node.children) {
    const std::string name = avro_short_name(*branch);
    AvroReadStep value = plan_avro_skip(*branch);
    for (const AvroTarget& target : targets) {
      if (branch->kind == AvroKind::kNull || !avro_names_match(target.name, name)) continue;
      value = plan_avro_value(*branch, *target.slots, avro_path(path, name));
      value.name = name;
      break;
    }
    step.children.push_back(std::move(value));
  }
  return step;
}

// A step for each branch, made by `plan`; at least one branch must be readable.
template <class Plan>
AvroReadStep plan_avro_union(const AvroNode& node, Plan plan) {
  AvroReadStep step;
  step.op = AvroPlanOp::kUnion;
  step.node = &node;
  size_t readable = 0;
  std::string first;
  for (const AvroNode* branch : node.children) {
    AvroReadStep value;
    try {
      value = plan(*branch);
      readable += branch->kind != AvroKind::kNull;
    } catch (const AvroMismatch& error) {
      value.op = AvroPlanOp::kMismatch;
      value.mismatch = error.what();
      if (first.empty()) first = error.what();
    }
    step.children.push_back(std::move(value));
  }
  if (readable == 0 && !first.empty()) throw AvroMismatch(first);
  return step;
}

// Null and one other: the other with the null's place.
template <class Plan>
AvroReadStep plan_avro_nullable(const AvroNode& node, Plan plan) {
  AvroReadStep step = plan(node.without_null());
  step.null_branch = static_cast<int8_t>(node.null_branch());
  return step;
}

bool is_avro_nullable(const AvroNode& node) { return &node.without_null() != &node; }

// Which number or text of the writer's fits which column, by ksqlDB's rules for Connect's types and, beyond them,
// Avro's promotions. kMismatch: none.
AvroPlanOp avro_scalar_op(const AvroNode& node, TypeKind to) {
  const bool plain_long = node.logical == AvroLogical::kNone || node.logical == AvroLogical::kTimestampMillis;
  switch (node.kind) {
    case AvroKind::kBoolean:
      return to == TypeKind::kBoolean  ? AvroPlanOp::kBoolean
             : to == TypeKind::kString ? AvroPlanOp::kBooleanAsText
                                       : AvroPlanOp::kMismatch;
    case AvroKind::kInt:
      if (to == TypeKind::kInt) return AvroPlanOp::kInt;
      if (to == TypeKind::kDate)
        return node.logical == AvroLogical::kTimeMillis ? AvroPlanOp::kMismatch : AvroPlanOp::kInt;
      if (to == TypeKind::kTime)
        return node.logical == AvroLogical::kDate ? AvroPlanOp::kMismatch : AvroPlanOp::kTimeMillis;
      if (to == TypeKind::kTimestamp && node.logical != AvroLogical::kNone) return AvroPlanOp::kMismatch;
      [[fallthrough]];
    case AvroKind::kLong:
      if (to == TypeKind::kTime && node.logical == AvroLogical::kTimeMicros) return AvroPlanOp::kTimeMicros;
      if (to == TypeKind::kTimestamp && node.logical == AvroLogical::kTimestampMicros)
        return AvroPlanOp::kTimestampMicros;
      if (to == TypeKind::kTimestamp && plain_long) return AvroPlanOp::kLong;
      if (to == TypeKind::kBigint) return AvroPlanOp::kLong;
      if (to == TypeKind::kDouble && node.logical == AvroLogical::kNone) return AvroPlanOp::kLongAsDouble;
      return to == TypeKind::kString ? AvroPlanOp::kLongAsText : AvroPlanOp::kMismatch;
    case AvroKind::kFloat:
      return to == TypeKind::kDouble   ? AvroPlanOp::kFloat
             : to == TypeKind::kString ? AvroPlanOp::kFloatAsText
                                       : AvroPlanOp::kMismatch;
    case AvroKind::kDouble:
      return to == TypeKind::kDouble   ? AvroPlanOp::kDouble
             : to == TypeKind::kString ? AvroPlanOp::kDoubleAsText
                                       : AvroPlanOp::kMismatch;
    case AvroKind::kString:
      return to == TypeKind::kString ? AvroPlanOp::kString : AvroPlanOp::kMismatch;
    case AvroKind::kEnum:
      return to == TypeKind::kString ? AvroPlanOp::kEnum : AvroPlanOp::kMismatch;
    case AvroKind::kBytes:
      if (node.logical == AvroLogical::kDecimal)
        return to == TypeKind::kDecimal ? AvroPlanOp::kDecimal : AvroPlanOp::kMismatch;
      return to == TypeKind::kBytes ? AvroPlanOp::kBytes : AvroPlanOp::kMismatch;
    case AvroKind::kFixed:
      if (node.logical == AvroLogical::kDecimal) {
        return to == TypeKind::kDecimal ? AvroPlanOp::kFixedDecimal : AvroPlanOp::kMismatch;
      }
      return to == TypeKind::kBytes ? AvroPlanOp::kFixed : AvroPlanOp::kMismatch;
    default:
      return AvroPlanOp::kMismatch;
  }
}

AvroReadStep plan_avro_map_entries(const AvroNode& node, ColumnSlots& slots, const std::string& path) {
  const AvroNode& entry = node.item();
  AvroReadStep step = plan_avro_record(entry, {{"key", &slots.child(0)}, {"value", &slots.child(1)}}, path);
  if (!step.missing.empty()) avro_mismatch(node, slots, path);
  step.op = AvroPlanOp::kMapEntries;
  step.node = &node;
  step.slots = &slots;
  return step;
}

AvroReadStep plan_avro_value(const AvroNode& node, ColumnSlots& slots, const std::string& path) {
  const auto plan = [&](const AvroNode& branch) { return plan_avro_value(branch, slots, path); };
  const TypeKind to = slots.type()->kind();
  AvroReadStep step;
  if (is_avro_nullable(node)) {
    step = plan_avro_nullable(node, plan);
  } else if (node.kind == AvroKind::kUnion) {
    const bool as_struct = to == TypeKind::kStruct && names_avro_branches(node, avro_struct_targets(slots));
    step = as_struct ? plan_avro_union_as_struct(node, avro_struct_targets(slots), path) : plan_avro_union(node, plan);
  } else if (node.kind == AvroKind::kNull) {
    step.op = AvroPlanOp::kNull;
    step.node = &node;
  } else if (node.kind == AvroKind::kRecord && to == TypeKind::kStruct) {
    step = plan_avro_record(node, avro_struct_targets(slots), path);
  } else if (node.kind == AvroKind::kArray && to == TypeKind::kArray) {
    step.op = AvroPlanOp::kArray;
    step.node = &node;
    step.children.push_back(plan_avro_value(node.item(), slots.child(0), path + "[]"));
  } else if (node.kind == AvroKind::kMap && to == TypeKind::kMap &&
             slots.type()->map_key()->kind() == TypeKind::kString) {
    step.op = AvroPlanOp::kMap;
    step.node = &node;
    step.children.push_back(plan_avro_value(node.item(), slots.child(1), path + "[]"));
  } else if (node.kind == AvroKind::kArray && to == TypeKind::kMap && node.item().kind == AvroKind::kRecord) {
    step = plan_avro_map_entries(node, slots, path);
  } else {
    step.op = avro_scalar_op(node, to);
    step.node = &node;
    step.count = node.size;
    if (step.op == AvroPlanOp::kMismatch) avro_mismatch(node, slots, path);
  }
  step.slots = &slots;
  return step;
}

AvroReadStep plan_avro_row(const AvroNode& node, const std::vector<AvroTarget>& targets) {
  const auto plan = [&](const AvroNode& branch) { return plan_avro_row(branch, targets); };
  AvroReadStep step;
  if (is_avro_nullable(node)) {
    step = plan_avro_nullable(node, plan);
  } else if (node.kind == AvroKind::kUnion) {
    step =
        names_avro_branches(node, targets) ? plan_avro_union_as_struct(node, targets, "") : plan_avro_union(node, plan);
  } else if (node.kind == AvroKind::kRecord) {
    step = plan_avro_record(node, targets, "");
  } else if (node.kind != AvroKind::kNull) {
    throw AvroMismatch(describe_avro(node) + " is no record (a bare value is declared with WRAP_SINGLE_VALUE=false)");
  }
  step.all.clear();
  for (const AvroTarget& target : targets) step.all.push_back(target.slots);
  return step;
}

}  // namespace

AvroReadStep plan_avro_reading(const AvroSchema& schema, const std::vector<AvroTarget>& targets, bool unwrapped) {
  if (!unwrapped) return plan_avro_row(schema.root(), targets);
  if (targets.empty()) return plan_avro_skip(schema.root());
  return plan_avro_value(schema.root(), *targets[0].slots, "");
}

}  // namespace weir
