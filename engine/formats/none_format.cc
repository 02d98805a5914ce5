// The format NONE: there are no columns, every payload is passed over and none is written.
#include <stdexcept>

#include "engine/formats/codec.h"

namespace weir {
namespace {

class NoneDecoder : public RowDecoder {
 public:
  void decode(std::span<const log::OptionalBytes>, std::span<Column* const>, Arena&, RowErrors&, RowBits&) override {}
};

class NoneEncoder : public RowEncoder {
 public:
  void begin(std::span<const Column* const>) override {}
  bool encode(uint32_t, std::string&, bool& is_null, std::string&) override {
    is_null = true;
    return true;
  }
};

class NoneCodec : public Codec {
 public:
  void check(const FormatContext& context) const override {
    if (context.columns.empty()) return;
    std::string columns;
    for (const FormatColumn& column : context.columns) {
      if (!columns.empty()) columns += ", ";
      columns += column.name + " " + column.type->to_string();
    }
    throw std::invalid_argument("The format NONE is for a " + std::string(context.is_key ? "key" : "value") +
                                " without columns, but there are: " + columns);
  }
  std::unique_ptr<RowDecoder> make_decoder(const FormatContext&, const std::vector<int>&) const override {
    return std::make_unique<NoneDecoder>();
  }
  std::unique_ptr<RowEncoder> make_encoder(const FormatContext&) const override {
    return std::make_unique<NoneEncoder>();
  }
};

}  // namespace

const Codec& none_codec() {
  static const NoneCodec codec;
  return codec;
}

}  // namespace weir
