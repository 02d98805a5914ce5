// The format KAFKA: one column as Kafka's own serializers write it: INTEGER, BIGINT and DOUBLE big-endian, STRING as
// UTF-8, BYTES as they are.
#include <bit>
#include <stdexcept>

#include "engine/formats/codec.h"
#include "engine/formats/utf8.h"

namespace weir {
namespace {

template <class T>
T load_big_endian(std::string_view bytes) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value << 8 | static_cast<unsigned char>(bytes[i]));
  return value;
}

template <class T>
void append_big_endian(T value, std::string& out) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift));
}

class KafkaDecoder : public RowDecoder {
 public:
  KafkaDecoder(const FormatContext& context, const std::vector<int>& wanted)
      : side_(side_of(context)), stage_(decode_stage(context)) {
    if (!wanted.empty()) type_ = context.columns[0].type;
  }

  void decode(std::span<const log::OptionalBytes> payloads, std::span<Column* const> out, Arena& arena,
              RowErrors& errors, RowBits& bad) override {
    if (!type_) return;
    Column& column = *out[0];
    column.recycle(payloads.size());
    for (size_t row = 0; row < payloads.size(); ++row) {
      if (!payloads[row] || decode_value(*payloads[row], column, row, arena)) continue;
      bad.set(row);
      errors.report({stage_, static_cast<uint32_t>(row), "KAFKA",
                     side_ + ": " + std::to_string(payloads[row]->size()) + " bytes are no " + type_->to_string() +
                         ", which has " + (type_->kind() == TypeKind::kInt ? "4" : "8")});
    }
  }

 private:
  bool decode_value(std::string_view bytes, Column& column, size_t row, Arena& arena) const {
    switch (type_->kind()) {
      case TypeKind::kInt:
        if (bytes.size() != sizeof(uint32_t)) return false;
        column.set<int32_t>(row, static_cast<int32_t>(load_big_endian<uint32_t>(bytes)));
        return true;
      case TypeKind::kBigint:
        if (bytes.size() != sizeof(uint64_t)) return false;
        column.set<int64_t>(row, static_cast<int64_t>(load_big_endian<uint64_t>(bytes)));
        return true;
      case TypeKind::kDouble:
        if (bytes.size() != sizeof(uint64_t)) return false;
        column.set<double>(row, std::bit_cast<double>(load_big_endian<uint64_t>(bytes)));
        return true;
      case TypeKind::kString:
        column.set<std::string_view>(row, repair_utf8(bytes, arena));
        return true;
      default:
        column.set<std::string_view>(row, bytes);
        return true;
    }
  }

  std::string side_;
  RowError::Stage stage_;
  TypePtr type_;  // null: the column isn't wanted
};

class KafkaEncoder : public RowEncoder {
 public:
  void begin(std::span<const Column* const> columns) override { column_ = columns.empty() ? nullptr : columns[0]; }

  bool encode(uint32_t row, std::string& out, bool& is_null, std::string&) override {
    is_null = column_ == nullptr || column_->is_null(row);
    if (is_null) return true;
    switch (column_->kind()) {
      case TypeKind::kInt:
        append_big_endian(static_cast<uint32_t>(column_->at<int32_t>(row)), out);
        break;
      case TypeKind::kBigint:
        append_big_endian(static_cast<uint64_t>(column_->at<int64_t>(row)), out);
        break;
      case TypeKind::kDouble:
        append_big_endian(std::bit_cast<uint64_t>(column_->at<double>(row)), out);
        break;
      default:
        out.append(column_->at<std::string_view>(row));
        break;
    }
    return true;
  }

 private:
  const Column* column_ = nullptr;
};

class KafkaCodec : public Codec {
 public:
  void check(const FormatContext& context) const override {
    if (context.columns.size() > 1) {
      std::string columns;
      for (const FormatColumn& column : context.columns) {
        columns += (columns.empty() ? "" : ", ") + column.name + " " + column.type->to_string();
      }
      throw std::invalid_argument("The format KAFKA holds a single column, but the " +
                                  std::string(context.is_key ? "key" : "value") + " has " +
                                  std::to_string(context.columns.size()) + ": " + columns);
    }
    for (const FormatColumn& column : context.columns) {
      switch (column.type->kind()) {
        case TypeKind::kInt:
        case TypeKind::kBigint:
        case TypeKind::kDouble:
        case TypeKind::kString:
        case TypeKind::kBytes:
          break;
        default:
          throw std::invalid_argument("Column " + column.name + ": the format KAFKA has no type " +
                                      type_kind_name(column.type->kind()) +
                                      "; it holds INTEGER, BIGINT, DOUBLE, STRING or BYTES");
      }
    }
  }
  std::unique_ptr<RowDecoder> make_decoder(const FormatContext& context,
                                           const std::vector<int>& wanted) const override {
    return std::make_unique<KafkaDecoder>(context, wanted);
  }
  std::unique_ptr<RowEncoder> make_encoder(const FormatContext&) const override {
    return std::make_unique<KafkaEncoder>();
  }
};

}  // namespace

const Codec& kafka_codec() {
  static const KafkaCodec codec;
  return codec;
}

}  // namespace weir
