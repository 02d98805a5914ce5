#include "engine/formats/json_fields.h"

#include <algorithm>

namespace weir {

JsonFields::JsonFields(std::vector<std::string> names) : names_(std::move(names)) {
  for (size_t i = 0; i < names_.size(); ++i) index_.emplace(names_[i], static_cast<int>(i));
}

bool JsonFields::find(JsonReader& reader, Match& match) {
  const char* begin = reader.position();
  JsonString name;
  if (!reader.read_string(name)) return false;
  const std::string_view token(begin, static_cast<size_t>(reader.position() - begin));
  if (auto found = by_token_.find(token); found != by_token_.end()) {
    match = known_[found->second].match;
    cursor_ = found->second + 1;
    return true;
  }
  scratch_.reset();
  match = match_of(name.escaped ? unescape_json(name, scratch_) : name.raw());
  if (known_.size() < kMaxKnown) {
    known_.push_back({std::string(token), match});
    by_token_.emplace(known_.back().token, known_.size() - 1);
    cursor_ = known_.size();
  }
  return true;
}

JsonFields::Match JsonFields::match_of(std::string_view name) const {
  if (auto found = index_.find(name); found != index_.end()) return {found->second, 2};
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  if (auto found = index_.find(upper); found != index_.end()) return {found->second, 1};
  return {};
}

}  // namespace weir
