// Reads a text by a DatePattern. Lives for one text; one thread.
#pragma once

#include <string>
#include <string_view>

#include "engine/functions/date_pattern.h"

namespace weir {

class DatePatternParser {
 public:
  DatePatternParser(const DatePattern& pattern, std::string_view text, bool ignore_case)
      : pattern_(pattern), text_(text), ignore_case_(ignore_case) {}

  // False: the text doesn't fit; position() is where it stops to.
  bool parse(ParsedFields& fields, bool whole);
  size_t position() const { return at_; }

 private:
  using Element = DatePattern::Element;

  bool parse_range(size_t from, size_t to, ParsedFields& fields);
  bool parse_padded(size_t element, size_t next, ParsedFields& fields);
  bool parse_element(const Element& element, ParsedFields& fields);
  bool parse_literal(std::string_view literal);
  bool parse_number(const Element& element, ParsedFields& fields);
  bool parse_fraction(const Element& element, ParsedFields& fields);
  bool parse_text(const Element& element, ParsedFields& fields);
  bool parse_offset_form(const Element& element, ParsedFields& fields);
  bool parse_localized_offset(const Element& element, ParsedFields& fields);
  bool parse_zone(const Element& element, ParsedFields& fields);

  bool starts_with(std::string_view wanted) const;
  bool digit_at(size_t at) const;
  // Two digits at `at_` up to `limit`; -1 if they aren't there.
  int two_digits(int limit);

  const DatePattern& pattern_;
  std::string_view text_;
  bool ignore_case_;
  size_t at_ = 0;
  size_t furthest_ = 0;
};

}  // namespace weir
