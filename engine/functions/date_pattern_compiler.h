// Turns the letters of a date pattern into elements. Used while a DatePattern is made; one thread.
#pragma once

#include <string_view>

#include "engine/functions/date_pattern.h"

namespace weir {

class DatePatternCompiler {
 public:
  explicit DatePatternCompiler(DatePattern& pattern) : pattern_(pattern), text_(pattern.text_) {}
  // Throws std::invalid_argument that quotes the pattern.
  void compile();

 private:
  using Element = DatePattern::Element;

  void add_letters(char letter, int count);
  bool add_date_letters(char letter, int count);
  bool add_time_letters(char letter, int count);
  bool add_zone_letters(char letter, int count);
  void add_year(DateField field, int count);
  void add_named(DateField field, int count);
  void add_one_or_two_digits(char letter, DateField field, int count);
  void add_number(DateField field, int min, int max, DatePattern::Sign sign);
  void add_fixed(DateField field, int digits);
  void add_text(DateField field, DatePattern::Style style);
  void add_literal(std::string_view text);
  size_t add_quoted(size_t at);
  // Numbers next to each other: those of fixed width get their digits, the first takes what is left.
  void append_numeric(Element element);
  size_t append(Element element);
  void open_section();
  void close_section();
  void require_count(char letter, int count, bool ok) const;
  [[noreturn]] void fail(const std::string& what) const;

  DatePattern& pattern_;
  std::string_view text_;
  std::vector<size_t> open_;
  int adjacent_ = -1;  // the element that leads a run of adjacent numbers
};

}  // namespace weir
