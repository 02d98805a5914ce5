// Patterns for dates and times: the letters of java.time.format.DateTimeFormatter, in English. Compiled once,
// immutable, any thread.
//
// Supported: G u y D M L Q q d Y w W E e c F a h K k H m s S A n N V z O X x Z p, quoted text, [optional sections].
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/functions/date_fields.h"
#include "engine/functions/time_zone.h"

namespace weir {

// What is to be printed: a date, a time, or both in a zone.
struct DateTimeView {
  std::optional<int64_t> date;  // days since 1970-01-01
  std::optional<int64_t> time;  // nanoseconds of the day
  const TimeZone* zone = nullptr;
  const ZonePeriod* period = nullptr;  // the zone's at that instant

  // Both parts as the zone's clock shows the instant; `cursor` keeps zone and period alive.
  static DateTimeView of_instant(int64_t epoch_millis, const TimeZonePtr& zone, ZoneCursor& cursor);
};

class DatePattern {
 public:
  // Throws std::invalid_argument that quotes the pattern.
  explicit DatePattern(std::string_view pattern);

  const std::string& text() const { return text_; }

  // Appends the text. False, with the reason in `error`, if the pattern asks for a field that the view doesn't have.
  bool format(const DateTimeView& view, std::string& out, std::string& error) const;

  // Reads the whole text and resolves it; `ignore_case`: for names and quoted text. Nothing, with the reason in
  // `error`, if the text doesn't fit the pattern or says something impossible.
  // `whole`: text behind what the pattern says isn't ignored.
  std::optional<ParsedFields> parse(std::string_view text, bool ignore_case, std::string& error,
                                    bool whole = true) const;

 private:
  friend class DatePatternCompiler;
  friend class DatePatternParser;

  enum class Kind : uint8_t {
    kLiteral,          // literal
    kNumber,           // field, min to max digits
    kTwoDigitYear,     // field: 2000 to 2099
    kFraction,         // max digits of a second
    kText,             // field by name
    kZoneId,           // Europe/Paris
    kZoneName,         // CEST; style kFull: Central European Summer Time
    kOffset,           // +02:00, offset_form
    kLocalizedOffset,  // GMT+2; style kFull: GMT+02:00
    kPad,              // the next element in `max` columns
    kOptionalStart,    // `skip` elements follow, with kOptionalEnd
    kOptionalEnd
  };
  enum class Style : uint8_t { kShort, kFull, kNarrow };
  enum class Sign : uint8_t { kNormal, kNotNegative, kExceedsPad };
  // Java's names of offset patterns: the parts, and whether colons separate them.
  enum class OffsetForm : uint8_t {
    kHourOptionalMinute,  // +HHmm
    kHourMinute,          // +HHMM
    kHourColonMinute,     // +HH:MM
    kOptionalSecond,      // +HHMMss
    kColonOptionalSecond  // +HH:MM:ss
  };

  struct Element {
    Kind kind = Kind::kLiteral;
    DateField field = DateField::kYear;
    uint8_t min = 1;
    uint8_t max = 19;
    Sign sign = Sign::kNormal;
    Style style = Style::kShort;
    OffsetForm offset_form = OffsetForm::kHourMinute;
    // Digits that the numbers directly after this one need; negative: this number takes no notice of them.
    int following_digits = 0;
    uint32_t skip = 0;
    std::string literal;  // also what stands for a zero offset
  };

  bool format_range(size_t from, size_t to, const DateTimeView& view, std::string& out, std::string& error) const;
  bool format_element(const Element& element, const DateTimeView& view, std::string& out, std::string& error) const;

  std::string text_;
  std::vector<Element> elements_;
};

// Names in English as Java's short, full and narrow styles have them; empty if the field has no names.
std::string_view date_field_text(DateField field, int64_t value, int style);

}  // namespace weir
