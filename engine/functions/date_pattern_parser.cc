#include "engine/functions/date_pattern_parser.h"

#include <algorithm>
#include <cctype>

#include "engine/functions/zone_names.h"

namespace weir {
namespace {

char ascii_lower_of(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

constexpr int32_t kMaxOffsetSeconds = 18 * 3600;

// The longest number that can't overflow.
constexpr size_t kMaxDigits = 18;

bool is_zone_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '_' || c == '+' || c == '-' || c == ':' ||
         c == '.';
}

}  // namespace

bool DatePatternParser::digit_at(size_t at) const {
  return at < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at]));
}

bool DatePatternParser::starts_with(std::string_view wanted) const {
  const std::string_view there = text_.substr(at_, wanted.size());
  if (!ignore_case_) return there == wanted;
  return there.size() == wanted.size() && std::equal(there.begin(), there.end(), wanted.begin(), [](char a, char b) {
           return ascii_lower_of(a) == ascii_lower_of(b);
         });
}

bool DatePatternParser::parse_literal(std::string_view literal) {
  if (!starts_with(literal)) return false;
  at_ += literal.size();
  return true;
}

bool DatePatternParser::parse_number(const Element& element, ParsedFields& fields) {
  const bool plus = at_ < text_.size() && text_[at_] == '+';
  const bool minus = at_ < text_.size() && text_[at_] == '-';
  if (plus && element.sign != DatePattern::Sign::kExceedsPad) return false;
  if (minus && element.sign == DatePattern::Sign::kNotNegative) return false;
  const size_t first = at_ + (plus || minus ? 1 : 0);
  const size_t reserved = element.following_digits > 0 ? static_cast<size_t>(element.following_digits) : 0;
  size_t digits = 0;
  while (digits < element.max + reserved && digit_at(first + digits)) ++digits;
  // The numbers directly after this one have a claim to their digits, as far as this one keeps its least.
  if (reserved > 0) digits = std::max<size_t>(element.min, digits > reserved ? digits - reserved : 0);
  if (digits < element.min || digits > kMaxDigits) return false;
  int64_t value = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (!digit_at(first + i)) return false;
    value = value * 10 + (text_[first + i] - '0');
  }
  if (minus) {
    if (value == 0) return false;
    value = -value;
  } else if (element.sign == DatePattern::Sign::kExceedsPad && plus != (digits > element.min)) {
    // A plus sign marks a year of more digits than the pattern has, and only that.
    return false;
  }
  if (element.kind == DatePattern::Kind::kTwoDigitYear) value += 2000;
  if (!fields.set(element.field, value)) return false;
  at_ = first + digits;
  return true;
}

bool DatePatternParser::parse_fraction(const Element& element, ParsedFields& fields) {
  int64_t value = 0;
  for (size_t i = 0; i < 9; ++i) {
    value *= 10;
    if (i >= element.max) continue;
    if (!digit_at(at_ + i)) return false;
    value += text_[at_ + i] - '0';
  }
  if (!fields.set(element.field, value)) return false;
  at_ += element.max;
  return true;
}

bool DatePatternParser::parse_text(const Element& element, ParsedFields& fields) {
  // First letters don't tell months or days apart.
  const bool named = element.field == DateField::kMonth || element.field == DateField::kDayOfWeek;
  if (named && element.style == DatePattern::Style::kNarrow) return false;
  for (int64_t value = 0; value <= 12; ++value) {
    const std::string_view name = date_field_text(element.field, value, static_cast<int>(element.style));
    if (name.empty() || !starts_with(name)) continue;
    if (!fields.set(element.field, value)) return false;
    at_ += name.size();
    return true;
  }
  return false;
}

int DatePatternParser::two_digits(int limit) {
  if (!digit_at(at_) || !digit_at(at_ + 1)) return -1;
  const int value = (text_[at_] - '0') * 10 + (text_[at_ + 1] - '0');
  if (value > limit) return -1;
  at_ += 2;
  return value;
}

bool DatePatternParser::parse_offset_form(const Element& element, ParsedFields& fields) {
  using Form = DatePattern::OffsetForm;
  const Form form = element.offset_form;
  const size_t start = at_;
  if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) {
    const int sign = text_[at_] == '-' ? -1 : 1;
    const bool colons = form == Form::kHourColonMinute || form == Form::kColonOptionalSecond;
    // A part after the hours: its value, 0 if it is left out where it may be, -1 if it is malformed.
    const auto part = [&](bool optional) {
      const size_t before = at_;
      if (!colons || parse_literal(":")) {
        const int value = two_digits(59);
        if (value >= 0) return value;
      }
      at_ = before;
      return optional ? 0 : -1;
    };
    ++at_;
    const int hours = two_digits(18);
    const int minutes = hours < 0 ? -1 : part(form == Form::kHourOptionalMinute);
    const bool with_seconds = form == Form::kOptionalSecond || form == Form::kColonOptionalSecond;
    const int seconds = minutes < 0 ? -1 : with_seconds ? part(true) : 0;
    const int32_t total = hours * 3600 + minutes * 60 + seconds;
    if (seconds >= 0 && total <= kMaxOffsetSeconds) {
      const int32_t offset = sign * total;
      if (fields.offset && *fields.offset != offset) return false;
      fields.offset = offset;
      return true;
    }
  }
  at_ = start;
  if (!parse_literal(element.literal)) return false;
  if (fields.offset && *fields.offset != 0) return false;
  fields.offset = 0;
  return true;
}

bool DatePatternParser::parse_localized_offset(const Element& element, ParsedFields& fields) {
  if (!parse_literal("GMT")) return false;
  int32_t offset = 0;
  if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) {
    const int sign = text_[at_] == '-' ? -1 : 1;
    ++at_;
    int hours = -1;
    if (element.style == DatePattern::Style::kFull) {
      hours = two_digits(18);
    } else if (digit_at(at_)) {
      hours = text_[at_++] - '0';
      if (digit_at(at_)) hours = hours * 10 + (text_[at_++] - '0');
    }
    if (hours < 0 || hours > 18) return false;
    int parts[2] = {0, 0};
    for (int i = 0; i < 2; ++i) {
      const bool required = i == 0 && element.style == DatePattern::Style::kFull;
      if (!parse_literal(":")) {
        if (required) return false;
        break;
      }
      parts[i] = two_digits(59);
      if (parts[i] < 0) return false;
    }
    offset = sign * (hours * 3600 + parts[0] * 60 + parts[1]);
  }
  if (fields.offset && *fields.offset != offset) return false;
  fields.offset = offset;
  return true;
}

bool DatePatternParser::parse_zone(const Element& element, ParsedFields& fields) {
  TimeZonePtr zone;
  size_t length = 0;
  if (element.kind == DatePattern::Kind::kZoneName && element.style == DatePattern::Style::kFull) {
    const std::string region = region_of_long_name(text_.substr(at_), length);
    if (!region.empty()) zone = TimeZone::find(region);
  }
  if (!zone) {
    while (at_ + length < text_.size() && is_zone_character(text_[at_ + length])) ++length;
    // The longest beginning that names a zone; the pattern's next part may start with a letter.
    for (; length > 0; --length) {
      zone = TimeZone::find(text_.substr(at_, length), ignore_case_);
      if (zone) break;
    }
  }
  if (!zone) return false;
  fields.zone = std::move(zone);
  at_ += length;
  return true;
}

bool DatePatternParser::parse_element(const Element& element, ParsedFields& fields) {
  switch (element.kind) {
    case DatePattern::Kind::kLiteral:
      return parse_literal(element.literal);
    case DatePattern::Kind::kNumber:
    case DatePattern::Kind::kTwoDigitYear:
      return parse_number(element, fields);
    case DatePattern::Kind::kFraction:
      return parse_fraction(element, fields);
    case DatePattern::Kind::kText:
      return parse_text(element, fields);
    case DatePattern::Kind::kOffset:
      return parse_offset_form(element, fields);
    case DatePattern::Kind::kLocalizedOffset:
      return parse_localized_offset(element, fields);
    case DatePattern::Kind::kZoneId:
    case DatePattern::Kind::kZoneName:
      return parse_zone(element, fields);
    case DatePattern::Kind::kOptionalEnd:
      return true;
    case DatePattern::Kind::kPad:
    case DatePattern::Kind::kOptionalStart:
      return false;
  }
  return false;
}

// `element` is the padding, the elements after it up to `next` are what is padded.
bool DatePatternParser::parse_padded(size_t element, size_t next, ParsedFields& fields) {
  const size_t end = at_ + pattern_.elements_[element].max;
  if (end > text_.size()) return false;
  while (at_ < end && text_[at_] == ' ') ++at_;
  const std::string_view whole = text_;
  text_ = text_.substr(0, end);
  const bool parsed = parse_range(element + 1, next + 1, fields) && at_ == end;
  text_ = whole;
  return parsed;
}

bool DatePatternParser::parse_range(size_t from, size_t to, ParsedFields& fields) {
  for (size_t i = from; i < to; ++i) {
    const Element& element = pattern_.elements_[i];
    if (element.kind == DatePattern::Kind::kOptionalStart) {
      const size_t start = at_;
      ParsedFields attempt = fields;
      if (parse_range(i + 1, i + element.skip, attempt)) {
        fields = std::move(attempt);
      } else {
        at_ = start;
      }
      i += element.skip;
      continue;
    }
    bool parsed;
    if (element.kind == DatePattern::Kind::kPad) {
      const size_t next = i + 1 + pattern_.elements_[i + 1].skip;
      parsed = parse_padded(i, next, fields);
      i = next;
    } else {
      parsed = parse_element(element, fields);
    }
    furthest_ = std::max(furthest_, at_);
    if (!parsed) return false;
  }
  return true;
}

bool DatePatternParser::parse(ParsedFields& fields, bool whole) {
  const bool parsed = parse_range(0, pattern_.elements_.size(), fields) && (!whole || at_ == text_.size());
  if (!parsed) at_ = furthest_;
  return parsed;
}

std::optional<ParsedFields> DatePattern::parse(std::string_view text, bool ignore_case, std::string& error,
                                               bool whole) const {
  ParsedFields fields;
  DatePatternParser parser(*this, text, ignore_case);
  if (!parser.parse(fields, whole)) {
    error = "'" + std::string(text) + "' doesn't fit the format '" + text_ + "' from character " +
            std::to_string(parser.position() + 1) + " on";
    return std::nullopt;
  }
  if (!fields.resolve(error)) {
    error = "'" + std::string(text) + "' in the format '" + text_ + "': " + error;
    return std::nullopt;
  }
  return fields;
}

}  // namespace weir
