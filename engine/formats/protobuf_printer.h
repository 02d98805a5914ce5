// PROTOBUF records as text on one line, for who looks at a topic. One thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/formats/schema_registry.h"

namespace weir {

class ProtobufPrinter {
 public:
  explicit ProtobufPrinter(std::shared_ptr<SchemaRegistry> registry);
  ~ProtobufPrinter();

  // nullopt: no record of a Protobuf schema that the registry has now.
  std::optional<std::string> text(std::string_view payload);

 private:
  struct Known;

  std::shared_ptr<SchemaRegistry> registry_;
  std::map<int, std::unique_ptr<Known>> known_;  // by schema id; null: none that can be used
};

}  // namespace weir
