// JSON and JSON_SR records into columns. Belongs to one task; one thread.
#pragma once

#include <memory>
#include <vector>

#include "engine/formats/format.h"
#include "engine/formats/json_column_reader.h"

namespace weir {

class JsonDecoder : public RowDecoder {
 public:
  // `with_header`: payloads begin with the registry's header, which is passed over; the reader's columns say how to
  // read, not the writer's schema.
  JsonDecoder(const FormatContext& context, const std::vector<int>& wanted, bool with_header);

  void decode(std::span<const log::OptionalBytes> payloads, std::span<Column* const> out, Arena& arena,
              RowErrors& errors, RowBits& bad) override;

 private:
  bool decode_row(std::string_view payload, size_t row);
  JsonColumnReader& column(size_t i) { return unwrapped_ ? *value_ : record_->column(i); }
  std::string message() const;

  std::string side_;
  const char* format_;
  RowError::Stage stage_;
  bool unwrapped_;
  bool with_header_;
  size_t columns_;
  std::unique_ptr<JsonObjectReader> record_;  // the wanted fields
  std::unique_ptr<JsonColumnReader> value_;   // unwrapped: the only column, null when it isn't wanted
  JsonText text_;
  JsonRecord state_;
};

}  // namespace weir
