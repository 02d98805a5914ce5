#include "engine/functions/date_fields.h"

#include <algorithm>

#include "engine/types/text.h"

namespace weir {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kMaxTimestampSecond = INT64_MAX / 1000 - 1;
constexpr int64_t kMinYear = -999'999'999;
constexpr int64_t kMaxYear = 999'999'999;

struct FieldRange {
  int64_t low;
  int64_t high;
};

FieldRange range_of(DateField field) {
  switch (field) {
    case DateField::kNanoOfSecond:
      return {0, kNanosPerSecond - 1};
    case DateField::kNanoOfDay:
      return {0, kNanosPerDay - 1};
    case DateField::kMilliOfDay:
      return {0, 86'399'999};
    case DateField::kSecond:
    case DateField::kMinute:
      return {0, 59};
    case DateField::kHourOfAmPm:
      return {0, 11};
    // 0 is let through, as the first hour.
    case DateField::kClockHourOfAmPm:
      return {0, 12};
    case DateField::kHourOfDay:
      return {0, 24};
    case DateField::kClockHourOfDay:
      return {0, 24};
    case DateField::kAmPm:
    case DateField::kEra:
      return {0, 1};
    case DateField::kDayOfWeek:
    case DateField::kLocalizedDayOfWeek:
    case DateField::kAlignedDayOfWeekInMonth:
      return {1, 7};
    case DateField::kDayOfMonth:
      return {1, 31};
    case DateField::kDayOfYear:
      return {1, 366};
    case DateField::kMonth:
      return {1, 12};
    case DateField::kQuarter:
      return {1, 4};
    case DateField::kWeekOfMonth:
      return {1, 6};
    case DateField::kWeekOfYear:
      return {1, 53};
    case DateField::kYearOfEra:
      return {1, kMaxYear + 1};
    case DateField::kYear:
    case DateField::kWeekBasedYear:
      return {kMinYear, kMaxYear};
  }
  return {0, 0};
}

bool is_leap_year(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_of_month(int64_t year, int64_t month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29 : kDays[month - 1];
}

int64_t floor_modulo(int64_t value, int64_t by) {
  const int64_t rest = value % by;
  return rest < 0 ? rest + by : rest;
}

// Sunday 0 … Saturday 6; 1970-01-01 was a Thursday.
int64_t days_after_sunday(int64_t days) { return floor_modulo(days + 4, 7); }

int64_t first_day_of_year(int64_t year) { return days_from_civil(year, 1, 1); }

// The Sunday on or before January 1st.
int64_t start_of_week_based_year(int64_t year) {
  const int64_t first = first_day_of_year(year);
  return first - days_after_sunday(first);
}

int64_t week_based_year_of(int64_t days) {
  const int64_t year = civil_from_days(days).year;
  return days >= start_of_week_based_year(year + 1) ? year + 1 : year;
}

}  // namespace

bool is_time_field(DateField field) { return field <= DateField::kAmPm; }

const char* date_field_name(DateField field) {
  switch (field) {
    case DateField::kNanoOfSecond:
      return "fraction of a second";
    case DateField::kNanoOfDay:
      return "nanosecond of the day";
    case DateField::kMilliOfDay:
      return "millisecond of the day";
    case DateField::kSecond:
      return "second";
    case DateField::kMinute:
      return "minute";
    case DateField::kHourOfAmPm:
    case DateField::kClockHourOfAmPm:
    case DateField::kHourOfDay:
    case DateField::kClockHourOfDay:
      return "hour";
    case DateField::kAmPm:
      return "half of the day";
    case DateField::kDayOfWeek:
    case DateField::kLocalizedDayOfWeek:
      return "day of the week";
    case DateField::kAlignedDayOfWeekInMonth:
      return "aligned day of the week";
    case DateField::kDayOfMonth:
      return "day of the month";
    case DateField::kDayOfYear:
      return "day of the year";
    case DateField::kMonth:
      return "month";
    case DateField::kQuarter:
      return "quarter";
    case DateField::kWeekOfMonth:
      return "week of the month";
    case DateField::kWeekOfYear:
      return "week of the year";
    case DateField::kYearOfEra:
    case DateField::kYear:
      return "year";
    case DateField::kWeekBasedYear:
      return "week-based year";
    case DateField::kEra:
      return "era";
  }
  return "";
}

int64_t field_of_date(DateField field, int64_t days) {
  const CivilDate civil = civil_from_days(days);
  switch (field) {
    case DateField::kDayOfWeek:
      return floor_modulo(days + 3, 7) + 1;
    case DateField::kLocalizedDayOfWeek:
      return days_after_sunday(days) + 1;
    case DateField::kAlignedDayOfWeekInMonth:
      return (civil.day - 1) % 7 + 1;
    case DateField::kDayOfMonth:
      return civil.day;
    case DateField::kDayOfYear:
      return days - first_day_of_year(civil.year) + 1;
    case DateField::kMonth:
      return civil.month;
    case DateField::kQuarter:
      return (civil.month - 1) / 3 + 1;
    case DateField::kYear:
      return civil.year;
    case DateField::kYearOfEra:
      return civil.year >= 1 ? civil.year : 1 - civil.year;
    case DateField::kEra:
      return civil.year >= 1 ? 1 : 0;
    case DateField::kWeekOfMonth:
      return (civil.day - 1 + days_after_sunday(days - civil.day + 1)) / 7 + 1;
    case DateField::kWeekBasedYear:
      return week_based_year_of(days);
    case DateField::kWeekOfYear:
      return (days - start_of_week_based_year(week_based_year_of(days))) / 7 + 1;
    default:
      return 0;
  }
}

int64_t field_of_time(DateField field, int64_t nanos) {
  const int64_t seconds = nanos / kNanosPerSecond;
  const int64_t hour = seconds / 3600;
  switch (field) {
    case DateField::kNanoOfSecond:
      return nanos % kNanosPerSecond;
    case DateField::kNanoOfDay:
      return nanos;
    case DateField::kMilliOfDay:
      return nanos / 1'000'000;
    case DateField::kSecond:
      return seconds % 60;
    case DateField::kMinute:
      return seconds / 60 % 60;
    case DateField::kHourOfAmPm:
      return hour % 12;
    case DateField::kClockHourOfAmPm:
      return hour % 12 == 0 ? 12 : hour % 12;
    case DateField::kHourOfDay:
      return hour;
    case DateField::kClockHourOfDay:
      return hour == 0 ? 24 : hour;
    case DateField::kAmPm:
      return hour / 12;
    default:
      return 0;
  }
}

bool ParsedFields::set(DateField field, int64_t value) {
  if (has(field)) return get(field) == value;
  values_[static_cast<size_t>(field)] = value;
  present_ |= bit(field);
  return true;
}

std::optional<int64_t> ParsedFields::take(DateField field) {
  if (!has(field)) return std::nullopt;
  present_ &= ~bit(field);
  return get(field);
}

bool ParsedFields::any_left(bool of_time) const {
  for (size_t i = 0; i < kDateFieldCount; ++i) {
    const auto field = static_cast<DateField>(i);
    if (has(field) && is_time_field(field) == of_time) return true;
  }
  return false;
}

bool ParsedFields::check_ranges(std::string& error) const {
  for (size_t i = 0; i < kDateFieldCount; ++i) {
    const auto field = static_cast<DateField>(i);
    if (!has(field)) continue;
    const FieldRange range = range_of(field);
    if (get(field) >= range.low && get(field) <= range.high) continue;
    error = std::string("the ") + date_field_name(field) + " can't be " + std::to_string(get(field));
    return false;
  }
  return true;
}

void ParsedFields::resolve_era() {
  const auto year_of_era = take(DateField::kYearOfEra);
  if (!year_of_era) return;
  const bool before_christ =
      take(DateField::kEra).value_or(has(DateField::kYear) && get(DateField::kYear) < 1 ? 0 : 1) == 0;
  // A year that contradicts the era's shows in the cross check: the fields then differ.
  if (!set(DateField::kYear, before_christ ? 1 - *year_of_era : *year_of_era)) set(DateField::kYearOfEra, *year_of_era);
}

bool ParsedFields::resolve_date(std::string& error) {
  resolve_era();
  if (has(DateField::kYear)) {
    const int64_t year = get(DateField::kYear);
    if (has(DateField::kMonth) && has(DateField::kDayOfMonth)) {
      take(DateField::kYear);
      const int64_t month = *take(DateField::kMonth);
      // A day that the month doesn't have becomes its last.
      const int64_t day = std::min<int64_t>(*take(DateField::kDayOfMonth), days_of_month(year, month));
      date_ = days_from_civil(year, static_cast<int>(month), static_cast<int>(day));
    } else if (has(DateField::kDayOfYear)) {
      take(DateField::kYear);
      const int64_t day = *take(DateField::kDayOfYear);
      if (day == 366 && !is_leap_year(year)) {
        error = "the year " + std::to_string(year) + " has no day 366";
        return false;
      }
      date_ = first_day_of_year(year) + day - 1;
    }
  } else if (has(DateField::kWeekBasedYear) && has(DateField::kWeekOfYear) &&
             (has(DateField::kLocalizedDayOfWeek) || has(DateField::kDayOfWeek))) {
    int64_t day = 0;
    if (const auto localized = take(DateField::kLocalizedDayOfWeek)) {
      day = *localized - 1;
    } else {
      day = *take(DateField::kDayOfWeek) % 7;
    }
    const int64_t start = start_of_week_based_year(*take(DateField::kWeekBasedYear));
    date_ = start + (*take(DateField::kWeekOfYear) - 1) * 7 + day;
  }
  return true;
}

void ParsedFields::resolve_clock_hours() {
  if (const auto hour = take(DateField::kClockHourOfDay)) set(DateField::kHourOfDay, *hour == 24 ? 0 : *hour);
  if (const auto hour = take(DateField::kClockHourOfAmPm)) set(DateField::kHourOfAmPm, *hour == 12 ? 0 : *hour);
  if (has(DateField::kAmPm) && has(DateField::kHourOfAmPm)) {
    set(DateField::kHourOfDay, *take(DateField::kAmPm) * 12 + *take(DateField::kHourOfAmPm));
  }
}

bool ParsedFields::resolve_time(std::string& error) {
  resolve_clock_hours();
  if (const auto nanos = take(DateField::kNanoOfDay)) time_ = *nanos;
  if (const auto millis = take(DateField::kMilliOfDay)) time_ = *millis * 1'000'000;
  if (time_ || !has(DateField::kHourOfDay)) return true;
  // A smaller unit without the next larger one doesn't make a time.
  const bool minute = has(DateField::kMinute);
  const bool second = has(DateField::kSecond);
  const bool nano = has(DateField::kNanoOfSecond);
  if ((!minute && (second || nano)) || (!second && nano)) return true;
  const int64_t hour = *take(DateField::kHourOfDay);
  const int64_t rest =
      (take(DateField::kMinute).value_or(0) * 60 + take(DateField::kSecond).value_or(0)) * kNanosPerSecond +
      take(DateField::kNanoOfSecond).value_or(0);
  if (hour == 24 && rest != 0) {
    error = "the hour can't be 24";
    return false;
  }
  // 24:00 is midnight of the next day.
  if (hour == 24 && date_) ++*date_;
  time_ = hour % 24 * 3600 * kNanosPerSecond + rest;
  return true;
}

bool ParsedFields::cross_check(std::string& error) const {
  for (size_t i = 0; i < kDateFieldCount; ++i) {
    const auto field = static_cast<DateField>(i);
    if (!has(field)) continue;
    const auto& whole = is_time_field(field) ? time_ : date_;
    if (!whole) continue;
    const int64_t actual = is_time_field(field) ? field_of_time(field, *whole) : field_of_date(field, *whole);
    if (actual == get(field)) continue;
    error = std::string("the ") + date_field_name(field) + " contradicts the other fields";
    return false;
  }
  return true;
}

bool ParsedFields::resolve(std::string& error) {
  return check_ranges(error) && resolve_date(error) && resolve_time(error) && cross_check(error);
}

int64_t ParsedFields::date_with_defaults() const {
  if (date_) return *date_;
  int64_t days = 0;
  if (has(DateField::kDayOfWeek)) days += get(DateField::kDayOfWeek) - field_of_date(DateField::kDayOfWeek, days);
  CivilDate civil = civil_from_days(days);
  if (has(DateField::kDayOfMonth)) {
    civil.day =
        static_cast<int>(std::min<int64_t>(get(DateField::kDayOfMonth), days_of_month(civil.year, civil.month)));
  }
  if (has(DateField::kDayOfYear))
    civil = civil_from_days(first_day_of_year(civil.year) + get(DateField::kDayOfYear) - 1);
  if (has(DateField::kMonth)) civil.month = static_cast<int>(get(DateField::kMonth));
  if (has(DateField::kYear)) civil.year = get(DateField::kYear);
  civil.day = std::min(civil.day, days_of_month(civil.year, civil.month));
  return days_from_civil(civil.year, civil.month, civil.day);
}

int64_t ParsedFields::time_with_defaults() const {
  if (time_) return *time_;
  int64_t hour = has(DateField::kHourOfDay) ? get(DateField::kHourOfDay) % 24 : 0;
  if (has(DateField::kHourOfAmPm)) hour = hour / 12 * 12 + get(DateField::kHourOfAmPm);
  if (has(DateField::kAmPm)) hour = hour % 12 + get(DateField::kAmPm) * 12;
  const int64_t minute = has(DateField::kMinute) ? get(DateField::kMinute) : 0;
  const int64_t second = has(DateField::kSecond) ? get(DateField::kSecond) : 0;
  const int64_t nanos = has(DateField::kNanoOfSecond) ? get(DateField::kNanoOfSecond) : 0;
  return ((hour * 60 + minute) * 60 + second) * kNanosPerSecond + nanos;
}

std::optional<int64_t> ParsedFields::to_timestamp(const TimeZonePtr& default_zone, std::string& error) const {
  if (!date_ && has(DateField::kDayOfYear) && get(DateField::kDayOfYear) == 366) {
    error = "day 366 needs a year";
    return std::nullopt;
  }
  const int64_t days = date_with_defaults();
  const int64_t nanos = time_with_defaults();
  const int64_t local = days * 86'400 + nanos / kNanosPerSecond;
  int64_t second;
  if (offset) {
    second = local - *offset;
  } else if (zone) {
    second = zone->to_epoch_second(local);
  } else {
    // Of a time that the clock shows twice ksqlDB takes the instant with the offset of the same day in 1970.
    const int64_t day_of_year = field_of_date(DateField::kDayOfYear, days);
    const int64_t same_day = (day_of_year == 366 ? days : day_of_year - 1) * 86'400 + nanos / kNanosPerSecond;
    const int64_t instant = default_zone->is_region() ? default_zone->to_epoch_second(same_day) : same_day;
    second = default_zone->to_epoch_second(local, static_cast<int32_t>(same_day - instant));
  }
  if (second > kMaxTimestampSecond || second < -kMaxTimestampSecond) {
    error = "the year is out of a TIMESTAMP's range";
    return std::nullopt;
  }
  return second * 1000 + nanos / 1'000'000 % 1000;
}

}  // namespace weir
