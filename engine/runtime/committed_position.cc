#include "engine/runtime/committed_position.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace weir {

namespace {

using PositionJson = nlohmann::json;

constexpr const char* kSharedInputs = "inputs";

PositionJson progress_json(const TaskProgress& progress) {
  PositionJson json = {{"stream_time", progress.stream_time}, {"arrivals", progress.arrivals}};
  if (progress.advanced_time != INT64_MIN) json["advanced_time"] = progress.advanced_time;
  return json;
}

TaskProgress progress_of(const PositionJson& json) {
  return {json.value("stream_time", INT64_MIN), json.value("arrivals", int64_t{0}),
          json.value("advanced_time", INT64_MIN)};
}

}  // namespace

log::CommittedOffset committed_position(const std::vector<InputPosition>& inputs) {
  if (inputs.size() == 1) return {inputs[0].offset, progress_json(inputs[0].progress).dump()};
  int64_t lowest = INT64_MAX;
  PositionJson metadata;
  for (const InputPosition& input : inputs) {
    lowest = std::min(lowest, input.offset);
    PositionJson& own = metadata[kSharedInputs][input.node] = progress_json(input.progress);
    own["position"] = input.offset;
  }
  return {lowest, metadata.dump()};
}

InputPosition position_of(const log::CommittedOffset& committed, const std::string& node) {
  const PositionJson json = PositionJson::parse(committed.metadata, nullptr, false);
  if (!json.is_object()) return {node, committed.offset, {}};
  if (!json.contains(kSharedInputs) || !json[kSharedInputs].contains(node))
    return {node, committed.offset, progress_of(json)};
  const PositionJson& own = json[kSharedInputs][node];
  return {node, own.value("position", committed.offset), progress_of(own)};
}

}  // namespace weir
