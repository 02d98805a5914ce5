// What the fuzz targets of formats without registry share: any bytes are decoded or reported; what was decoded can be
// encoded, and reads back as the same.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "engine/formats/format.h"
#include "engine/types/value.h"

namespace weir::fuzz {

class RoundTrip {
 public:
  explicit RoundTrip(FormatContext context) : context_(std::move(context)) {
    std::vector<int> wanted;
    for (size_t i = 0; i < context_.columns.size(); ++i) wanted.push_back(static_cast<int>(i));
    decoder_ = make_decoder(context_, wanted);
    encoder_ = make_encoder(context_);
  }

  // Traps, so that libFuzzer keeps the input, when the record is neither read nor reported or doesn't survive.
  void run(std::string_view record) {
    Decoded first, second;
    decode(record, first);
    if (first.errors.count() > 0) return;
    std::vector<const Column*> columns;
    for (const Column& column : first.columns) columns.push_back(&column);
    encoder_->begin(columns);
    std::string bytes, error;
    bool is_null = false;
    if (!encoder_->encode(0, bytes, is_null, error)) fail("can't be encoded: " + error);
    if (is_null) return;
    decode(bytes, second);
    if (second.errors.count() > 0) fail("doesn't read back: " + second.errors.errors()[0].message + "\n" + bytes);
    for (size_t i = 0; i < columns.size(); ++i) {
      const Type& type = *context_.columns[i].type;
      const std::string before = to_text(first.columns[i].value(0), type),
                        after = to_text(second.columns[i].value(0), type);
      if (before != after) fail(context_.columns[i].name + " was " + before + ", is " + after + "\n" + bytes);
    }
  }

 private:
  struct Decoded {
    std::vector<Column> columns;
    Arena arena;
    RowErrors errors;
  };

  void decode(std::string_view record, Decoded& to) {
    std::vector<Column*> out;
    for (const FormatColumn& column : context_.columns) to.columns.emplace_back(column.type);
    for (Column& column : to.columns) out.push_back(&column);
    RowBits bad;
    const log::OptionalBytes payload = record;
    decoder_->decode({&payload, 1}, out, to.arena, to.errors, bad);
    for (const Column& column : to.columns) {
      if (column.size() != 1) fail("a column has not one row");
    }
  }

  [[noreturn]] static void fail(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    __builtin_trap();
  }

  FormatContext context_;
  std::unique_ptr<RowDecoder> decoder_;
  std::unique_ptr<RowEncoder> encoder_;
};

// One column of each primitive type.
inline std::vector<FormatColumn> primitive_columns() {
  return {{"I", Type::integer()}, {"L", Type::bigint()},       {"F", Type::float64()}, {"O", Type::boolean()},
          {"S", Type::string()},  {"E", Type::decimal(10, 2)}, {"B", Type::bytes()},   {"D", Type::date()},
          {"C", Type::time()},    {"T", Type::timestamp()}};
}

}  // namespace weir::fuzz
