// A table as its latest rows, of an input of a join or of a table's topic: time and value columns by key, in a
// key-value store (docs/formats.md, "Tables"). Owned by an operator; its thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exec/row_codec.h"
#include "engine/exec/stored_rows.h"
#include "engine/plan/physical_plan.h"
#include "engine/types/batch.h"
#include "storage/state/state.h"

namespace weir {

class StoredTable {
 public:
  struct Row {
    int64_t time;
    std::string_view values;  // encoded
  };

  // `schema`: of the rows that change it. `times_only`: their values aren't kept.
  StoredTable(const PlanSchema& schema, state::KeyValueStore& store, bool times_only = false);

  // The batch whose rows the next calls are about; it outlives them.
  void begin(const Batch& batch);
  bool has_null_key(uint32_t row) const;
  // Valid until the next call of key_of.
  std::string_view key_of(uint32_t row);
  // Valid until the next call on the store.
  std::optional<Row> find(std::string_view key);
  std::optional<int64_t> time_of(std::string_view key);
  // Calls visit(key, time) for all rows.
  template <class Visit>
  void visit_times(const Visit& visit) {
    store_.scan({}, {}, [&](std::string_view key, std::string_view value) {
      visit(key, stored_time(value));
      return true;
    });
  }
  // The row is its key's new one, or the key's end where its value is NULL.
  void change(std::string_view key, uint32_t row);
  void remove(std::string_view key) { store_.remove(key); }

  const RowCodec& keys() const { return key_codec_; }
  const RowCodec& values() const { return value_codec_; }

 private:
  state::KeyValueStore& store_;
  bool times_only_;
  RowCodec key_codec_, value_codec_;
  std::vector<int> key_columns_, value_columns_;
  const Batch* batch_ = nullptr;
  std::vector<const Column*> keys_, values_;
  std::string key_, value_;
};

}  // namespace weir
