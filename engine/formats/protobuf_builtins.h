// The .proto files that schemas may import without a reference, as with Confluent's registry: google/protobuf/*,
// google/type/* and confluent/*. Any thread; no state.
#pragma once

#include <optional>
#include <string>

#include <google/protobuf/descriptor.pb.h>

namespace weir {

std::optional<google::protobuf::FileDescriptorProto> builtin_proto_file(const std::string& name);

}  // namespace weir
