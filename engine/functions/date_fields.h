// The fields of dates and times that a pattern prints and reads, and how what was read becomes a date, a time or an
// instant: the rules are those of java.time in its SMART resolver style. Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/functions/time_zone.h"

namespace weir {

// In the order in which java.time applies them (ChronoField), week fields after the others.
enum class DateField : uint8_t {
  kNanoOfSecond,
  kNanoOfDay,
  kMilliOfDay,
  kSecond,
  kMinute,
  kHourOfAmPm,       // 0 … 11
  kClockHourOfAmPm,  // 1 … 12
  kHourOfDay,        // 0 … 23
  kClockHourOfDay,   // 1 … 24
  kAmPm,             // 0, 1
  kDayOfWeek,        // Monday 1 … Sunday 7
  kAlignedDayOfWeekInMonth,
  kDayOfMonth,
  kDayOfYear,
  kMonth,
  kYearOfEra,
  kYear,
  kEra,  // 0 BC, 1 AD
  kQuarter,
  kLocalizedDayOfWeek,  // Sunday 1 … Saturday 7
  kWeekOfMonth,         // weeks start on Sunday; the first has at least one day in the month
  kWeekOfYear,          // the same for week-based years
  kWeekBasedYear
};
inline constexpr size_t kDateFieldCount = static_cast<size_t>(DateField::kWeekBasedYear) + 1;

bool is_time_field(DateField field);
const char* date_field_name(DateField field);

inline constexpr int64_t kNanosPerDay = 86'400'000'000'000;

// The field of a date (days since 1970-01-01) or of a time (nanoseconds of the day).
int64_t field_of_date(DateField field, int64_t days);
int64_t field_of_time(DateField field, int64_t nanos);

// What a text said.
class ParsedFields {
 public:
  bool has(DateField field) const { return present_ & bit(field); }
  int64_t get(DateField field) const { return values_[static_cast<size_t>(field)]; }
  // False: the text says two different values for the field.
  bool set(DateField field, int64_t value);

  TimeZonePtr zone;               // a region or an offset by name
  std::optional<int32_t> offset;  // seconds

  // Makes a date and a time of the fields as far as they determine them, and takes those fields away. False, with what
  // is wrong in `error`: a value out of its range, or two that contradict each other.
  bool resolve(std::string& error);

  const std::optional<int64_t>& date() const { return date_; }  // days since 1970-01-01
  const std::optional<int64_t>& time() const { return time_; }  // nanoseconds of the day
  bool any_left(bool of_time) const;

  // The instant in milliseconds since the epoch: what the text doesn't say is taken from 1970-01-01T00:00 in the
  // default zone.
  std::optional<int64_t> to_timestamp(const TimeZonePtr& default_zone, std::string& error) const;

 private:
  static uint32_t bit(DateField field) { return uint32_t{1} << static_cast<uint32_t>(field); }
  std::optional<int64_t> take(DateField field);
  bool check_ranges(std::string& error) const;
  void resolve_era();
  void resolve_clock_hours();
  bool resolve_date(std::string& error);
  bool resolve_time(std::string& error);
  bool cross_check(std::string& error) const;
  int64_t date_with_defaults() const;
  int64_t time_with_defaults() const;

  std::array<int64_t, kDateFieldCount> values_{};
  uint32_t present_ = 0;
  std::optional<int64_t> date_;
  std::optional<int64_t> time_;
};

}  // namespace weir
