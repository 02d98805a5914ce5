// Decodes and encodes single records for tests.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/formats/format.h"
#include "engine/types/value.h"

namespace weir::test {

inline FormatContext value_context(FormatKind kind, std::vector<FormatColumn> columns) {
  FormatContext context;
  context.spec.kind = kind;
  context.topic = "t";
  context.columns = std::move(columns);
  return context;
}

inline FormatContext key_context(FormatKind kind, std::vector<FormatColumn> columns) {
  FormatContext context = value_context(kind, std::move(columns));
  context.is_key = true;
  return context;
}

// The columns of a batch that was decoded, and what they point into.
struct Decoded {
  std::vector<std::shared_ptr<Column>> columns;
  std::vector<std::string> payloads;
  std::unique_ptr<Arena> arena = std::make_unique<Arena>();
  RowErrors errors;
  RowBits bad;

  // The row's values as text, separated by blanks: "1 NULL [a, b]".
  std::string row(size_t r) const {
    std::string text;
    for (const std::shared_ptr<Column>& column : columns) {
      if (!text.empty()) text += ' ';
      const Value value = column->value(r);
      text += value.is_null() ? "NULL" : to_text(value, *column->type());
    }
    return text;
  }
  std::string error() const { return errors.errors().empty() ? "" : errors.errors()[0].message; }
};

inline Decoded decode_rows(RowDecoder& decoder, const FormatContext& context, const std::vector<int>& wanted,
                           std::vector<std::string> payloads) {
  Decoded result;
  result.payloads = std::move(payloads);
  std::vector<log::OptionalBytes> views;
  for (const std::string& payload : result.payloads) {
    views.push_back(payload == "<null>" ? log::OptionalBytes() : log::OptionalBytes(payload));
  }
  std::vector<Column*> out;
  for (int index : wanted) {
    result.columns.push_back(std::make_shared<Column>(context.columns[static_cast<size_t>(index)].type));
    out.push_back(result.columns.back().get());
  }
  decoder.decode(views, out, *result.arena, result.errors, result.bad);
  for (const std::shared_ptr<Column>& column : result.columns) REQUIRE(column->size() == views.size());
  return result;
}

inline Decoded decode_rows(const FormatContext& context, std::vector<std::string> payloads) {
  std::vector<int> wanted;
  for (size_t i = 0; i < context.columns.size(); ++i) wanted.push_back(static_cast<int>(i));
  return decode_rows(*make_decoder(context, wanted), context, wanted, std::move(payloads));
}

// Decodes one record: its row, or "error: …".
inline std::string decode_one(const FormatContext& context, const std::string& payload) {
  Decoded decoded = decode_rows(context, {payload});
  if (decoded.bad.test(0)) {
    for (const std::shared_ptr<Column>& column : decoded.columns) CHECK(column->is_null(0));
    return "error: " + decoded.error();
  }
  CHECK(decoded.errors.count() == 0);
  return decoded.row(0);
}

// Encodes one row of boxed values: the bytes, "<null>", or "error: …".
inline std::string encode_one(const FormatContext& context, const std::vector<Value>& values) {
  std::unique_ptr<RowEncoder> encoder = make_encoder(context);
  Arena arena;
  std::vector<std::unique_ptr<Column>> columns;
  std::vector<const Column*> views;
  for (size_t i = 0; i < context.columns.size(); ++i) {
    columns.push_back(std::make_unique<Column>(context.columns[i].type));
    columns.back()->append_value(values[i], arena);
    views.push_back(columns.back().get());
  }
  encoder->begin(views);
  std::string out = "before|", error;
  bool is_null = false;
  if (!encoder->encode(0, out, is_null, error)) {
    CHECK(out == "before|");
    return "error: " + error;
  }
  if (is_null) {
    CHECK(out == "before|");
    return "<null>";
  }
  return out.substr(7);
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace weir::test
