// The part of text.h that deals with dates and times.
#include <charconv>

#include "engine/types/text.h"

namespace weir {

namespace {

constexpr int64_t kMillisPerDay = 86'400'000;

// Reads a text from left to right; every step says whether it found what it wanted and moves on only then.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text) {}

  bool at_end() const { return next_ == text_.size(); }
  bool accept(char c) {
    if (at_end() || text_[next_] != c) return false;
    ++next_;
    return true;
  }
  char peek() const { return at_end() ? '\0' : text_[next_]; }

  // Exactly `count` digits.
  bool digits(int count, int& value) {
    if (text_.size() - next_ < static_cast<size_t>(count)) return false;
    value = 0;
    for (int i = 0; i < count; ++i) {
      const char c = text_[next_ + static_cast<size_t>(i)];
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    next_ += static_cast<size_t>(count);
    return true;
  }

  // Four digits, or a sign and four to nine, as java.time writes years.
  bool year(int64_t& value) {
    const bool negative = peek() == '-';
    if (negative || peek() == '+') {
      const size_t start = next_ + 1;
      size_t end = start;
      while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9') ++end;
      if (end - start < 4 || end - start > 9) return false;
      std::from_chars(text_.data() + start, text_.data() + end, value);
      if (negative) value = -value;
      next_ = end;
      return true;
    }
    int four = 0;
    if (!digits(4, four)) return false;
    value = four;
    return true;
  }

  bool date(int64_t& days) {
    int64_t y = 0;
    int month = 1;
    int day = 1;
    if (!year(y)) return false;
    if (accept('-')) {
      if (!digits(2, month)) return false;
      if (accept('-') && !digits(2, day)) return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(y, month)) return false;
    days = days_from_civil(y, month, day);
    return true;
  }

  // Milliseconds of the day.
  bool time(int64_t& millis, bool hour_alone) {
    int hour = 0;
    int minute = 0;
    int second = 0;
    int milli = 0;
    if (!digits(2, hour)) return false;
    if (!accept(':')) {
      if (!hour_alone) return false;
    } else {
      if (!digits(2, minute)) return false;
      if (accept(':')) {
        if (!digits(2, second)) return false;
        if (accept('.') && !fraction(milli)) return false;
      }
    }
    if (hour > 23 || minute > 59 || second > 59) return false;
    millis = ((hour * 60 + minute) * 60 + second) * int64_t{1000} + milli;
    return true;
  }

  // Offset from UTC in milliseconds.
  bool zone(int64_t& offset) {
    offset = 0;
    if (accept('Z')) return true;
    const bool negative = peek() == '-';
    if (!accept('+') && !accept('-')) return false;
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (!digits(2, hour)) return false;
    if (!at_end()) {
      accept(':');
      if (!digits(2, minute)) return false;
      if (!at_end()) {
        accept(':');
        if (!digits(2, second)) return false;
      }
    }
    if (minute > 59 || second > 59 || hour > 18 || (hour == 18 && minute + second > 0)) return false;
    offset = ((hour * 60 + minute) * 60 + second) * int64_t{1000};
    if (negative) offset = -offset;
    return true;
  }

 private:
  static int days_in_month(int64_t year, int month) {
    static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : kDays[month - 1];
  }

  // One to nine digits, cut to milliseconds.
  bool fraction(int& milli) {
    int count = 0;
    milli = 0;
    while (peek() >= '0' && peek() <= '9' && !at_end()) {
      if (++count > 9) return false;
      if (count <= 3) milli = milli * 10 + (peek() - '0');
      ++next_;
    }
    for (int i = count; i < 3; ++i) milli *= 10;
    return count > 0;
  }

  std::string_view text_;
  size_t next_ = 0;
};

void append_padded(std::string& out, int64_t value, int width) {
  const std::string digits = std::to_string(value);
  for (int i = static_cast<int>(digits.size()); i < width; ++i) out += '0';
  out += digits;
}

void append_date(std::string& out, int64_t days) {
  const CivilDate date = civil_from_days(days);
  // Years as java.time prints them: four digits at least, a plus sign when there are more.
  if (date.year < 0) out += '-';
  if (date.year > 9999) out += '+';
  append_padded(out, date.year < 0 ? -date.year : date.year, 4);
  out += '-';
  append_padded(out, date.month, 2);
  out += '-';
  append_padded(out, date.day, 2);
}

}  // namespace

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
int64_t days_from_civil(int64_t year, int month, int day) {
  year -= month <= 2;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilDate civil_from_days(int64_t days) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {year_of_era + era * 400 + (month <= 2), month, day};
}

std::string date_to_text(int32_t days) {
  std::string out;
  append_date(out, days);
  return out;
}

std::string time_to_text(int32_t millis) {
  std::string out;
  append_padded(out, millis / 3'600'000, 2);
  out += ':';
  append_padded(out, millis / 60'000 % 60, 2);
  if (millis % 60'000 != 0) {
    out += ':';
    append_padded(out, millis / 1000 % 60, 2);
    if (millis % 1000 != 0) {
      out += '.';
      append_padded(out, millis % 1000, 3);
    }
  }
  return out;
}

std::string timestamp_to_text(int64_t millis) {
  int64_t days = millis / kMillisPerDay;
  int64_t of_day = millis % kMillisPerDay;
  if (of_day < 0) {
    of_day += kMillisPerDay;
    --days;
  }
  std::string out;
  append_date(out, days);
  out += 'T';
  append_padded(out, of_day / 3'600'000, 2);
  out += ':';
  append_padded(out, of_day / 60'000 % 60, 2);
  out += ':';
  append_padded(out, of_day / 1000 % 60, 2);
  out += '.';
  append_padded(out, of_day % 1000, 3);
  return out;
}

std::optional<int32_t> parse_date(std::string_view text) {
  TimeReader reader(text);
  int64_t days = 0;
  if (!reader.date(days) || !reader.at_end() || days < INT32_MIN || days > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(days);
}

std::optional<int32_t> parse_time(std::string_view text) {
  TimeReader reader(text);
  int64_t millis = 0;
  if (!reader.time(millis, false) || !reader.at_end()) return std::nullopt;
  return static_cast<int32_t>(millis);
}

std::optional<int64_t> parse_timestamp(std::string_view text) {
  TimeReader reader(text);
  int64_t days = 0;
  int64_t millis = 0;
  int64_t offset = 0;
  if (!reader.date(days)) return std::nullopt;
  if (reader.accept('T') && !reader.at_end()) {
    if (!reader.time(millis, true)) return std::nullopt;
    if (!reader.at_end() && !reader.zone(offset)) return std::nullopt;
  }
  // Nine digits of years times the milliseconds of a day exceed 64 bits.
  int64_t total = 0;
  if (!reader.at_end() || __builtin_mul_overflow(days, kMillisPerDay, &total) ||
      __builtin_add_overflow(total, millis - offset, &total)) {
    return std::nullopt;
  }
  return total;
}

}  // namespace weir
