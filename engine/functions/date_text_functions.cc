// Dates, times and timestamps to text and back, by patterns.
#include <limits>

#include "engine/functions/date_pattern.h"
#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"

namespace weir {
namespace {

using ParameterDocs = std::vector<std::pair<std::string, std::string>>;

const std::pair<std::string, std::string> kFormatDoc{
    "formatPattern", "letters as in java.time.format.DateTimeFormatter, such as yyyy-MM-dd HH:mm:ss.SSS"};
const std::pair<std::string, std::string> kZoneDoc{"timeZone",
                                                   "a region ('Europe/Paris'), an offset ('+02:00') or 'UTC'"};

CompiledArgument<DatePattern> pattern_argument(const FunctionBinding& binding) {
  return {binding, 1, [](std::string_view text) { return DatePattern(text); }};
}

// The third argument where the overload has one, else UTC; a TIMESTAMP's text calls it GMT, as in ksqlDB.
class ZoneArgument {
 public:
  explicit ZoneArgument(const FunctionBinding& binding)
      : zone_(binding.types[0]->kind() == TypeKind::kTimestamp ? TimeZone::of("GMT") : TimeZone::utc()) {
    if (binding.types.size() > 2) argument_.emplace(binding, 2, TimeZone::of);
  }
  // nullptr after reporting the row.
  const TimeZonePtr* get(const KernelCall& call, uint32_t row) {
    return argument_ ? argument_->get(call, row) : &zone_;
  }

 private:
  TimeZonePtr zone_;
  std::optional<CompiledArgument<TimeZonePtr>> argument_;
};

// view_of(row): what to print, nothing to leave the row NULL.
template <class ViewOf>
void format_rows(KernelCall& call, CompiledArgument<DatePattern>& patterns, std::string& scratch, ViewOf view_of) {
  for_each_complete_row(call, [&](uint32_t row) {
    const DatePattern* pattern = patterns.get(call, row);
    if (!pattern) return;
    const std::optional<DateTimeView> view = view_of(row);
    if (!view) return;
    scratch.clear();
    std::string error;
    if (pattern->format(*view, scratch, error)) {
      call.out.set<std::string_view>(row, call.context.arena.copy(scratch));
    } else {
      call.fail(row, std::move(error));
    }
  });
}

Kernel format_date_kernel(const FunctionBinding& binding) {
  return [patterns = pattern_argument(binding), scratch = std::string()](KernelCall& call) mutable {
    format_rows(call, patterns, scratch, [&](uint32_t row) -> std::optional<DateTimeView> {
      return DateTimeView{.date = int_at(call, 0, row)};
    });
  };
}

Kernel format_time_kernel(const FunctionBinding& binding) {
  return [patterns = pattern_argument(binding), scratch = std::string()](KernelCall& call) mutable {
    format_rows(call, patterns, scratch, [&](uint32_t row) -> std::optional<DateTimeView> {
      return DateTimeView{.time = int64_t{int_at(call, 0, row)} * 1'000'000};
    });
  };
}

Kernel format_timestamp_kernel(const FunctionBinding& binding) {
  return [patterns = pattern_argument(binding), zones = ZoneArgument(binding), cursor = ZoneCursor(),
          scratch = std::string()](KernelCall& call) mutable {
    format_rows(call, patterns, scratch, [&](uint32_t row) -> std::optional<DateTimeView> {
      const TimeZonePtr* zone = zones.get(call, row);
      if (!zone) return std::nullopt;
      return DateTimeView::of_instant(call.args[0]->at<int64_t>(row), *zone, cursor);
    });
  };
}

// accept(row, fields, error) sets the row's result; false with an error if the fields don't make one.
template <class Accept>
void parse_rows(KernelCall& call, CompiledArgument<DatePattern>& patterns, bool ignore_case, Accept accept,
                bool whole = true) {
  for_each_complete_row(call, [&](uint32_t row) {
    const DatePattern* pattern = patterns.get(call, row);
    if (!pattern) return;
    std::string error;
    const auto fields = pattern->parse(text_at(call, 0, row), ignore_case, error, whole);
    if (!fields || !accept(row, *fields, error)) call.fail(row, std::move(error));
  });
}

// PARSE_DATE: what the format leaves out is taken from 1970-01-01, and text behind the date is ignored. A time of the
// day may be said if it is midnight.
Kernel parse_date_kernel(const FunctionBinding& binding) {
  return [patterns = pattern_argument(binding)](KernelCall& call) mutable {
    const auto accept = [&](uint32_t row, const ParsedFields& fields, std::string& error) {
      constexpr int64_t kMillisPerDay = 86'400'000;
      if (fields.time().value_or(0) != 0 || fields.any_left(true)) {
        error = "a DATE has no time of the day but midnight";
        return false;
      }
      int64_t days = fields.date().value_or(0);
      if (!fields.date()) {
        const auto millis = fields.to_timestamp(TimeZone::utc(), error);
        if (!millis) return false;
        days = *millis / kMillisPerDay - (*millis % kMillisPerDay < 0 ? 1 : 0);
      }
      if (days < std::numeric_limits<int32_t>::min() || days > std::numeric_limits<int32_t>::max()) {
        error = "the year is out of a DATE's range";
        return false;
      }
      call.out.set<int32_t>(row, static_cast<int32_t>(days));
      return true;
    };
    parse_rows(call, patterns, true, accept, false);
  };
}

Kernel string_to_date_kernel(const FunctionBinding& binding) {
  return [patterns = pattern_argument(binding)](KernelCall& call) mutable {
    parse_rows(call, patterns, true, [&](uint32_t row, const ParsedFields& fields, std::string& error) {
      if (!fields.date()) {
        error = "the format doesn't determine a date: it needs year, month and day, or year and day of the year";
      } else if (*fields.date() < std::numeric_limits<int32_t>::min() ||
                 *fields.date() > std::numeric_limits<int32_t>::max()) {
        error = "the year is out of a DATE's range";
      } else {
        call.out.set<int32_t>(row, static_cast<int32_t>(*fields.date()));
        return true;
      }
      return false;
    });
  };
}

Kernel parse_time_kernel(const FunctionBinding& binding) {
  return [patterns = pattern_argument(binding)](KernelCall& call) mutable {
    parse_rows(call, patterns, false, [&](uint32_t row, const ParsedFields& fields, std::string& error) {
      if (!fields.time()) {
        error = "the format doesn't determine a time of the day: it needs an hour, and AM or PM if that goes to 12";
      } else if (fields.date() || fields.any_left(false)) {
        error = "the format of a TIME can't contain a date";
      } else {
        call.out.set<int32_t>(row, static_cast<int32_t>(*fields.time() / 1'000'000));
        return true;
      }
      return false;
    });
  };
}

Kernel parse_timestamp_kernel(const FunctionBinding& binding) {
  return [patterns = pattern_argument(binding), zones = ZoneArgument(binding)](KernelCall& call) mutable {
    parse_rows(call, patterns, true, [&](uint32_t row, const ParsedFields& fields, std::string& error) {
      const TimeZonePtr* zone = zones.get(call, row);
      if (!zone) return true;
      const auto millis = fields.to_timestamp(*zone, error);
      if (millis) call.out.set<int64_t>(row, *millis);
      return millis.has_value();
    });
  };
}

// A function that takes a value and a format.
ScalarFunction text_date_function(std::string name, const std::string& description, std::string example,
                                  std::string signature, std::string value_name,
                                  std::function<Kernel(const FunctionBinding&)> make_kernel) {
  return {.name = std::move(name),
          .category = "date_time",
          .description = description,
          .example = std::move(example),
          .overloads = {{.signature = std::move(signature),
                         .description = description,
                         .make_kernel = std::move(make_kernel),
                         .parameter_docs = {{std::move(value_name), "the value to convert"}, kFormatDoc}}}};
}

// A function with a third, optional argument for the time zone. `from` and `to` are the types' names.
ScalarFunction text_timestamp_function(std::string name, const std::string& description, std::string example,
                                       const std::string& from, const std::string& to, const std::string& zone_use,
                                       std::function<Kernel(const FunctionBinding&)> make_kernel) {
  const std::pair<std::string, std::string> value_doc{"value", "the value to convert"};
  return {.name = std::move(name),
          .category = "date_time",
          .description = description,
          .example = std::move(example),
          .overloads = {{.signature = "(" + from + ", STRING) -> " + to,
                         .description = description,
                         .make_kernel = make_kernel,
                         .parameter_docs = {value_doc, kFormatDoc}},
                        {.signature = "(" + from + ", STRING, STRING) -> " + to,
                         .description = description + " " + zone_use,
                         .make_kernel = make_kernel,
                         .parameter_docs = {value_doc, kFormatDoc, kZoneDoc}}}};
}

}  // namespace

std::vector<ScalarFunction> date_text_functions() {
  const std::string shown = "The text shows the time in the zone.";
  const std::string meant = "A text that names no zone means a time in this one.";
  return {
      text_date_function("FORMAT_DATE", "The text of a DATE in a format.", "FORMAT_DATE(day, 'dd.MM.yyyy')",
                         "(DATE, STRING) -> STRING", "date", format_date_kernel),
      text_date_function("DATETOSTRING",
                         "The text of a number of days since 1970-01-01. FORMAT_DATE does it for a DATE.",
                         "DATETOSTRING(18257, 'yyyy-MM-dd') → '2019-12-27'", "(INT, STRING) -> STRING", "epochDays",
                         format_date_kernel),
      text_date_function("FORMAT_TIME", "The text of a TIME in a format.", "FORMAT_TIME(opening, 'HH:mm')",
                         "(TIME, STRING) -> STRING", "time", format_time_kernel),
      text_timestamp_function("FORMAT_TIMESTAMP", "The text of a TIMESTAMP in a format, in UTC unless a zone is given.",
                              "FORMAT_TIMESTAMP(ts, 'yyyy-MM-dd HH:mm:ss.SSS', 'Europe/Paris')", "TIMESTAMP", "STRING",
                              shown, format_timestamp_kernel),
      text_timestamp_function(
          "TIMESTAMPTOSTRING",
          "The text of a number of milliseconds since 1970-01-01 UTC, in UTC unless a zone is given.",
          "TIMESTAMPTOSTRING(ROWTIME, 'yyyy-MM-dd HH:mm:ss.SSS')", "BIGINT", "STRING", shown, format_timestamp_kernel),
      text_date_function(
          "PARSE_DATE",
          "The DATE that a text in a format says. What the format leaves out is taken from 1970-01-01; text that "
          "follows is ignored.",
          "PARSE_DATE('31.12.2020', 'dd.MM.yyyy')", "(STRING, STRING) -> DATE", "formattedDate", parse_date_kernel),
      text_date_function("STRINGTODATE",
                         "The date that a text in a format says, as days since 1970-01-01. PARSE_DATE gives a DATE.",
                         "STRINGTODATE('2019-12-27', 'yyyy-MM-dd') → 18257", "(STRING, STRING) -> INT", "formattedDate",
                         string_to_date_kernel),
      text_date_function("PARSE_TIME", "The TIME that a text in a format says.", "PARSE_TIME('08.30', 'HH.mm')",
                         "(STRING, STRING) -> TIME", "formattedTime", parse_time_kernel),
      text_timestamp_function("PARSE_TIMESTAMP",
                              "The TIMESTAMP that a text in a format says. What the format leaves out is taken from "
                              "1970-01-01 00:00:00, the zone from UTC.",
                              "PARSE_TIMESTAMP('2020-12-31T08:30:00', 'yyyy-MM-dd''T''HH:mm:ss')", "STRING",
                              "TIMESTAMP", meant, parse_timestamp_kernel),
      text_timestamp_function("STRINGTOTIMESTAMP",
                              "The time that a text in a format says, in milliseconds since 1970-01-01 UTC. "
                              "PARSE_TIMESTAMP gives a TIMESTAMP.",
                              "STRINGTOTIMESTAMP('2020-12-31 08:30', 'yyyy-MM-dd HH:mm', 'UTC')", "STRING", "BIGINT",
                              meant, parse_timestamp_kernel)};
}

}  // namespace weir
