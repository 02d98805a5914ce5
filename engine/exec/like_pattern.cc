#include "engine/exec/like_pattern.h"

#include <stdexcept>

namespace weir {

namespace {

constexpr size_t kNoMatch = std::string_view::npos;

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

size_t code_point_length(std::string_view text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && continues_code_point(text[end])) ++end;
  return end - at;
}

}  // namespace

LikePattern::LikePattern(std::string_view pattern, std::string_view escape) {
  Segment segment;
  Piece piece;
  const auto end_piece = [&] {
    if (piece.any > 0 || !piece.text.empty()) segment.pieces.push_back(std::move(piece));
    piece = {};
  };
  const auto end_segment = [&] {
    end_piece();
    if (!segment.pieces.empty()) segments_.push_back(std::move(segment));
    segment = {};
  };
  bool last_is_percent = false;
  for (size_t i = 0; i < pattern.size();) {
    size_t length = code_point_length(pattern, i);
    std::string_view character = pattern.substr(i, length);
    bool ordinary = character != "%" && character != "_";
    if (!escape.empty() && character == escape) {
      i += length;
      if (i == pattern.size()) {
        throw std::invalid_argument("LIKE pattern '" + std::string(pattern) + "' ends with its escape character '" +
                                    std::string(escape) + "'; write the character twice to mean itself");
      }
      length = code_point_length(pattern, i);
      character = pattern.substr(i, length);
      ordinary = true;
    }
    last_is_percent = false;
    if (ordinary) {
      piece.text += character;
      ++segment.code_points;
    } else if (character == "_") {
      if (!piece.text.empty()) end_piece();
      ++piece.any;
      ++segment.code_points;
    } else {
      if (i == 0) open_start_ = true;
      has_percent_ = last_is_percent = true;
      end_segment();
    }
    i += length;
  }
  end_segment();
  open_end_ = last_is_percent;
}

size_t LikePattern::match_at(const Segment& segment, std::string_view text, size_t from) {
  size_t at = from;
  for (const Piece& piece : segment.pieces) {
    for (size_t n = 0; n < piece.any; ++n) {
      if (at >= text.size()) return kNoMatch;
      at += code_point_length(text, at);
    }
    if (text.substr(at, piece.text.size()) != piece.text) return kNoMatch;
    at += piece.text.size();
  }
  return at;
}

size_t LikePattern::find(const Segment& segment, std::string_view text, size_t from) {
  const Piece& first = segment.pieces.front();
  for (size_t at = from; at <= text.size();) {
    if (first.any == 0) {
      at = text.find(first.text, at);
      if (at == std::string_view::npos) return kNoMatch;
    }
    const size_t end = match_at(segment, text, at);
    if (end != kNoMatch) return end;
    if (at == text.size()) break;
    at += code_point_length(text, at);
  }
  return kNoMatch;
}

bool LikePattern::matches(std::string_view text) const {
  if (!has_percent_) return segments_.empty() ? text.empty() : match_at(segments_[0], text, 0) == text.size();
  size_t at = 0;
  size_t next = 0;
  size_t last = segments_.size();
  if (!open_start_) {
    // Segments exist: the pattern begins with something else than %.
    at = match_at(segments_[0], text, 0);
    if (at == kNoMatch) return false;
    next = 1;
  }
  if (!open_end_) {
    // The last segment takes the text's last code points; the others must find room before.
    const Segment& tail = segments_[--last];
    size_t start = text.size();
    for (size_t n = 0; n < tail.code_points; ++n) {
      if (start == 0) return false;
      do --start;
      while (start > 0 && continues_code_point(text[start]));
    }
    if (start < at || match_at(tail, text, start) != text.size()) return false;
    text = text.substr(0, start);
  }
  for (; next < last; ++next) {
    at = find(segments_[next], text, at);
    if (at == kNoMatch) return false;
  }
  return true;
}

}  // namespace weir
