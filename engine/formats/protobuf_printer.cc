#include "engine/formats/protobuf_printer.h"

#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>

#include "engine/formats/protobuf_decoder.h"
#include "engine/formats/protobuf_schema.h"

namespace weir {

struct ProtobufPrinter::Known {
  explicit Known(const RegisteredSchema& registered, SchemaRegistry* registry) : schema(registered, registry) {}
  ProtobufSchema schema;
  google::protobuf::DynamicMessageFactory messages;
};

ProtobufPrinter::ProtobufPrinter(std::shared_ptr<SchemaRegistry> registry) : registry_(std::move(registry)) {}
ProtobufPrinter::~ProtobufPrinter() = default;

std::optional<std::string> ProtobufPrinter::text(std::string_view payload) {
  const auto header = read_protobuf_header(payload);
  if (!header || !registry_) return std::nullopt;
  auto found = known_.find(header->id);
  if (found == known_.end()) {
    std::unique_ptr<Known> known;
    try {
      const RegisteredSchema schema = registry_->schema_by_id(header->id);
      if (schema.type == "PROTOBUF") known = std::make_unique<Known>(schema, registry_.get());
    } catch (const SchemaRegistryError&) {
      // Then there is nothing to print by: the bytes are shown.
    }
    found = known_.emplace(header->id, std::move(known)).first;
  }
  if (!found->second) return std::nullopt;
  const google::protobuf::Descriptor* type = found->second->schema.message_at(header->indexes);
  if (type == nullptr) return std::nullopt;
  const std::unique_ptr<google::protobuf::Message> message(found->second->messages.GetPrototype(type)->New());
  const std::string_view body = payload.substr(header->size);
  if (!message->ParsePartialFromArray(body.data(), static_cast<int>(body.size()))) return std::nullopt;
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(*message, &text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace weir
