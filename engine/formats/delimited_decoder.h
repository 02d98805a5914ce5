// DELIMITED records into columns: one line of CSV as Apache Commons CSV's default format reads it (RFC 4180 with any
// delimiter), an empty field is NULL. Belongs to one task; one thread.
#pragma once

#include <string>
#include <vector>

#include "engine/formats/format.h"

namespace weir {

class DelimitedDecoder : public RowDecoder {
 public:
  DelimitedDecoder(const FormatContext& context, const std::vector<int>& wanted);

  void decode(std::span<const log::OptionalBytes> payloads, std::span<Column* const> out, Arena& arena,
              RowErrors& errors, RowBits& bad) override;

 private:
  bool decode_row(std::string_view payload, size_t row, std::span<Column* const> out, Arena& arena);
  // Splits the first line that isn't empty into fields_.
  bool split(std::string_view text, Arena& arena);
  bool take_quoted(std::string_view text, size_t& at, Arena& arena, std::string_view& field);
  bool set_field(std::string_view field, Column& column, size_t row, Arena& arena) const;
  bool at_delimiter(std::string_view text, size_t at) const {
    return text[at] == delimiter_[0] && (delimiter_.size() == 1 || text.substr(at, delimiter_.size()) == delimiter_);
  }
  bool fail(std::string message) {
    error_ = std::move(message);
    return false;
  }

  std::string side_;
  RowError::Stage stage_;
  std::string delimiter_;
  std::vector<FormatColumn> columns_;
  std::vector<int> wanted_;
  std::vector<std::string_view> fields_;
  std::string error_;
};

}  // namespace weir
