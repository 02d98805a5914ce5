// Functions of maps from texts to values.
#include <algorithm>
#include <cstdint>

#include "engine/functions/function_lists.h"
#include "engine/functions/java_map_order.h"
#include "engine/functions/kernels.h"
#include "engine/functions/value_order.h"

namespace weir {
namespace {

const std::pair<std::string, std::string> kMapDoc{"map", "the map"};

// One side of the entries as an array: child 0 for keys, 1 for values.
Kernel map_side_kernel(size_t side) {
  return [side, entries = std::vector<uint32_t>()](KernelCall& call) mutable {
    Column& out = start_appending(call);
    const Column& map = *call.args[0];
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (map.is_null(row)) {
        out.append_null();
        continue;
      }
      java_map_order(map, row, entries);
      for (const uint32_t i : entries) out.child(0).append_from(map.child(side), i);
      out.close_row();
    }
  };
}

ScalarFunction map_side_function(std::string name, const std::string& what, std::string example, std::string signature,
                                 size_t side) {
  return {.name = std::move(name),
          .category = "map",
          .description = what + " of a map as an array, in ksqlDB's order.",
          .example = std::move(example),
          .overloads = {{.signature = std::move(signature),
                         .description = what + ".",
                         .make_kernel = [side](const FunctionBinding&) { return map_side_kernel(side); },
                         .parameter_docs = {kMapDoc}}}};
}

// Entries of one row's map under construction: key → which source entry its value comes from. Keys are few; a scan
// finds them.
class EntryList {
 public:
  static constexpr uint32_t kNoValue = UINT32_MAX;  // in place of a value's index: NULL

  void clear() { entries_.clear(); }
  // A later value takes the place of an earlier one.
  void put(const Column& keys, const Column& values, uint32_t key, uint32_t value) {
    for (Entry& entry : entries_) {
      if (!entry.keys->equals(entry.key, keys, key)) continue;
      entry.values = &values;
      entry.value = value;
      return;
    }
    entries_.push_back({&keys, key, &values, value});
  }
  void append_to(Column& map) const {
    for (const Entry& entry : entries_) {
      map.child(0).append_from(*entry.keys, entry.key);
      if (entry.value == kNoValue) {
        map.child(1).append_null();
      } else {
        map.child(1).append_from(*entry.values, entry.value);
      }
    }
    map.close_row();
  }

 private:
  struct Entry {
    const Column* keys;
    uint32_t key;
    const Column* values;
    uint32_t value;
  };
  std::vector<Entry> entries_;
};

Kernel map_union_kernel(const FunctionBinding&) {
  return [entries = EntryList()](KernelCall& call) mutable {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (call.args[0]->is_null(row) && call.args[1]->is_null(row)) {
        out.append_null();
        continue;
      }
      entries.clear();
      for (const Column* map : call.args) {
        if (map->is_null(row)) continue;
        for (uint32_t i = map->offsets()[row]; i < map->offsets()[row + 1]; ++i) {
          entries.put(map->child(0), map->child(1), i, i);
        }
      }
      entries.append_to(out);
    }
  };
}

ScalarFunction map_union_function() {
  return {
      .name = "MAP_UNION",
      .category = "map",
      .description =
          "The entries of two maps; where both have a key, the second map's value counts. A NULL map counts as empty, "
          "two give NULL.",
      .example = "MAP_UNION(MAP('a' := 1), MAP('b' := 2))",
      .overloads = {{.signature = "(MAP<STRING, T>, MAP<STRING, T>) -> MAP<STRING, T>",
                     .description = "The entries of both.",
                     .make_kernel = map_union_kernel,
                     .parameter_docs = {{"map1", "the first map"}, {"map2", "the second map"}}}}};
}

Kernel as_map_kernel(const FunctionBinding&) {
  return [entries = EntryList()](KernelCall& call) mutable {
    Column& out = start_appending(call);
    const Column& keys = *call.args[0];
    const Column& values = *call.args[1];
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (keys.is_null(row) || values.is_null(row)) {
        out.append_null();
        continue;
      }
      const uint32_t first_key = keys.offsets()[row];
      const uint32_t first_value = values.offsets()[row];
      const uint32_t count = keys.offsets()[row + 1] - first_key;
      const uint32_t value_count = values.offsets()[row + 1] - first_value;
      entries.clear();
      bool null_key = false;
      for (uint32_t i = 0; i < count; ++i) {
        null_key |= keys.child(0).is_null(first_key + i);
        entries.put(keys.child(0), values.child(0), first_key + i,
                    i < value_count ? first_value + i : EntryList::kNoValue);
      }
      if (null_key) {
        call.fail(row, "a key of AS_MAP is NULL");
        out.append_null();
      } else {
        entries.append_to(out);
      }
    }
  };
}

ScalarFunction as_map_function() {
  return {.name = "AS_MAP",
          .category = "map",
          .description =
              "A map from an array of keys and an array of values. Keys beyond the values have NULL, values beyond the "
              "keys "
              "are left out; of equal keys the last counts.",
          .example = "AS_MAP(ARRAY['a', 'b'], ARRAY[1, 2])",
          .overloads = {{.signature = "(ARRAY<STRING>, ARRAY<T>) -> MAP<STRING, T>",
                         .description = "The keys with their values.",
                         .make_kernel = as_map_kernel,
                         .parameter_docs = {{"keys", "the keys"}, {"vals", "the values"}}}}};
}

Kernel entries_kernel(const FunctionBinding&) {
  return [indexes = std::vector<uint32_t>()](KernelCall& call) mutable {
    Column& out = start_appending(call);
    const Column& map = *call.args[0];
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (map.is_null(row) || call.args[1]->is_null(row)) {
        out.append_null();
        continue;
      }
      java_map_order(map, row, indexes);
      if (call.args[1]->at<uint8_t>(row)) {
        std::stable_sort(indexes.begin(), indexes.end(),
                         [&](uint32_t a, uint32_t b) { return compare_rows(map.child(0), a, map.child(0), b) < 0; });
      }
      Column& entry = out.child(0);
      for (uint32_t i : indexes) {
        entry.child(0).append_from(map.child(0), i);
        entry.child(1).append_from(map.child(1), i);
        entry.close_struct_row();
      }
      out.close_row();
    }
  };
}

ScalarFunction entries_function() {
  return {.name = "ENTRIES",
          .category = "map",
          .description =
              "The entries of a map as an array of structures with the fields K and V, in the order of the keys if "
              "wanted, otherwise in ksqlDB's.",
          .example = "ENTRIES(MAP('b' := 2, 'a' := 1), true)",
          .overloads = {{.signature = "(MAP<STRING, T>, BOOLEAN) -> ARRAY<STRUCT<K STRING, V T>>",
                         .description = "A structure for each entry.",
                         .make_kernel = entries_kernel,
                         .parameter_docs = {kMapDoc, {"sorted", "whether to order by key"}}}}};
}

}  // namespace

std::vector<ScalarFunction> map_functions() {
  return {as_map_function(), entries_function(),
          map_side_function("MAP_KEYS", "The keys", "MAP_KEYS(MAP('a' := 1)) → ['a']",
                            "(MAP<STRING, T>) -> ARRAY<STRING>", 0),
          map_side_function("MAP_VALUES", "The values", "MAP_VALUES(MAP('a' := 1)) → [1]",
                            "(MAP<STRING, T>) -> ARRAY<T>", 1),
          map_union_function()};
}

}  // namespace weir
