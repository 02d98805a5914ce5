// Dates and times without texts: adding intervals, the clock, conversions between a moment and its number, time zones.
#include <chrono>

#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"
#include "engine/functions/time_zone.h"

namespace weir {
namespace {

constexpr int64_t kMillisOfDay = 86'400'000;

// Milliseconds of an interval unit by its plural name.
int64_t millis_of_unit(std::string_view unit) {
  if (unit == "DAYS") return kMillisOfDay;
  if (unit == "HOURS") return 3'600'000;
  if (unit == "MINUTES") return 60'000;
  if (unit == "SECONDS") return 1000;
  if (unit == "MILLISECONDS") return 1;
  throw std::invalid_argument("'" + std::string(unit) +
                              "' is no interval unit; use DAYS, HOURS, MINUTES, SECONDS or MILLISECONDS");
}

int64_t floor_divide(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

// add(value, interval in ms, result): false when the result is out of the type's range.
template <class T, class Add>
Kernel interval_kernel(const FunctionBinding& binding, int sign, Add add) {
  return [units = CompiledArgument<int64_t>(binding, 0, millis_of_unit), sign, add](KernelCall& call) mutable {
    for_each_complete_row(call, [&](uint32_t row) {
      const int64_t* unit = units.get(call, row);
      if (!unit) return;
      // An INT times the milliseconds of a day can't overflow.
      const int64_t interval = sign * int64_t{int_at(call, 1, row)} * *unit;
      T result{};
      if (add(call.args[2]->at<T>(row), interval, result)) {
        call.out.set<T>(row, result);
      } else {
        call.fail(row, "the result is out of the type's range");
      }
    });
  };
}

bool add_to_timestamp(int64_t value, int64_t interval, int64_t& result) {
  return !__builtin_add_overflow(value, interval, &result);
}

// Whole days only: what is left of the interval is lost.
bool add_to_date(int32_t value, int64_t interval, int32_t& result) {
  return !__builtin_add_overflow(value, floor_divide(interval, kMillisOfDay), &result);
}

// Round the clock.
bool add_to_time(int32_t value, int64_t interval, int32_t& result) {
  const int64_t sum = value + interval % kMillisOfDay;
  result = static_cast<int32_t>((sum + kMillisOfDay) % kMillisOfDay);
  return true;
}

template <class T, class Add>
ScalarFunction interval_function(std::string name, const std::string& type, int sign, const std::string& note,
                                 Add add) {
  const std::string description =
      std::string(sign > 0 ? "Adds an interval to a " : "Subtracts an interval from a ") + type + note;
  std::string example = name + "(HOURS, 6, value)";
  return {.name = std::move(name),
          .category = "date_time",
          .description = description,
          .example = std::move(example),
          .overloads = {
              {.signature = "(INTERVALUNIT, INT, " + type + ") -> " + type,
               .description = description,
               .make_kernel = [=](const FunctionBinding& binding) { return interval_kernel<T>(binding, sign, add); },
               .parameter_docs = {{"unit", "DAYS, HOURS, MINUTES, SECONDS or MILLISECONDS"},
                                  {"interval", "how many units"},
                                  {"value", "where to start"}}}}};
}

int64_t now_in_millis() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

ScalarFunction unix_date_function() {
  return {.name = "UNIX_DATE",
          .category = "date_time",
          .description = "A DATE, or the present day in UTC, as the number of days since 1970-01-01.",
          .example = "UNIX_DATE(day)",
          .deterministic = false,
          .overloads = {
              {.signature = "() -> INT",
               .description = "The days from 1970-01-01 to today.",
               .make_kernel = [](const FunctionBinding&) -> Kernel {
                 return [](KernelCall& call) {
                   const auto today = static_cast<int32_t>(floor_divide(now_in_millis(), kMillisOfDay));
                   for (uint32_t row = 0; row < call.rows; ++row) call.out.set<int32_t>(row, today);
                 };
               }},
              {.signature = "(DATE) -> INT",
               .description = "The days from 1970-01-01 to the date.",
               .make_kernel =
                   [](const FunctionBinding&) { return elementwise<int32_t, int32_t>([](int32_t v) { return v; }); },
               .parameter_docs = {{"date", "the date to convert"}}}}};
}

ScalarFunction unix_timestamp_function() {
  return {.name = "UNIX_TIMESTAMP",
          .category = "date_time",
          .description = "A TIMESTAMP, or the present time, as the number of milliseconds since 1970-01-01 UTC.",
          .example = "UNIX_TIMESTAMP(created)",
          .deterministic = false,
          .overloads = {
              {.signature = "() -> BIGINT",
               .description = "The milliseconds from 1970-01-01 UTC to now.",
               .make_kernel = [](const FunctionBinding&) -> Kernel {
                 return [](KernelCall& call) {
                   const int64_t now = now_in_millis();
                   for (uint32_t row = 0; row < call.rows; ++row) call.out.set<int64_t>(row, now);
                 };
               }},
              {.signature = "(TIMESTAMP) -> BIGINT",
               .description = "The milliseconds from 1970-01-01 UTC to the timestamp.",
               .make_kernel =
                   [](const FunctionBinding&) { return elementwise<int64_t, int64_t>([](int64_t v) { return v; }); },
               .parameter_docs = {{"timestamp", "the timestamp to convert"}}}}};
}

// A function between two types of one representation.
template <class T>
ScalarFunction relabel_function(std::string name, const std::string& description, std::string example,
                                std::string signature, std::string parameter) {
  return {.name = std::move(name),
          .category = "date_time",
          .description = description,
          .example = std::move(example),
          .overloads = {{.signature = std::move(signature),
                         .description = description,
                         .make_kernel = [](const FunctionBinding&) { return elementwise<T, T>([](T v) { return v; }); },
                         .parameter_docs = {{std::move(parameter), "the number to convert"}}}}};
}

Kernel convert_tz_kernel(const FunctionBinding& binding) {
  return [from = CompiledArgument<TimeZonePtr>(binding, 1, TimeZone::of),
          to = CompiledArgument<TimeZonePtr>(binding, 2, TimeZone::of), from_cursor = ZoneCursor(),
          to_cursor = ZoneCursor()](KernelCall& call) mutable {
    for_each_complete_row(call, [&](uint32_t row) {
      const TimeZonePtr* from_zone = from.get(call, row);
      const TimeZonePtr* to_zone = from_zone ? to.get(call, row) : nullptr;
      if (!to_zone) return;
      const int64_t millis = call.args[0]->at<int64_t>(row);
      // As ksqlDB does it: both offsets are those at this moment in UTC.
      const int64_t second = floor_divide(millis, 1000);
      const int64_t shift = to_cursor.at(*to_zone, second).offset - from_cursor.at(*from_zone, second).offset;
      int64_t result = 0;
      if (__builtin_add_overflow(millis, shift * 1000, &result)) {
        call.fail(row, "the result is out of TIMESTAMP's range");
        return;
      }
      call.out.set<int64_t>(row, result);
    });
  };
}

ScalarFunction convert_tz_function() {
  const std::string zones = "a region ('Europe/Paris'), an offset ('+02:00') or 'UTC'";
  return {.name = "CONVERT_TZ",
          .category = "date_time",
          .description = "Moves a TIMESTAMP by the difference between two time zones.",
          .example = "CONVERT_TZ(created, 'UTC', 'America/New_York')",
          .overloads = {
              {.signature = "(TIMESTAMP, STRING, STRING) -> TIMESTAMP",
               .description = "What the clock of the second zone shows when that of the first shows the timestamp.",
               .make_kernel = convert_tz_kernel,
               .parameter_docs = {
                   {"timestamp", "the timestamp to move"}, {"fromTimeZone", zones}, {"toTimeZone", zones}}}}};
}

}  // namespace

std::vector<ScalarFunction> date_functions() {
  const std::string whole_days = ". The interval is taken in whole days.";
  const std::string wraps = ". Past midnight it starts again at 00:00.";
  return {interval_function<int32_t>("DATEADD", "DATE", 1, whole_days, add_to_date),
          interval_function<int32_t>("DATESUB", "DATE", -1, whole_days, add_to_date),
          interval_function<int32_t>("TIMEADD", "TIME", 1, wraps, add_to_time),
          interval_function<int32_t>("TIMESUB", "TIME", -1, wraps, add_to_time),
          interval_function<int64_t>("TIMESTAMPADD", "TIMESTAMP", 1, ".", add_to_timestamp),
          interval_function<int64_t>("TIMESTAMPSUB", "TIMESTAMP", -1, ".", add_to_timestamp),
          relabel_function<int32_t>("FROM_DAYS", "The DATE that is so many days after 1970-01-01.", "FROM_DAYS(18257)",
                                    "(INT) -> DATE", "days"),
          relabel_function<int64_t>("FROM_UNIXTIME", "The TIMESTAMP that is so many milliseconds after 1970-01-01 UTC.",
                                    "FROM_UNIXTIME(1600000000000)", "(BIGINT) -> TIMESTAMP", "milliseconds"),
          unix_date_function(),
          unix_timestamp_function(),
          convert_tz_function()};
}

}  // namespace weir
