#include "engine/functions/date_pattern_compiler.h"

#include <cctype>
#include <stdexcept>

namespace weir {

void DatePatternCompiler::fail(const std::string& what) const {
  throw std::invalid_argument("the date format '" + std::string(text_) + "' is not valid: " + what);
}

void DatePatternCompiler::require_count(char letter, int count, bool ok) const {
  if (!ok) fail("'" + std::string(1, letter) + "' can't be repeated " + std::to_string(count) + " times");
}

size_t DatePatternCompiler::append(Element element) {
  adjacent_ = -1;
  pattern_.elements_.push_back(std::move(element));
  return pattern_.elements_.size() - 1;
}

void DatePatternCompiler::append_numeric(Element element) {
  const bool fixed = element.min == element.max && element.sign == DatePattern::Sign::kNotNegative;
  const int leader = adjacent_;
  const int digits = element.max;
  const size_t index = append(std::move(element));
  if (leader < 0) {
    adjacent_ = static_cast<int>(index);
  } else if (fixed) {
    int& following = pattern_.elements_[static_cast<size_t>(leader)].following_digits;
    if (following >= 0) following += digits;
    adjacent_ = leader;
  } else {
    pattern_.elements_[static_cast<size_t>(leader)].following_digits = -1;
    adjacent_ = static_cast<int>(index);
  }
}

void DatePatternCompiler::add_number(DateField field, int min, int max, DatePattern::Sign sign) {
  Element element{.kind = DatePattern::Kind::kNumber, .field = field};
  element.min = static_cast<uint8_t>(min);
  element.max = static_cast<uint8_t>(max);
  element.sign = sign;
  append_numeric(std::move(element));
}

void DatePatternCompiler::add_fixed(DateField field, int digits) {
  add_number(field, digits, digits, DatePattern::Sign::kNotNegative);
}

void DatePatternCompiler::add_text(DateField field, DatePattern::Style style) {
  Element element{.kind = DatePattern::Kind::kText, .field = field};
  element.style = style;
  append(std::move(element));
}

void DatePatternCompiler::add_year(DateField field, int count) {
  if (count == 2) {
    Element element{.kind = DatePattern::Kind::kTwoDigitYear, .field = field};
    element.min = element.max = 2;
    element.sign = DatePattern::Sign::kNotNegative;
    append_numeric(std::move(element));
  } else {
    require_count('y', count, count <= 19);
    add_number(field, count, 19, count < 4 ? DatePattern::Sign::kNormal : DatePattern::Sign::kExceedsPad);
  }
}

// One or two letters for the number, three, four and five for the short, full and narrow name.
void DatePatternCompiler::add_named(DateField field, int count) {
  if (count == 1) return add_number(field, 1, 19, DatePattern::Sign::kNormal);
  if (count == 2) return add_fixed(field, 2);
  add_text(field, count == 3   ? DatePattern::Style::kShort
                  : count == 4 ? DatePattern::Style::kFull
                               : DatePattern::Style::kNarrow);
}

void DatePatternCompiler::add_one_or_two_digits(char letter, DateField field, int count) {
  require_count(letter, count, count <= 2);
  if (count == 1) return add_number(field, 1, 19, DatePattern::Sign::kNormal);
  add_fixed(field, 2);
}

bool DatePatternCompiler::add_date_letters(char letter, int count) {
  switch (letter) {
    case 'G':
      require_count(letter, count, count <= 5);
      add_text(DateField::kEra, count <= 3   ? DatePattern::Style::kShort
                                : count == 4 ? DatePattern::Style::kFull
                                             : DatePattern::Style::kNarrow);
      return true;
    case 'u':
      add_year(DateField::kYear, count);
      return true;
    case 'y':
      add_year(DateField::kYearOfEra, count);
      return true;
    case 'Y':
      add_year(DateField::kWeekBasedYear, count);
      return true;
    case 'M':
    case 'L':
      require_count(letter, count, count <= 5);
      add_named(DateField::kMonth, count);
      return true;
    case 'Q':
    case 'q':
      require_count(letter, count, count <= 5);
      add_named(DateField::kQuarter, count);
      return true;
    case 'E':
      require_count(letter, count, count <= 5);
      add_named(DateField::kDayOfWeek, count < 3 ? 3 : count);
      return true;
    case 'e':
    case 'c':
      require_count(letter, count, count <= 5 && !(letter == 'c' && count == 2));
      if (count <= 2) {
        add_number(DateField::kLocalizedDayOfWeek, count, 2, DatePattern::Sign::kNotNegative);
      } else {
        add_named(DateField::kDayOfWeek, count);
      }
      return true;
    case 'd':
      add_one_or_two_digits(letter, DateField::kDayOfMonth, count);
      return true;
    case 'D':
      require_count(letter, count, count <= 3);
      if (count == 1) {
        add_number(DateField::kDayOfYear, 1, 19, DatePattern::Sign::kNormal);
      } else {
        add_number(DateField::kDayOfYear, count, 3, DatePattern::Sign::kNotNegative);
      }
      return true;
    case 'w':
      require_count(letter, count, count <= 2);
      add_number(DateField::kWeekOfYear, count, 2, DatePattern::Sign::kNotNegative);
      return true;
    case 'W':
      require_count(letter, count, count == 1);
      add_number(DateField::kWeekOfMonth, 1, 2, DatePattern::Sign::kNotNegative);
      return true;
    case 'F':
      require_count(letter, count, count == 1);
      add_number(DateField::kAlignedDayOfWeekInMonth, 1, 19, DatePattern::Sign::kNormal);
      return true;
    default:
      return false;
  }
}

bool DatePatternCompiler::add_time_letters(char letter, int count) {
  switch (letter) {
    case 'a':
      require_count(letter, count, count == 1);
      add_text(DateField::kAmPm, DatePattern::Style::kShort);
      return true;
    case 'H':
      add_one_or_two_digits(letter, DateField::kHourOfDay, count);
      return true;
    case 'k':
      add_one_or_two_digits(letter, DateField::kClockHourOfDay, count);
      return true;
    case 'K':
      add_one_or_two_digits(letter, DateField::kHourOfAmPm, count);
      return true;
    case 'h':
      add_one_or_two_digits(letter, DateField::kClockHourOfAmPm, count);
      return true;
    case 'm':
      add_one_or_two_digits(letter, DateField::kMinute, count);
      return true;
    case 's':
      add_one_or_two_digits(letter, DateField::kSecond, count);
      return true;
    case 'S': {
      require_count(letter, count, count <= 9);
      Element element{.kind = DatePattern::Kind::kFraction, .field = DateField::kNanoOfSecond};
      element.min = element.max = static_cast<uint8_t>(count);
      element.sign = DatePattern::Sign::kNotNegative;
      append_numeric(std::move(element));
      return true;
    }
    case 'A':
    case 'n':
    case 'N':
      require_count(letter, count, count <= 19);
      add_number(letter == 'A'   ? DateField::kMilliOfDay
                 : letter == 'n' ? DateField::kNanoOfSecond
                                 : DateField::kNanoOfDay,
                 count, 19, DatePattern::Sign::kNotNegative);
      return true;
    default:
      return false;
  }
}

bool DatePatternCompiler::add_zone_letters(char letter, int count) {
  using Form = DatePattern::OffsetForm;
  static constexpr Form kForms[] = {Form::kHourOptionalMinute, Form::kHourMinute, Form::kHourColonMinute,
                                    Form::kOptionalSecond, Form::kColonOptionalSecond};
  Element element{.kind = DatePattern::Kind::kOffset};
  switch (letter) {
    case 'V':
      require_count(letter, count, count == 2);
      element.kind = DatePattern::Kind::kZoneId;
      break;
    case 'z':
      require_count(letter, count, count <= 4);
      element.kind = DatePattern::Kind::kZoneName;
      element.style = count == 4 ? DatePattern::Style::kFull : DatePattern::Style::kShort;
      break;
    case 'O':
      require_count(letter, count, count == 1 || count == 4);
      element.kind = DatePattern::Kind::kLocalizedOffset;
      element.style = count == 4 ? DatePattern::Style::kFull : DatePattern::Style::kShort;
      break;
    case 'X':
    case 'x':
      require_count(letter, count, count <= 5);
      element.offset_form = kForms[count - 1];
      element.literal = letter == 'X' ? "Z" : count == 1 ? "+00" : count % 2 == 0 ? "+0000" : "+00:00";
      break;
    case 'Z':
      require_count(letter, count, count <= 5);
      if (count == 4) {
        element.kind = DatePattern::Kind::kLocalizedOffset;
        element.style = DatePattern::Style::kFull;
      } else {
        element.offset_form = count == 5 ? Form::kColonOptionalSecond : Form::kHourMinute;
        element.literal = count == 5 ? "Z" : "+0000";
      }
      break;
    default:
      return false;
  }
  append(std::move(element));
  return true;
}

void DatePatternCompiler::add_letters(char letter, int count) {
  if (letter == 'p') {
    Element element{.kind = DatePattern::Kind::kPad};
    require_count(letter, count, count <= 100);
    element.max = static_cast<uint8_t>(count);
    append(std::move(element));
    return;
  }
  if (add_date_letters(letter, count) || add_time_letters(letter, count) || add_zone_letters(letter, count)) return;
  fail("the letter '" + std::string(1, letter) + "' has no meaning; put text in single quotes");
}

void DatePatternCompiler::add_literal(std::string_view text) {
  Element element{.kind = DatePattern::Kind::kLiteral};
  element.literal = std::string(text);
  append(std::move(element));
}

// `at` is after the opening quote; returns where the pattern goes on.
size_t DatePatternCompiler::add_quoted(size_t at) {
  std::string literal;
  for (; at < text_.size(); ++at) {
    if (text_[at] != '\'') {
      literal += text_[at];
    } else if (at + 1 < text_.size() && text_[at + 1] == '\'') {
      literal += '\'';
      ++at;
    } else {
      add_literal(literal.empty() ? "'" : literal);
      return at + 1;
    }
  }
  fail("a quote isn't closed");
}

void DatePatternCompiler::open_section() { open_.push_back(append({.kind = DatePattern::Kind::kOptionalStart})); }

void DatePatternCompiler::close_section() {
  if (open_.empty()) fail("']' without '['");
  const size_t start = open_.back();
  open_.pop_back();
  const size_t end = append({.kind = DatePattern::Kind::kOptionalEnd});
  pattern_.elements_[start].skip = static_cast<uint32_t>(end - start);
}

void DatePatternCompiler::compile() {
  for (size_t at = 0; at < text_.size();) {
    const char c = text_[at];
    if (std::isalpha(static_cast<unsigned char>(c))) {
      size_t end = at;
      while (end < text_.size() && text_[end] == c) ++end;
      add_letters(c, static_cast<int>(end - at));
      at = end;
    } else if (c == '\'') {
      at = add_quoted(at + 1);
    } else if (c == '[') {
      open_section();
      ++at;
    } else if (c == ']') {
      close_section();
      ++at;
    } else if (c == '{' || c == '}' || c == '#') {
      fail("'" + std::string(1, c) + "' is reserved; put it in single quotes");
    } else {
      add_literal(text_.substr(at, 1));
      ++at;
    }
  }
  while (!open_.empty()) close_section();
  const auto& elements = pattern_.elements_;
  if (!elements.empty() && elements.back().kind == DatePattern::Kind::kPad) fail("'p' needs a letter to pad");
}

}  // namespace weir
