// Functions that call a lambda for the elements of an array or the entries of a map. The lambda is evaluated for the
// elements of all rows at once.
#include "engine/functions/function_lists.h"
#include "engine/functions/java_map_order.h"
#include "engine/functions/kernels.h"

namespace weir {
namespace {

// The elements of a column of arrays, or the entries of one of maps, one after another.
struct FlatElements {
  std::vector<uint32_t> rows;  // the row that each is in
  std::vector<uint32_t> at;    // its index in the column's children

  explicit FlatElements(const Column& collection, uint32_t row_count) {
    for (uint32_t row = 0; row < row_count; ++row) {
      if (collection.is_null(row)) continue;
      for (uint32_t i = collection.offsets()[row]; i < collection.offsets()[row + 1]; ++i) {
        rows.push_back(row);
        at.push_back(i);
      }
    }
  }

  // What the lambda gets: the elements, or the keys and the values. Shared where no element is left out.
  std::vector<ColumnPtr> parameters(const Column& collection) const {
    std::vector<ColumnPtr> out;
    for (size_t c = 0; c < collection.child_count(); ++c) {
      const Column& child = collection.child(c);
      // Indices ascend, so the last one tells whether there are gaps.
      const bool whole = at.empty() || at.back() + 1 == at.size();
      out.push_back(whole ? ColumnPtr(ColumnPtr(), &child) : ColumnPtr(child.gather(at.data(), at.size())));
    }
    return out;
  }
};

Kernel transform_array_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    const Column& array = *call.args[0];
    const FlatElements elements(array, call.rows);
    const Column& values = call.lambdas[0]->evaluate(elements.parameters(array), elements.rows);
    Column& out = start_appending(call);
    size_t next = 0;
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (array.is_null(row)) {
        out.append_null();
        continue;
      }
      for (; next < elements.rows.size() && elements.rows[next] == row; ++next) out.child(0).append_from(values, next);
      out.close_row();
    }
  };
}

// Why the entries [from, to) of the new keys and values are no map; empty: they are one.
std::string map_fault(const Column& keys, const Column& values, size_t from, size_t to) {
  for (size_t i = from; i < to; ++i) {
    if (keys.is_null(i)) return "a key of the transformed map is NULL";
    if (values.is_null(i)) return "a value of the transformed map is NULL";
    for (size_t j = from; j < i; ++j) {
      if (keys.equals(i, keys, j)) return "two entries of the transformed map have the same key";
    }
  }
  return {};
}

Kernel transform_map_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    const Column& map = *call.args[0];
    const FlatElements entries(map, call.rows);
    const std::vector<ColumnPtr> parameters = entries.parameters(map);
    const Column& keys = call.lambdas[0]->evaluate(parameters, entries.rows);
    const Column& values = call.lambdas[1]->evaluate(parameters, entries.rows);
    Column& out = start_appending(call);
    size_t next = 0;
    for (uint32_t row = 0; row < call.rows; ++row) {
      const size_t from = next;
      while (next < entries.rows.size() && entries.rows[next] == row) ++next;
      const std::string fault = map.is_null(row) ? "" : map_fault(keys, values, from, next);
      if (!fault.empty()) call.fail(row, fault);
      if (map.is_null(row) || !fault.empty()) {
        out.append_null();
        continue;
      }
      for (size_t i = from; i < next; ++i) {
        out.child(0).append_from(keys, i);
        out.child(1).append_from(values, i);
      }
      out.close_row();
    }
  };
}

Kernel filter_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    const Column& collection = *call.args[0];
    const FlatElements elements(collection, call.rows);
    const Column& keep = call.lambdas[0]->evaluate(elements.parameters(collection), elements.rows);
    Column& out = start_appending(call);
    size_t next = 0;
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (collection.is_null(row)) {
        out.append_null();
        continue;
      }
      for (; next < elements.rows.size() && elements.rows[next] == row; ++next) {
        if (keep.is_null(next) || keep.at<uint8_t>(next) == 0) continue;
        for (size_t c = 0; c < out.child_count(); ++c) {
          out.child(c).append_from(collection.child(c), elements.at[next]);
        }
      }
      out.close_row();
    }
  };
}

// Goes through all rows' collections at once: first their first elements, then their second ones, …
Kernel reduce_kernel(const FunctionBinding& binding) {
  return [type = binding.return_type](KernelCall& call) {
    const Column& collection = *call.args[0];
    const Column& initial = *call.args[1];
    const auto length = [&](uint32_t row) {
      return collection.is_null(row) ? 0 : collection.offsets()[row + 1] - collection.offsets()[row];
    };
    std::vector<uint32_t> active;  // rows that have an element left
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (initial.is_valid(row) && length(row) > 0) active.push_back(row);
    }
    // Where the elements of all rows are, in the order in which they are taken.
    std::vector<uint32_t> sequence, entries, start(call.rows, 0);
    for (const uint32_t row : active) {
      start[row] = static_cast<uint32_t>(sequence.size());
      if (collection.kind() == TypeKind::kMap) {
        java_map_order(collection, row, entries);
        sequence.insert(sequence.end(), entries.begin(), entries.end());
      } else {
        for (uint32_t i = collection.offsets()[row]; i < collection.offsets()[row + 1]; ++i) sequence.push_back(i);
      }
    }
    ColumnPtr state = initial.gather(active.data(), active.size());  // of the active rows
    Column done(type);                                               // the last states
    std::vector<uint32_t> place(call.rows, 0);                       // in `done`
    for (uint32_t step = 0; !active.empty(); ++step) {
      std::vector<uint32_t> at;
      at.reserve(active.size());
      for (const uint32_t row : active) at.push_back(sequence[start[row] + step]);
      std::vector<ColumnPtr> parameters = {state};
      for (size_t c = 0; c < collection.child_count(); ++c) {
        parameters.push_back(collection.child(c).gather(at.data(), at.size()));
      }
      const Column& next = call.lambdas[0]->evaluate(parameters, active);
      std::vector<uint32_t> still_active, kept;
      for (uint32_t i = 0; i < active.size(); ++i) {
        if (length(active[i]) > step + 1) {
          still_active.push_back(active[i]);
          kept.push_back(i);
        } else {
          place[active[i]] = static_cast<uint32_t>(done.size());
          done.append_from(next, i);
        }
      }
      state = next.gather(kept.data(), kept.size());
      active = std::move(still_active);
    }
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (initial.is_valid(row) && length(row) > 0) {
        out.append_from(done, place[row]);
      } else {
        out.append_from(initial, row);
      }
    }
  };
}

const std::pair<std::string, std::string> kLambdaArrayDoc{"array", "the array"};
const std::pair<std::string, std::string> kLambdaMapDoc{"map", "the map"};

}  // namespace

std::vector<ScalarFunction> lambda_functions() {
  return {{.name = "TRANSFORM",
           .category = "lambda",
           .description = "What a lambda gives for each element of an array, or two lambdas for the key and the value "
                          "of each entry of a "
                          "map. If it fails for one element, or two entries get the same key, or an entry a NULL, the "
                          "whole result is NULL.",
           .example = "TRANSFORM(ARRAY[1, 2], x => x * 10) → [10, 20]",
           .overloads = {{.signature = "(ARRAY<T>, LAMBDA(T => R)) -> ARRAY<R>",
                          .description = "Each element transformed.",
                          .make_kernel = transform_array_kernel,
                          .parameter_docs = {kLambdaArrayDoc, {"element", "gives the new element"}}},
                         {.signature = "(MAP<K, V>, LAMBDA(K, V => R), LAMBDA(K, V => T)) -> MAP<R, T>",
                          .description = "Each entry transformed.",
                          .make_kernel = transform_map_kernel,
                          .parameter_docs = {kLambdaMapDoc,
                                             {"key", "gives the new key from key and value"},
                                             {"value", "gives the new value from key and value"}}}}},
          {.name = "FILTER",
           .category = "lambda",
           .description = "The elements of an array, or the entries of a map, for which a lambda gives true.",
           .example = "FILTER(ARRAY[1, 5, 9], x => x > 4) → [5, 9]",
           .overloads = {{.signature = "(ARRAY<T>, LAMBDA(T => BOOLEAN)) -> ARRAY<T>",
                          .description = "Some of the elements.",
                          .make_kernel = filter_kernel,
                          .parameter_docs = {kLambdaArrayDoc, {"keep", "says whether the element stays"}}},
                         {.signature = "(MAP<K, V>, LAMBDA(K, V => BOOLEAN)) -> MAP<K, V>",
                          .description = "Some of the entries.",
                          .make_kernel = filter_kernel,
                          .parameter_docs = {kLambdaMapDoc,
                                             {"keep", "says whether the entry with this key and value stays"}}}}},
          {.name = "REDUCE",
           .category = "lambda",
           .description = "One value from an array or a map: a lambda gets the state and an element, or the state and "
                          "an entry's key and "
                          "value, and gives the next state. The result is the last state; of a NULL or empty "
                          "collection the initial one.",
           .example = "REDUCE(ARRAY[1, 2, 3], 0, (s, x) => s + x) → 6",
           .overloads = {{.signature = "(ARRAY<T>, S, LAMBDA(S, T => S)) -> S",
                          .description = "Over the elements in their order.",
                          .make_kernel = reduce_kernel,
                          .parameter_docs = {kLambdaArrayDoc,
                                             {"initial", "the state before the first element"},
                                             {"next", "gives the next state from state and element"}}},
                         {.signature = "(MAP<K, V>, S, LAMBDA(S, K, V => S)) -> S",
                          .description = "Over the entries.",
                          .make_kernel = reduce_kernel,
                          .parameter_docs = {kLambdaMapDoc,
                                             {"initial", "the state before the first entry"},
                                             {"next", "gives the next state from state, key and value"}}}}}};
}

}  // namespace weir
