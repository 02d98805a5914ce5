// The format DELIMITED: one line of CSV a record. Written as ksqlDB's Commons CSV 1.4 does, quotes included, since
// downstream readers compare text.
#include <stdexcept>

#include "engine/formats/codec.h"
#include "engine/formats/delimited_decoder.h"
#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir {
namespace {

bool needs_quotes(std::string_view text, bool first, const std::string& delimiter) {
  if (text.empty()) return first;  // else a line of one empty text would be an empty line
  const unsigned char c = static_cast<unsigned char>(text[0]);
  const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  if (first && !alphanumeric) return true;
  if (c <= '#') return true;
  for (size_t i = 0; i < text.size(); ++i) {
    const char at = text[i];
    if (at == '\n' || at == '\r' || at == '"') return true;
    if (at == delimiter[0] && text.substr(i, delimiter.size()) == delimiter) return true;
  }
  return static_cast<unsigned char>(text.back()) <= ' ';
}

class DelimitedEncoder : public RowEncoder {
 public:
  explicit DelimitedEncoder(const FormatContext& context)
      : is_key_(context.is_key), delimiter_(context.spec.delimiter), columns_(context.columns) {}

  void begin(std::span<const Column* const> columns) override { data_.assign(columns.begin(), columns.end()); }

  bool encode(uint32_t row, std::string& out, bool& is_null, std::string&) override {
    // Several key columns stay a key when all of them are NULL: its line has nothing but delimiters.
    is_null = is_key_ && (data_.empty() || (data_.size() == 1 && data_[0]->is_null(row)));
    if (is_null) return true;
    for (size_t i = 0; i < data_.size(); ++i) {
      if (i > 0) out.append(delimiter_);
      if (data_[i]->is_null(row)) continue;
      write_field(*data_[i], row, i == 0, out);
    }
    return true;
  }

 private:
  void write_field(const Column& column, size_t row, bool first, std::string& out) {
    text_.clear();
    std::string_view field;
    switch (column.kind()) {
      case TypeKind::kString:
        field = column.at<std::string_view>(row);
        break;
      case TypeKind::kBoolean:
        field = column.at<uint8_t>(row) ? "true" : "false";
        break;
      case TypeKind::kInt:
      case TypeKind::kDate:
      case TypeKind::kTime:
        text_ = std::to_string(column.at<int32_t>(row));
        break;
      case TypeKind::kBigint:
      case TypeKind::kTimestamp:
        text_ = std::to_string(column.at<int64_t>(row));
        break;
      case TypeKind::kDouble:
        append_java_double(text_, column.at<double>(row));
        break;
      case TypeKind::kDecimal:
        text_ = decimal_to_string(column.at<Int128>(row), column.type()->scale());
        break;
      default:
        text_ = base64_encode(column.at<std::string_view>(row));
        break;
    }
    if (!text_.empty()) field = text_;
    if (!needs_quotes(field, first, delimiter_)) {
      out.append(field);
      return;
    }
    out.push_back('"');
    for (char c : field) {
      out.push_back(c);
      if (c == '"') out.push_back(c);
    }
    out.push_back('"');
  }

  bool is_key_;
  std::string delimiter_;
  std::vector<FormatColumn> columns_;
  std::vector<const Column*> data_;
  std::string text_;
};

class DelimitedCodec : public Codec {
 public:
  void check(const FormatContext& context) const override {
    if (context.spec.delimiter.empty()) throw std::invalid_argument("The delimiter of the format DELIMITED is empty");
    for (const FormatColumn& column : context.columns) {
      if (column.type->is_nested()) {
        throw std::invalid_argument("Column " + column.name + ": the format DELIMITED has no type " +
                                    type_kind_name(column.type->kind()) + "; use JSON for nested values");
      }
    }
  }
  std::unique_ptr<RowDecoder> make_decoder(const FormatContext& context,
                                           const std::vector<int>& wanted) const override {
    return std::make_unique<DelimitedDecoder>(context, wanted);
  }
  std::unique_ptr<RowEncoder> make_encoder(const FormatContext& context) const override {
    return std::make_unique<DelimitedEncoder>(context);
  }
};

}  // namespace

const Codec& delimited_codec() {
  static const DelimitedCodec codec;
  return codec;
}

}  // namespace weir
