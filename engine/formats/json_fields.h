// Finds the fields of JSON objects by name, as ksqlDB does: a field of exactly the column's name wins, else one whose
// upper-cased name is the column's (letters of ASCII). Records of a topic mostly repeat the same names in the same
// order, so the table keeps the names it has met in the order of their appearance and compares with the expected one
// first. Belongs to one decoder; one thread.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/formats/json_reader.h"

namespace weir {

class JsonFields {
 public:
  struct Match {
    int field = -1;  // index of the column; -1: not wanted
    int rank = 0;    // 2: exact, 1: by its upper-cased name
  };

  explicit JsonFields(std::vector<std::string> names);

  const std::vector<std::string>& names() const { return names_; }

  // Begins an object.
  void restart() { cursor_ = 0; }
  // Reads a field name, `reader` being at its opening quote. False: malformed.
  bool next(JsonReader& reader, Match& match) {
    for (size_t i = cursor_; i < known_.size() && i < cursor_ + 2; ++i) {
      const Known& known = known_[i];
      if (known.token.size() <= static_cast<size_t>(reader.end() - reader.position()) &&
          std::memcmp(known.token.data(), reader.position(), known.token.size()) == 0) {
        reader.advance(known.token.size());
        match = known.match;
        cursor_ = i + 1;
        return true;
      }
    }
    return find(reader, match);
  }

 private:
  struct Known {
    std::string token;  // with its quotes, as in the text
    Match match;
  };
  // Maps of arbitrary keys aren't read through this class, but a record may still have any number of unknown fields.
  static constexpr size_t kMaxKnown = 256;

  bool find(JsonReader& reader, Match& match);
  Match match_of(std::string_view name) const;

  std::vector<std::string> names_;
  std::unordered_map<std::string_view, int> index_;  // of names_
  std::deque<Known> known_;                          // a deque, because by_token_ looks into it
  std::unordered_map<std::string_view, size_t> by_token_;
  size_t cursor_ = 0;  // the entry of known_ that is expected next
  Arena scratch_{1024};
};

}  // namespace weir
