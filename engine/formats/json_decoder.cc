#include "engine/formats/json_decoder.h"

#include "engine/formats/codec.h"

namespace weir {
namespace {

constexpr size_t kJsonSchemaHeaderBytes = 5;

}  // namespace

JsonDecoder::JsonDecoder(const FormatContext& context, const std::vector<int>& wanted, bool with_header)
    : side_(side_of(context)),
      format_(format_name(context.spec.kind)),
      stage_(decode_stage(context)),
      unwrapped_(is_unwrapped(context)),
      with_header_(with_header),
      columns_(wanted.size()) {
  std::vector<StructField> fields;
  for (int index : wanted) {
    const FormatColumn& column = context.columns[static_cast<size_t>(index)];
    fields.push_back({column.name, column.type});
  }
  if (!unwrapped_) {
    record_ = std::make_unique<JsonObjectReader>(fields);
  } else if (!fields.empty()) {
    value_ = std::make_unique<JsonColumnReader>(fields[0].type);
  }
}

void JsonDecoder::decode(std::span<const log::OptionalBytes> payloads, std::span<Column* const> out, Arena& arena,
                         RowErrors& errors, RowBits& bad) {
  for (size_t c = 0; c < columns_; ++c) {
    out[c]->recycle(payloads.size());
    column(c).bind(*out[c]);
  }
  state_.arena = &arena;
  for (size_t row = 0; row < payloads.size(); ++row) {
    if (payloads[row] && decode_row(*payloads[row], row)) continue;
    for (size_t c = 0; c < columns_; ++c) column(c).set_null(row);
    if (!payloads[row]) continue;
    bad.set(row);
    errors.report({stage_, static_cast<uint32_t>(row), format_, message()});
  }
  for (size_t c = 0; c < columns_; ++c) column(c).finish();
}

bool JsonDecoder::decode_row(std::string_view payload, size_t row) {
  state_.error.clear();
  state_.path.clear();
  JsonReader& reader = state_.reader;
  if (with_header_) {
    if (!schema_id_of(payload)) {
      return state_.fail(
          "the payload doesn't begin with Schema Registry's header (a zero byte and the schema's id); plain JSON is "
          "declared with "
          "format JSON");
    }
    payload.remove_prefix(kJsonSchemaHeaderBytes);
  }
  state_.payload = payload.data();
  state_.copy = text_.assign(payload);
  reader.start(state_.copy, payload.size());
  const char first = reader.peek();
  if (unwrapped_) {
    if (!(value_ ? value_->read(state_, row) : reader.skip_value())) return false;
  } else if (first == '{') {
    if (!record_->read(state_, row)) return false;
  } else if (first == 'n') {  // null: a row of nulls
    if (!reader.read_word("null")) return false;
    record_->set_null(row);
  } else {
    if (!reader.skip_value()) return false;
    return state_.fail("a JSON object was expected (a bare value is declared with WRAP_SINGLE_VALUE=false)");
  }
  return reader.at_end() || reader.fail("there is more text after the JSON value");
}

std::string JsonDecoder::message() const {
  std::string where = state_.path.empty() ? "" : "field " + state_.path.substr(state_.path[0] == '.' ? 1 : 0) + ": ";
  if (!state_.error.empty()) return side_ + ": " + where + state_.error;
  return side_ + " is not valid JSON: " + where + state_.reader.error() + " at byte " +
         std::to_string(state_.reader.error_offset() + (with_header_ ? kJsonSchemaHeaderBytes : 0));
}

}  // namespace weir
