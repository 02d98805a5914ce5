#include "engine/formats/avro_reader.h"

#include "engine/formats/utf8.h"
#include "engine/types/decimal.h"
#include "engine/types/float_text.h"
#include "engine/types/text.h"

namespace weir {
namespace {

using AvroOp = AvroReadStep::Op;

constexpr int kMaxAvroDataDepth = 500;  // of a recursive schema's values within values
constexpr uint64_t kMaxEmptyAvroItems = 4096;
constexpr int64_t kAvroMillisOfDay = 86'400'000;

// Rounded down, also before the epoch.
int64_t avro_micros_to_millis(int64_t micros) { return micros / 1000 - (micros % 1000 < 0 ? 1 : 0); }

}  // namespace

bool AvroReader::read(const AvroReadStep& plan, std::string_view record, size_t slot, Arena& arena) {
  cursor_ = AvroCursor(record);
  arena_ = &arena;
  empty_items_ = 0;
  error_.clear();
  path_.clear();
  return run(plan, slot);
}

std::string AvroReader::error() const {
  const std::string where = path_.empty() ? "" : "field " + path_.substr(path_[0] == '.' ? 1 : 0) + ": ";
  return where + (error_.empty() ? cursor_.error() : error_) + " (at byte " + std::to_string(cursor_.offset()) + ")";
}

void AvroReader::set_null(const AvroReadStep& step, size_t slot) {
  if (step.slots != nullptr) {
    step.slots->set_null(slot);
  } else {
    for (ColumnSlots* column : step.all) column->set_null(slot);
  }
}

bool AvroReader::run(const AvroReadStep& step, size_t slot) {
  if (step.null_branch >= 0) {
    int64_t branch;
    if (!cursor_.read_long(branch)) return false;
    if (branch == step.null_branch) {
      set_null(step, slot);
      return true;
    }
    if (branch != 1 - step.null_branch) return fail("a union has no branch " + std::to_string(branch));
  }
  return run_value(step, slot);
}

bool AvroReader::run_value(const AvroReadStep& step, size_t slot) {
  switch (step.op) {
    case AvroOp::kSkipLongs:
      for (uint64_t i = 0; i < step.count; ++i) {
        if (!cursor_.skip_long()) return false;
      }
      return true;
    case AvroOp::kSkipBytes:
      return cursor_.skip(step.count);
    case AvroOp::kSkipString: {
      std::string_view skipped;
      return cursor_.read_bytes(skipped);
    }
    case AvroOp::kSkipNode:
      return skip(*step.node, 0);
    case AvroOp::kNull:
      set_null(step, slot);
      return true;
    case AvroOp::kBoolean: {
      bool value;
      if (!cursor_.read_boolean(value)) return false;
      step.slots->set<uint8_t>(slot, value);
      return true;
    }
    case AvroOp::kInt: {
      int32_t value;
      if (!cursor_.read_int(value)) return false;
      step.slots->set<int32_t>(slot, value);
      return true;
    }
    case AvroOp::kTimeMillis:
    case AvroOp::kTimeMicros: {
      int64_t value;
      if (!cursor_.read_long(value)) return false;
      if (step.op == AvroOp::kTimeMicros) value = avro_micros_to_millis(value);
      if (value < 0 || value > kAvroMillisOfDay) return fail("the number is outside the range of TIME");
      step.slots->set<int32_t>(slot, static_cast<int32_t>(value));
      return true;
    }
    case AvroOp::kLong:
    case AvroOp::kTimestampMicros: {
      int64_t value;
      if (!cursor_.read_long(value)) return false;
      step.slots->set<int64_t>(slot, step.op == AvroOp::kLong ? value : avro_micros_to_millis(value));
      return true;
    }
    case AvroOp::kFloat: {
      float value;
      if (!cursor_.read_float(value)) return false;
      step.slots->set<double>(slot, value);
      return true;
    }
    case AvroOp::kDouble: {
      double value;
      if (!cursor_.read_double(value)) return false;
      step.slots->set<double>(slot, value);
      return true;
    }
    case AvroOp::kLongAsDouble: {
      int64_t value;
      if (!cursor_.read_long(value)) return false;
      step.slots->set<double>(slot, static_cast<double>(value));
      return true;
    }
    case AvroOp::kString: {
      std::string_view text;
      if (!cursor_.read_bytes(text)) return false;
      step.slots->set<std::string_view>(slot, repair_utf8(text, *arena_));
      return true;
    }
    case AvroOp::kBytes: {
      std::string_view bytes;
      if (!cursor_.read_bytes(bytes)) return false;
      step.slots->set<std::string_view>(slot, bytes);
      return true;
    }
    case AvroOp::kFixed: {
      std::string_view bytes;
      if (!cursor_.read_fixed(step.count, bytes)) return false;
      step.slots->set<std::string_view>(slot, bytes);
      return true;
    }
    case AvroOp::kEnum: {
      int64_t index;
      if (!cursor_.read_long(index)) return false;
      if (index < 0 || static_cast<uint64_t>(index) >= step.node->symbols.size()) {
        return fail("the enum " + step.node->name + " has no symbol " + std::to_string(index));
      }
      return set_text(step, slot, step.node->symbols[static_cast<size_t>(index)]);
    }
    case AvroOp::kDecimal:
    case AvroOp::kFixedDecimal:
      return read_decimal(step, slot);
    case AvroOp::kBooleanAsText:
    case AvroOp::kLongAsText:
    case AvroOp::kFloatAsText:
    case AvroOp::kDoubleAsText:
      return read_text(step, slot);
    case AvroOp::kArray:
      return run_array(step, slot);
    case AvroOp::kMap:
    case AvroOp::kMapEntries:
      return run_map(step, slot);
    case AvroOp::kRecord:
      return run_record(step, slot);
    case AvroOp::kUnion:
    case AvroOp::kUnionAsStruct:
      return run_union(step, slot);
    case AvroOp::kMismatch:
      return fail(step.mismatch);
  }
  return false;
}

bool AvroReader::set_text(const AvroReadStep& step, size_t slot, std::string_view text) {
  step.slots->set<std::string_view>(slot, arena_->copy(text));
  return true;
}

bool AvroReader::read_text(const AvroReadStep& step, size_t slot) {
  text_.clear();
  if (step.op == AvroOp::kBooleanAsText) {
    bool value;
    if (!cursor_.read_boolean(value)) return false;
    return set_text(step, slot, value ? "true" : "false");
  }
  if (step.op == AvroOp::kLongAsText) {
    int64_t value;
    if (!cursor_.read_long(value)) return false;
    text_ = std::to_string(value);
  } else if (step.op == AvroOp::kFloatAsText) {
    float value;
    if (!cursor_.read_float(value)) return false;
    append_java_float(text_, value);
  } else {
    double value;
    if (!cursor_.read_double(value)) return false;
    append_java_double(text_, value);
  }
  return set_text(step, slot, text_);
}

bool AvroReader::read_decimal(const AvroReadStep& step, size_t slot) {
  std::string_view bytes;
  if (!(step.op == AvroOp::kDecimal ? cursor_.read_bytes(bytes) : cursor_.read_fixed(step.count, bytes))) return false;
  const Type& type = *step.slots->type();
  std::optional<Int128> value = decimal_from_bytes(bytes);
  if (value) value = decimal_to_decimal(*value, step.node->scale, type.precision(), type.scale());
  if (!value) return fail("the number doesn't fit " + type.to_string());
  step.slots->set<Int128>(slot, *value);
  return true;
}

bool AvroReader::run_record(const AvroReadStep& step, size_t slot) {
  for (const AvroReadStep& field : step.children) {
    if (run(field, slot)) continue;
    if (!field.name.empty()) path_.insert(0, "." + field.name);
    return false;
  }
  for (ColumnSlots* missing : step.missing) missing->set_null(slot);
  if (step.slots != nullptr) step.slots->set_valid(slot);
  return true;
}

bool AvroReader::run_union(const AvroReadStep& step, size_t slot) {
  int64_t branch;
  if (!cursor_.read_long(branch)) return false;
  if (branch < 0 || static_cast<uint64_t>(branch) >= step.children.size()) {
    return fail("a union has no branch " + std::to_string(branch));
  }
  const AvroReadStep& child = step.children[static_cast<size_t>(branch)];
  if (step.op == AvroOp::kUnion) return run(child, slot);
  for (ColumnSlots* field : step.all) field->set_null(slot);
  if (step.slots != nullptr) {
    if (child.node->kind == AvroKind::kNull) {
      step.slots->set_null(slot);
      return true;
    }
    step.slots->set_valid(slot);
  }
  return run(child, slot);
}

bool AvroReader::read_block(const AvroNode& items, uint64_t& count) {
  uint64_t bytes;
  if (!cursor_.read_block(items.takes_no_bytes, count, bytes)) return false;
  if (!items.takes_no_bytes) return true;
  // These cost memory, but no bytes: a few would do to ask for any number of them.
  if (count > kMaxEmptyAvroItems - empty_items_) return fail("there are too many items without any bytes");
  empty_items_ += count;
  return true;
}

bool AvroReader::run_array(const AvroReadStep& step, size_t slot) {
  ColumnSlots& slots = *step.slots;
  slots.begin_elements(slot);
  size_t index = 0;
  for (uint64_t count;;) {
    if (!read_block(step.node->item(), count)) return false;
    if (count == 0) break;
    for (; count > 0; --count, ++index) {
      if (run(step.children[0], slots.add_element())) continue;
      path_.insert(0, "[" + std::to_string(index) + "]");
      return false;
    }
  }
  slots.end_elements(slot);
  return true;
}

// Of equal keys the last stays. They are rare, so the map is then simply read again without the others.
bool AvroReader::run_map(const AvroReadStep& step, size_t slot) {
  const AvroCursor start = cursor_;
  if (!run_map_once(step, slot, {})) return false;
  const std::vector<bool> repeated = repeated_map_keys(step.slots->column(), slot);
  if (repeated.empty()) return true;
  cursor_ = start;
  return run_map_once(step, slot, repeated);
}

bool AvroReader::run_map_once(const AvroReadStep& step, size_t slot, const std::vector<bool>& skipped) {
  ColumnSlots& slots = *step.slots;
  slots.begin_elements(slot);
  size_t entry = 0;
  for (uint64_t count;;) {
    const bool entries = step.op == AvroOp::kMapEntries;
    uint64_t bytes;
    if (!(entries ? read_block(step.node->item(), count) : cursor_.read_block(false, count, bytes))) return false;
    if (count == 0) break;
    for (; count > 0; --count, ++entry) {
      const size_t element = slots.add_element();
      if (entries) {
        for (const AvroReadStep& field : step.children) {
          if (run(field, element)) continue;
          path_.insert(0, "[" + std::to_string(entry) + "]." + field.name);
          return false;
        }
      } else {
        std::string_view key;
        if (!cursor_.read_bytes(key)) return false;
        slots.child(0).set<std::string_view>(element, repair_utf8(key, *arena_));
        if (!run(step.children[0], element)) {
          path_.insert(0, "[" + std::to_string(entry) + "]");
          return false;
        }
      }
      if (entry < skipped.size() && skipped[entry]) slots.drop_element();
    }
  }
  slots.end_elements(slot);
  return true;
}

bool AvroReader::skip(const AvroNode& node, int depth) {
  if (depth > kMaxAvroDataDepth) return fail("values are nested more than 500 deep");
  if (node.takes_no_bytes) return true;
  switch (node.kind) {
    case AvroKind::kNull:
      return true;
    case AvroKind::kBoolean:
      return cursor_.skip(1);
    case AvroKind::kInt:
    case AvroKind::kLong:
    case AvroKind::kEnum:
      return cursor_.skip_long();
    case AvroKind::kFloat:
      return cursor_.skip(sizeof(float));
    case AvroKind::kDouble:
      return cursor_.skip(sizeof(double));
    case AvroKind::kFixed:
      return cursor_.skip(node.size);
    case AvroKind::kBytes:
    case AvroKind::kString: {
      std::string_view skipped;
      return cursor_.read_bytes(skipped);
    }
    case AvroKind::kRecord:
      for (const AvroField& field : node.fields) {
        if (!skip(*field.type, depth + 1)) return false;
      }
      return true;
    case AvroKind::kUnion: {
      int64_t branch;
      if (!cursor_.read_long(branch)) return false;
      if (branch < 0 || static_cast<uint64_t>(branch) >= node.children.size()) {
        return fail("a union has no branch " + std::to_string(branch));
      }
      return skip(*node.children[static_cast<size_t>(branch)], depth + 1);
    }
    case AvroKind::kArray:
    case AvroKind::kMap:
      return skip_blocks(node, depth);
  }
  return false;
}

bool AvroReader::skip_blocks(const AvroNode& node, int depth) {
  const bool is_map = node.kind == AvroKind::kMap;
  for (uint64_t count, bytes;;) {
    if (!cursor_.read_block(!is_map && node.item().takes_no_bytes, count, bytes)) return false;
    if (count == 0) return true;
    if (bytes > 0) {
      if (!cursor_.skip(bytes)) return false;
      continue;
    }
    if (!is_map && node.item().takes_no_bytes) continue;
    for (; count > 0; --count) {
      std::string_view key;
      if (is_map && !cursor_.read_bytes(key)) return false;
      if (!skip(node.item(), depth + 1)) return false;
    }
  }
}

}  // namespace weir
