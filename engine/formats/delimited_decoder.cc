#include "engine/formats/delimited_decoder.h"

#include "engine/formats/codec.h"
#include "engine/formats/json_number.h"
#include "engine/formats/utf8.h"
#include "engine/types/text.h"

namespace weir {
namespace {

constexpr int64_t kDelimitedMillisOfDay = 86'400'000;

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((text[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

}  // namespace

DelimitedDecoder::DelimitedDecoder(const FormatContext& context, const std::vector<int>& wanted)
    : side_(side_of(context)),
      stage_(decode_stage(context)),
      delimiter_(context.spec.delimiter),
      columns_(context.columns),
      wanted_(wanted) {}

void DelimitedDecoder::decode(std::span<const log::OptionalBytes> payloads, std::span<Column* const> out, Arena& arena,
                              RowErrors& errors, RowBits& bad) {
  for (size_t c = 0; c < wanted_.size(); ++c) out[c]->recycle(payloads.size());
  for (size_t row = 0; row < payloads.size(); ++row) {
    if (!payloads[row] || decode_row(*payloads[row], row, out, arena)) continue;
    for (size_t c = 0; c < wanted_.size(); ++c) out[c]->set_null(row);
    bad.set(row);
    errors.report({stage_, static_cast<uint32_t>(row), "DELIMITED", side_ + ": " + error_});
  }
}

bool DelimitedDecoder::decode_row(std::string_view payload, size_t row, std::span<Column* const> out, Arena& arena) {
  if (!split(repair_utf8(payload, arena), arena)) return false;
  if (fields_.size() != columns_.size()) {
    return fail("the record has " + std::to_string(fields_.size()) + " fields, but " + std::to_string(columns_.size()) +
                " columns are declared");
  }
  for (size_t c = 0; c < wanted_.size(); ++c) {
    const std::string_view field = fields_[static_cast<size_t>(wanted_[c])];
    if (field.empty() || set_field(field, *out[c], row, arena)) continue;
    const FormatColumn& column = columns_[static_cast<size_t>(wanted_[c])];
    return fail("column " + column.name + ": the text is no " + column.type->to_string());
  }
  return true;
}

bool DelimitedDecoder::split(std::string_view text, Arena& arena) {
  fields_.clear();
  size_t at = 0;
  while (at < text.size() && is_line_end(text[at])) ++at;  // empty lines don't count
  if (at == text.size()) return fail("the record is empty");
  for (;;) {
    std::string_view field;
    if (at < text.size() && text[at] == '"') {
      if (!take_quoted(text, at, arena, field)) return false;
    } else {
      const size_t begin = at;
      while (at < text.size() && !is_line_end(text[at]) && !at_delimiter(text, at)) ++at;
      field = text.substr(begin, at - begin);
    }
    fields_.push_back(field);
    if (at == text.size() || is_line_end(text[at])) return true;
    at += delimiter_.size();
  }
}

bool DelimitedDecoder::take_quoted(std::string_view text, size_t& at, Arena& arena, std::string_view& field) {
  const size_t begin = ++at;
  bool doubled = false;
  for (;; ++at) {
    if (at == text.size()) return fail("a quoted field is not closed");
    if (text[at] != '"') continue;
    if (at + 1 == text.size() || text[at + 1] != '"') break;
    doubled = true;
    ++at;
  }
  field = text.substr(begin, at - begin);
  ++at;
  if (doubled) {
    std::string plain;
    for (size_t i = 0; i < field.size(); ++i) {
      plain.push_back(field[i]);
      if (field[i] == '"') ++i;
    }
    field = arena.copy(plain);
  }
  // Blanks may follow the closing quote.
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t') && !at_delimiter(text, at)) ++at;
  if (at == text.size() || is_line_end(text[at]) || at_delimiter(text, at)) return true;
  return fail("a quoted field is followed by more text instead of the delimiter");
}

bool DelimitedDecoder::set_field(std::string_view field, Column& column, size_t row, Arena& arena) const {
  switch (column.kind()) {
    case TypeKind::kString:
      column.set<std::string_view>(row, field);
      return true;
    case TypeKind::kBoolean:
      column.set<uint8_t>(row, equals_ignoring_case(field, "true"));
      return true;
    case TypeKind::kInt: {
      std::optional<int32_t> value = parse_int(field);
      if (value) column.set<int32_t>(row, *value);
      return value.has_value();
    }
    case TypeKind::kDate: {
      std::optional<int32_t> days = parse_int(field);
      if (days) column.set<int32_t>(row, *days);
      return days.has_value();
    }
    case TypeKind::kTime: {
      std::optional<int64_t> millis = parse_bigint(field);
      if (!millis || *millis < 0 || *millis > kDelimitedMillisOfDay) return false;
      column.set<int32_t>(row, static_cast<int32_t>(*millis));
      return true;
    }
    case TypeKind::kBigint:
    case TypeKind::kTimestamp: {
      std::optional<int64_t> value = parse_bigint(field);
      if (value) column.set<int64_t>(row, *value);
      return value.has_value();
    }
    case TypeKind::kDouble: {
      std::optional<double> value = parse_double(field);
      if (value) column.set<double>(row, *value);
      return value.has_value();
    }
    case TypeKind::kDecimal: {
      std::optional<Int128> value = text_to_exact_decimal(field, column.type()->precision(), column.type()->scale());
      if (value) column.set<Int128>(row, *value);
      return value.has_value();
    }
    case TypeKind::kBytes: {
      std::optional<std::string> bytes = base64_decode(field);
      if (bytes) column.set<std::string_view>(row, arena.copy(*bytes));
      return bytes.has_value();
    }
    default:
      return false;
  }
}

}  // namespace weir
