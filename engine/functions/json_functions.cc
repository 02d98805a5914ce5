// Functions of JSON texts.
#include <charconv>
#include <unordered_map>

#include "engine/functions/column_text.h"
#include "engine/functions/function_lists.h"
#include "engine/functions/json_path.h"
#include "engine/functions/json_text.h"
#include "engine/functions/kernels.h"
#include "engine/functions/one_overload.h"
#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir {
namespace {

const std::pair<std::string, std::string> kJsonDoc{"json", "the JSON text"};

// Reads the row's JSON. Nothing for NULL and for blank text; nothing, after reporting the row, for malformed text.
std::optional<JsonView> json_at(const KernelCall& call, size_t arg, uint32_t row) {
  if (call.args[arg]->is_null(row)) return std::nullopt;
  const std::string_view text = text_at(call, arg, row);
  if (is_blank_json(text)) return std::nullopt;
  auto json = read_json(text);
  if (!json) {
    constexpr size_t kShown = 100;
    call.fail(row, "not valid JSON: " + std::string(text.substr(0, kShown)) + (text.size() > kShown ? "…" : ""));
  }
  return json;
}

// A JSON value as a text in the arena: a string's own text, or the compact JSON.
std::string_view text_of_json(const JsonView& value, Arena& arena, std::string& scratch) {
  if (value.kind == JsonKind::kString) {
    const std::string_view text = json_string_text(value.text, scratch);
    return text.data() == scratch.data() ? arena.copy(text) : text;
  }
  scratch.clear();
  append_compact_json(scratch, value);
  return arena.copy(scratch);
}

std::string_view compact_json(const JsonView& value, Arena& arena, std::string& scratch) {
  scratch.clear();
  append_compact_json(scratch, value);
  return arena.copy(scratch);
}

Kernel extract_json_field_kernel(const FunctionBinding& binding) {
  return [paths = CompiledArgument<JsonPath>(binding, 1, [](std::string_view path) { return JsonPath(path); }),
          scratch = std::string()](KernelCall& call) mutable {
    for_each_complete_row(call, [&](uint32_t row) {
      const JsonPath* path = paths.get(call, row);
      const auto json = path ? json_at(call, 0, row) : std::nullopt;
      const auto found = json ? path->find(*json) : std::nullopt;
      if (found) call.out.set<std::string_view>(row, text_of_json(*found, call.context.arena, scratch));
    });
  };
}

Kernel is_json_string_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    for (uint32_t row = 0; row < call.rows; ++row) {
      bool valid = false;
      if (call.args[0]->is_valid(row)) {
        const std::string_view text = text_at(call, 0, row);
        size_t after = 0;
        valid = read_json(text, &after) && after == text.size();
      }
      call.out.set<uint8_t>(row, valid);
    }
  };
}

Kernel json_array_length_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    for_each_complete_row(call, [&](uint32_t row) {
      const auto json = json_at(call, 0, row);
      if (!json || json->kind != JsonKind::kArray) return;
      int32_t length = 0;
      for (JsonWalker walker(*json); walker.next();) ++length;
      call.out.set<int32_t>(row, length);
    });
  };
}

// Whether a JSON value is the row's SQL value. Numbers written without point and exponent match whole numbers only,
// others match DOUBLEs only, as in ksqlDB; DECIMALs go by the amount.
bool json_equals_row(const JsonView& json, const Column& value, uint32_t row, std::string& scratch) {
  if (value.is_null(row)) return json.kind == JsonKind::kNull;
  switch (value.kind()) {
    case TypeKind::kBoolean:
      return json.kind == (value.at<uint8_t>(row) ? JsonKind::kTrue : JsonKind::kFalse);
    case TypeKind::kString:
      return json.kind == JsonKind::kString && json_string_text(json.text, scratch) == value.at<std::string_view>(row);
    case TypeKind::kInt:
    case TypeKind::kBigint: {
      if (json.kind != JsonKind::kNumber) return false;
      const auto number = parse_bigint(json.text);
      return number && *number == (value.kind() == TypeKind::kInt ? value.at<int32_t>(row) : value.at<int64_t>(row));
    }
    case TypeKind::kDouble: {
      if (json.kind != JsonKind::kNumber) return false;
      if (json.text.find_first_of(".eE") == std::string_view::npos) return false;
      const auto number = parse_double(json.text);
      return number && *number == value.at<double>(row);
    }
    case TypeKind::kDecimal: {
      if (json.kind != JsonKind::kNumber) return false;
      int scale = 0;
      const auto number = parse_decimal(json.text, &scale);
      return number && decimal_compare(*number, scale, value.at<Int128>(row), value.type()->scale()) == 0;
    }
    default:
      return false;
  }
}

Kernel json_array_contains_kernel(const FunctionBinding&) {
  return [scratch = std::string()](KernelCall& call) mutable {
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (call.args[0]->is_null(row)) continue;
      bool found = false;
      const auto json = read_json(text_at(call, 0, row));
      if (json && json->kind == JsonKind::kArray) {
        for (JsonWalker walker(*json); !found && walker.next();) {
          found = json_equals_row(walker.value(), *call.args[1], row, scratch);
        }
      }
      call.out.set<uint8_t>(row, found);
    }
  };
}

// The members of one or more objects, each name once, in the order of first occurrence and with its last value. Names
// are views into the texts or the arena.
class JsonMembers {
 public:
  struct Member {
    std::string_view name;
    JsonView value;
  };

  void clear() {
    members_.clear();
    places_.clear();
  }
  void add(const JsonView& object, Arena& arena, std::string& scratch) {
    for (JsonWalker walker(object); walker.next();) {
      std::string_view name = json_string_text(walker.name(), scratch);
      if (name.data() == scratch.data()) name = arena.copy(name);
      if (Member* known = find(name)) {
        known->value = walker.value();
        continue;
      }
      if (members_.size() >= kScanned) places_.emplace(name, members_.size());
      members_.push_back({name, walker.value()});
    }
  }
  const std::vector<Member>& members() const { return members_; }

 private:
  // So many are looked through one by one, those after them are found by hash.
  static constexpr size_t kScanned = 16;

  Member* find(std::string_view name) {
    for (size_t i = 0; i < members_.size() && i < kScanned; ++i) {
      if (members_[i].name == name) return &members_[i];
    }
    if (places_.empty()) return nullptr;
    const auto place = places_.find(name);
    return place == places_.end() ? nullptr : &members_[place->second];
  }

  std::vector<Member> members_;
  std::unordered_map<std::string_view, size_t> places_;
};

void append_concatenated(std::string& out, const std::vector<JsonView>& values, JsonMembers& members, Arena& arena,
                         std::string& scratch) {
  if (values.size() == 1) return append_compact_json(out, values[0]);
  bool objects = true;
  for (const JsonView& value : values) objects = objects && value.kind == JsonKind::kObject;
  bool first = true;
  if (objects) {
    members.clear();
    for (const JsonView& value : values) members.add(value, arena, scratch);
    out += '{';
    for (const auto& member : members.members()) {
      if (!first) out += ',';
      first = false;
      append_json_quoted(out, member.name);
      out += ':';
      append_compact_json(out, member.value);
    }
    out += '}';
    return;
  }
  const auto append = [&](const JsonView& value) {
    if (!first) out += ',';
    first = false;
    append_compact_json(out, value);
  };
  out += '[';
  for (const JsonView& value : values) {
    if (value.kind != JsonKind::kArray) {
      append(value);
      continue;
    }
    for (JsonWalker walker(value); walker.next();) append(walker.value());
  }
  out += ']';
}

Kernel json_concat_kernel(const FunctionBinding& binding) {
  if (binding.types.empty()) throw std::invalid_argument("JSON_CONCAT needs at least one JSON text");
  return [values = std::vector<JsonView>(), members = JsonMembers(), out = std::string(),
          scratch = std::string()](KernelCall& call) mutable {
    for_each_complete_row(call, [&](uint32_t row) {
      values.clear();
      for (size_t arg = 0; arg < call.args.size(); ++arg) {
        const auto json = json_at(call, arg, row);
        if (!json) return;
        values.push_back(*json);
      }
      out.clear();
      append_concatenated(out, values, members, call.context.arena, scratch);
      call.out.set<std::string_view>(row, call.context.arena.copy(out));
    });
  };
}

Kernel json_items_kernel(const FunctionBinding&) {
  return [scratch = std::string()](KernelCall& call) mutable {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      const auto json = json_at(call, 0, row);
      if (json && json->kind != JsonKind::kArray) call.fail(row, "JSON_ITEMS needs a JSON array");
      if (!json || json->kind != JsonKind::kArray) {
        out.append_null();
        continue;
      }
      for (JsonWalker walker(*json); walker.next();) {
        out.child(0).append<std::string_view>(compact_json(walker.value(), call.context.arena, scratch));
      }
      out.close_row();
    }
  };
}

// JSON_KEYS and JSON_RECORDS: append(out, member) for each member of the row's object.
template <class Append>
Kernel json_members_kernel(Append append) {
  return [append, members = JsonMembers(), scratch = std::string()](KernelCall& call) mutable {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      const auto json = json_at(call, 0, row);
      if (!json || json->kind != JsonKind::kObject) {
        out.append_null();
        continue;
      }
      members.clear();
      members.add(*json, call.context.arena, scratch);
      for (const auto& member : members.members()) append(out, member, call.context.arena, scratch);
      out.close_row();
    }
  };
}

void append_member_name(Column& out, const JsonMembers::Member& member, Arena&, std::string&) {
  out.child(0).append<std::string_view>(member.name);
}

void append_member(Column& out, const JsonMembers::Member& member, Arena& arena, std::string& scratch) {
  out.child(0).append<std::string_view>(member.name);
  out.child(1).append<std::string_view>(text_of_json(member.value, arena, scratch));
}

Kernel to_json_string_kernel(const FunctionBinding&) {
  return [scratch = std::string()](KernelCall& call) mutable {
    for (uint32_t row = 0; row < call.rows; ++row) {
      scratch.clear();
      append_json_value(scratch, *call.args[0], row);
      call.out.set<std::string_view>(row, call.context.arena.copy(scratch));
    }
  };
}

}  // namespace

std::vector<ScalarFunction> json_functions() {
  return {
      one_overload(
          "json", "EXTRACTJSONFIELD",
          "The value at a path of a JSON text: a string's text, or the JSON of another value. NULL if there is none.",
          "EXTRACTJSONFIELD('{\"a\": {\"b\": [1, 2]}}', '$.a.b[0]') → '1'", "(STRING, STRING) -> STRING",
          {kJsonDoc, {"path", "where the value is: $.name, $.name[0], $['a name']"}}, extract_json_field_kernel),
      one_overload("json", "IS_JSON_STRING", "Whether a text is valid JSON. False for NULL.",
                   "IS_JSON_STRING('[1, 2]') → true", "(STRING) -> BOOLEAN", {kJsonDoc}, is_json_string_kernel),
      one_overload("json", "JSON_ARRAY_CONTAINS",
                   "Whether a JSON array has a value among its elements. False for what is no array, NULL for NULL.",
                   "JSON_ARRAY_CONTAINS('[1, 2, 3]', 3) → true", "(STRING, T) -> BOOLEAN",
                   {kJsonDoc, {"val", "the value to find"}}, json_array_contains_kernel),
      one_overload("json", "JSON_ARRAY_LENGTH", "How many elements a JSON array has. NULL for what is no array.",
                   "JSON_ARRAY_LENGTH('[1, [2, 3]]') → 2", "(STRING) -> INT", {kJsonDoc}, json_array_length_kernel),
      one_overload("json", "JSON_CONCAT",
                   "Joins JSON texts: objects to one object, in which later members count; otherwise everything to "
                   "one array. NULL "
                   "if one is NULL or not valid.",
                   "JSON_CONCAT('{\"a\": 1}', '{\"b\": 2}') → '{\"a\":1,\"b\":2}'", "(STRING...) -> STRING",
                   {{"jsonStrings", "the JSON texts"}}, json_concat_kernel),
      one_overload("json", "JSON_ITEMS", "The elements of a JSON array as JSON texts.",
                   "JSON_ITEMS('[{\"a\": 1}, 2]') → ['{\"a\":1}', '2']", "(STRING) -> ARRAY<STRING>", {kJsonDoc},
                   json_items_kernel),
      one_overload("json", "JSON_KEYS", "The names of a JSON object's members. NULL for what is no object.",
                   "JSON_KEYS('{\"a\": 1, \"b\": 2}') → ['a', 'b']", "(STRING) -> ARRAY<STRING>", {kJsonDoc},
                   [](const FunctionBinding&) { return json_members_kernel(append_member_name); }),
      one_overload(
          "json", "JSON_RECORDS",
          "The members of a JSON object: a string's own text, the JSON of other values. NULL for what is no object.",
          "JSON_RECORDS('{\"a\": [1], \"b\": \"x\"}') → {a='[1]', b='x'}", "(STRING) -> MAP<STRING, STRING>",
          {kJsonDoc}, [](const FunctionBinding&) { return json_members_kernel(append_member); }),
      one_overload("json", "TO_JSON_STRING", "The JSON of any value.", "TO_JSON_STRING(ARRAY[1, 2]) → '[1,2]'",
                   "(T) -> STRING", {{"val", "the value to convert"}}, to_json_string_kernel)};
}

}  // namespace weir
