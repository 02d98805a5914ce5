// A LIKE pattern, taken apart once: % is any text, _ any one code point, the escape character makes the next one
// ordinary. Immutable; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir {

class LikePattern {
 public:
  // `escape`: empty, or one code point. Throws std::invalid_argument when the pattern ends with the escape character.
  LikePattern(std::string_view pattern, std::string_view escape);

  bool matches(std::string_view text) const;

 private:
  // Some code points whatever they are, then exactly these bytes.
  struct Piece {
    size_t any = 0;
    std::string text;
  };
  // What stands between two %: pieces that follow each other.
  struct Segment {
    std::vector<Piece> pieces;
    size_t code_points = 0;
  };

  // Where a match that starts at `from` ends, or npos.
  static size_t match_at(const Segment& segment, std::string_view text, size_t from);
  // Where the first match that starts at or after `from` ends, or npos.
  static size_t find(const Segment& segment, std::string_view text, size_t from);

  std::vector<Segment> segments_;  // empty ones left out
  bool open_start_ = false;        // the pattern begins with %
  bool open_end_ = false;          // it ends with %
  bool has_percent_ = false;
};

}  // namespace weir
