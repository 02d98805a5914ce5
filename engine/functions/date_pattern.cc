#include "engine/functions/date_pattern.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "engine/functions/date_pattern_compiler.h"

namespace weir {
namespace {

constexpr int64_t kMillisPerDay = 86'400'000;

constexpr std::array<std::string_view, 12> kMonthNames = {"January",   "February", "March",    "April",
                                                          "May",       "June",     "July",     "August",
                                                          "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDayNames = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                       "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 6> kEraNames = {"BC", "AD", "Before Christ", "Anno Domini", "B", "A"};
constexpr std::array<std::string_view, 12> kQuarterNames = {
    "Q1", "Q2", "Q3", "Q4", "1st quarter", "2nd quarter", "3rd quarter", "4th quarter", "1", "2", "3", "4"};
constexpr std::array<std::string_view, 2> kHalfNames = {"AM", "PM"};

void append_digits(std::string& out, uint64_t value, size_t width) {
  char digits[20];
  size_t size = 0;
  do {
    digits[size++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  if (size < width) out.append(width - size, '0');
  while (size > 0) out += digits[--size];
}

void append_two_digits(std::string& out, int value) { append_digits(out, static_cast<uint64_t>(value), 2); }

}  // namespace

std::string_view date_field_text(DateField field, int64_t value, int style) {
  const auto at = static_cast<size_t>(value);
  const auto abbreviated = [style](std::string_view name) {
    return style == 0 ? name.substr(0, 3) : style == 1 ? name : name.substr(0, 1);
  };
  switch (field) {
    case DateField::kMonth:
      return value >= 1 && value <= 12 ? abbreviated(kMonthNames[at - 1]) : std::string_view();
    case DateField::kDayOfWeek:
      return value >= 1 && value <= 7 ? abbreviated(kDayNames[at - 1]) : std::string_view();
    case DateField::kEra:
      return value >= 0 && value <= 1 ? kEraNames[static_cast<size_t>(style) * 2 + at] : std::string_view();
    case DateField::kQuarter:
      return value >= 1 && value <= 4 ? kQuarterNames[static_cast<size_t>(style) * 4 + at - 1] : std::string_view();
    case DateField::kAmPm:
      return value >= 0 && value <= 1 ? kHalfNames[at] : std::string_view();
    default:
      return {};
  }
}

DateTimeView DateTimeView::of_instant(int64_t epoch_millis, const TimeZonePtr& zone, ZoneCursor& cursor) {
  const int64_t rest = epoch_millis % 1000;
  const int64_t second = epoch_millis / 1000 - (rest < 0 ? 1 : 0);
  DateTimeView view;
  view.zone = zone.get();
  view.period = &cursor.at(zone, second);
  const int64_t local = epoch_millis + int64_t{view.period->offset} * 1000;
  const int64_t millis_of_day = (local % kMillisPerDay + kMillisPerDay) % kMillisPerDay;
  view.date = (local - millis_of_day) / kMillisPerDay;
  view.time = millis_of_day * 1'000'000;
  return view;
}

DatePattern::DatePattern(std::string_view pattern) : text_(pattern) { DatePatternCompiler(*this).compile(); }

bool DatePattern::format(const DateTimeView& view, std::string& out, std::string& error) const {
  return format_range(0, elements_.size(), view, out, error);
}

bool DatePattern::format_range(size_t from, size_t to, const DateTimeView& view, std::string& out,
                               std::string& error) const {
  for (size_t i = from; i < to; ++i) {
    const Element& element = elements_[i];
    if (element.kind == Kind::kOptionalStart) {
      // A section that asks for what isn't there prints nothing.
      const size_t size = out.size();
      if (!format_range(i + 1, i + element.skip, view, out, error)) out.resize(size);
      i += element.skip;
    } else if (element.kind == Kind::kPad) {
      const size_t size = out.size();
      const size_t next = i + 1 + elements_[i + 1].skip;
      if (!format_range(i + 1, next + 1, view, out, error)) return false;
      const size_t width = out.size() - size;
      if (width > element.max) {
        error = "a part of '" + text_ + "' is wider than its padding";
        return false;
      }
      out.insert(size, element.max - width, ' ');
      i = next;
    } else if (!format_element(element, view, out, error)) {
      return false;
    }
  }
  return true;
}

namespace {

void append_offset(std::string& out, int32_t offset, bool colons, bool minutes, bool seconds) {
  const int32_t total = std::abs(offset);
  out += offset < 0 ? '-' : '+';
  append_two_digits(out, total / 3600);
  if (!minutes) return;
  if (colons) out += ':';
  append_two_digits(out, total / 60 % 60);
  if (!seconds) return;
  if (colons) out += ':';
  append_two_digits(out, total % 60);
}

// GMT+2, GMT+5:30; in full GMT+02:00.
void append_localized_offset(std::string& out, int32_t offset, bool full) {
  out += "GMT";
  if (offset == 0) return;
  if (full) return append_offset(out, offset, true, true, offset % 60 != 0);
  const int32_t total = std::abs(offset);
  out += offset < 0 ? '-' : '+';
  append_digits(out, static_cast<uint64_t>(total / 3600), 1);
  if (total % 3600 == 0) return;
  out += ':';
  append_two_digits(out, total / 60 % 60);
  if (total % 60 == 0) return;
  out += ':';
  append_two_digits(out, total % 60);
}

}  // namespace

bool DatePattern::format_element(const Element& element, const DateTimeView& view, std::string& out,
                                 std::string& error) const {
  if (element.kind == Kind::kLiteral) {
    out += element.literal;
    return true;
  }
  if (element.kind == Kind::kOptionalEnd) return true;
  const bool of_zone = element.kind == Kind::kZoneId || element.kind == Kind::kZoneName ||
                       element.kind == Kind::kOffset || element.kind == Kind::kLocalizedOffset;
  if (of_zone) {
    if (!view.zone) {
      error = "the value has no time zone, which the format '" + text_ + "' asks for";
      return false;
    }
    const int32_t offset = view.period->offset;
    if (element.kind == Kind::kZoneId) {
      out += view.zone->id();
    } else if (element.kind == Kind::kZoneName) {
      if (element.style == Style::kFull) {
        out += view.zone->long_name(view.period->daylight_saving);
      } else if (!view.zone->is_region()) {
        out += view.zone->id();
      } else if (view.period->abbreviation.empty()) {
        append_localized_offset(out, offset, true);
      } else {
        out += view.period->abbreviation;
      }
    } else if (element.kind == Kind::kLocalizedOffset) {
      append_localized_offset(out, offset, element.style == Style::kFull);
    } else if (offset == 0) {
      out += element.literal;
    } else {
      const OffsetForm form = element.offset_form;
      const bool colons = form == OffsetForm::kHourColonMinute || form == OffsetForm::kColonOptionalSecond;
      const bool minutes = form != OffsetForm::kHourOptionalMinute || offset / 60 % 60 != 0;
      const bool seconds =
          (form == OffsetForm::kOptionalSecond || form == OffsetForm::kColonOptionalSecond) && offset % 60 != 0;
      append_offset(out, offset, colons, minutes, seconds);
    }
    return true;
  }
  const bool of_time = is_time_field(element.field);
  const auto& whole = of_time ? view.time : view.date;
  if (!whole) {
    error = std::string("the value has no ") + date_field_name(element.field) + ", which the format '" + text_ +
            "' asks for";
    return false;
  }
  const int64_t value = of_time ? field_of_time(element.field, *whole) : field_of_date(element.field, *whole);
  const uint64_t magnitude = static_cast<uint64_t>(value < 0 ? -value : value);
  switch (element.kind) {
    case Kind::kText:
      out += date_field_text(element.field, value, static_cast<int>(element.style));
      return true;
    case Kind::kTwoDigitYear:
      append_digits(out, magnitude % 100, 2);
      return true;
    case Kind::kFraction: {
      uint64_t digits = magnitude;
      for (int i = element.max; i < 9; ++i) digits /= 10;
      append_digits(out, digits, element.max);
      return true;
    }
    default: {
      const size_t sign_at = out.size();
      append_digits(out, magnitude, element.min);
      if (value < 0) {
        out.insert(sign_at, 1, '-');
      } else if (element.sign == Sign::kExceedsPad && out.size() - sign_at > element.min) {
        out.insert(sign_at, 1, '+');
      }
      return true;
    }
  }
}

}  // namespace weir
