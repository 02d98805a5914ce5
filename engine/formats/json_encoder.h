// Columns into JSON and JSON_SR records. Belongs to one task; one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/formats/format.h"
#include "engine/formats/json_value_writer.h"

namespace weir {

class JsonEncoder : public RowEncoder {
 public:
  // `schema_id`: records begin with the registry's header. `order`: of the columns in the record; empty: the context's.
  explicit JsonEncoder(const FormatContext& context, std::optional<int> schema_id = std::nullopt,
                       std::vector<int> order = {});

  void begin(std::span<const Column* const> columns) override;
  bool encode(uint32_t row, std::string& out, bool& is_null, std::string& error) override;

 private:
  struct Item {
    ChunkedText prefix;  // {"NAME": or ,"NAME":
    size_t column;
  };

  bool all_null(uint32_t row) const;

  bool is_key_;
  bool unwrapped_;
  std::string header_;
  std::string side_;
  std::vector<std::string> names_;
  std::vector<JsonValueWriter> writers_;  // one for each column
  std::vector<Item> items_;
  std::vector<const Column*> columns_;
  TextBuffer buffer_;
};

}  // namespace weir
