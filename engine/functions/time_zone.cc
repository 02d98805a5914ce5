#include "engine/functions/time_zone.h"

#include <date/tz.h>
#include <unicode/locid.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <map>
#include <stdexcept>

#include "engine/functions/zone_names.h"

namespace weir {
namespace {

constexpr int32_t kMaxOffset = 18 * 3600;

bool is_two_digits(std::string_view text, size_t at) {
  return at + 2 <= text.size() && std::isdigit(static_cast<unsigned char>(text[at])) &&
         std::isdigit(static_cast<unsigned char>(text[at + 1]));
}

int two_digits(std::string_view text, size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

std::string zone_lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

const date::time_zone* find_region(std::string_view id) {
  const auto& zones = date::get_tzdb().zones;
  const auto at =
      std::lower_bound(zones.begin(), zones.end(), id,
                       [](const date::time_zone& zone, std::string_view name) { return zone.name() < name; });
  return at != zones.end() && at->name() == id ? &*at : nullptr;
}

const date::time_zone* find_region_ignoring_case(std::string_view id) {
  static const std::map<std::string, const date::time_zone*> by_lower_case = [] {
    std::map<std::string, const date::time_zone*> out;
    for (const date::time_zone& zone : date::get_tzdb().zones) out.emplace(zone_lower_case(zone.name()), &zone);
    return out;
  }();
  const auto found = by_lower_case.find(zone_lower_case(id));
  return found == by_lower_case.end() ? nullptr : found->second;
}

// The files list the clock changes up to here, what comes later follows from rules that ICU evaluates.
constexpr int64_t kListedUntil = 2'145'916'800;  // 2038-01-01

bool is_alphabetic(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalpha(c); });
}

}  // namespace

struct TimeZone::Rules {
  const date::time_zone* listed;           // owned by the process's time zone database
  std::unique_ptr<icu::TimeZone> general;  // nullptr if ICU doesn't know the region

  explicit Rules(const date::time_zone* region)
      : listed(region), general(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(region->name()))) {
    if (*general == icu::TimeZone::getUnknown()) general.reset();
  }

  bool general_at(int64_t epoch_second) const { return general && epoch_second >= kListedUntil; }

  ZonePeriod general_period(int64_t epoch_second) const {
    int32_t standard = 0;
    int32_t daylight_saving = 0;
    UErrorCode status = U_ZERO_ERROR;
    general->getOffset(static_cast<double>(epoch_second) * 1000, false, standard, daylight_saving, status);
    // Clocks change on quarters of an hour.
    const int64_t begin = epoch_second / 900 * 900;
    ZonePeriod period{begin, begin + 900, (standard + daylight_saving) / 1000, daylight_saving != 0, {}};
    icu::UnicodeString name;
    general->getDisplayName(daylight_saving != 0, icu::TimeZone::SHORT, icu::Locale::getUS(), name);
    name.toUTF8String(period.abbreviation);
    return period;
  }

  int64_t general_epoch_second(int64_t local_second, std::optional<int32_t> preferred_offset) const {
    const int32_t before = general_period(local_second - 86'400).offset;
    const int32_t after = general_period(local_second + 86'400).offset;
    const auto shows = [&](int32_t offset) { return general_period(local_second - offset).offset == offset; };
    const bool twice = before != after && shows(before) && shows(after);
    if (twice) return local_second - (preferred_offset == after ? after : before);
    return local_second - (!shows(before) && shows(after) ? after : before);
  }
};

std::string offset_to_text(int32_t offset) {
  if (offset == 0) return "Z";
  const int32_t seconds = std::abs(offset);
  std::string out(1, offset < 0 ? '-' : '+');
  const auto append = [&out](int32_t value) {
    out += static_cast<char>('0' + value / 10);
    out += static_cast<char>('0' + value % 10);
  };
  append(seconds / 3600);
  out += ':';
  append(seconds / 60 % 60);
  if (seconds % 60 != 0) {
    out += ':';
    append(seconds % 60);
  }
  return out;
}

std::optional<int32_t> parse_offset(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int32_t sign = text[0] == '-' ? -1 : 1;
  int32_t hours = 0;
  int32_t minutes = 0;
  int32_t seconds = 0;
  if (text.size() == 2) {
    if (!std::isdigit(static_cast<unsigned char>(text[1]))) return std::nullopt;
    hours = text[1] - '0';
  } else {
    if (!is_two_digits(text, 1)) return std::nullopt;
    hours = two_digits(text, 1);
    const size_t gap = text.size() > 3 && text[3] == ':' ? 1 : 0;
    if (text.size() > 3) {
      if (!is_two_digits(text, 3 + gap)) return std::nullopt;
      minutes = two_digits(text, 3 + gap);
    }
    const size_t after_minutes = 5 + gap;
    if (text.size() > after_minutes) {
      if (gap == 1 && text[after_minutes] != ':') return std::nullopt;
      if (!is_two_digits(text, after_minutes + gap) || text.size() != after_minutes + gap + 2) return std::nullopt;
      seconds = two_digits(text, after_minutes + gap);
    }
  }
  const int32_t total = hours * 3600 + minutes * 60 + seconds;
  if (minutes > 59 || seconds > 59 || total > kMaxOffset) return std::nullopt;
  return sign * total;
}

const TimeZonePtr& TimeZone::utc() {
  static const TimeZonePtr zone(new TimeZone("UTC", 0));
  return zone;
}

TimeZonePtr TimeZone::fixed(int32_t offset) { return TimeZonePtr(new TimeZone(offset_to_text(offset), offset)); }

TimeZonePtr TimeZone::find(std::string_view id, bool ignore_case) {
  if (id == "Z" || (ignore_case && id == "z")) return fixed(0);
  if (const auto offset = parse_offset(id)) return fixed(*offset);
  for (std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (!id.starts_with(prefix)) continue;
    if (id == prefix) return id == "UTC" ? utc() : TimeZonePtr(new TimeZone(std::string(id), 0));
    if (const auto offset = parse_offset(id.substr(prefix.size()))) {
      return TimeZonePtr(new TimeZone(std::string(prefix) + (*offset == 0 ? "" : offset_to_text(*offset)), *offset));
    }
  }
  const std::string_view abbreviated = region_of_abbreviation(id, ignore_case);
  const date::time_zone* region = find_region(abbreviated.empty() ? id : abbreviated);
  if (!region && ignore_case) region = find_region_ignoring_case(id);
  return region ? TimeZonePtr(new TimeZone(region->name(), std::make_shared<const Rules>(region))) : nullptr;
}

TimeZonePtr TimeZone::of(std::string_view id) {
  TimeZonePtr zone = find(id);
  if (!zone) {
    throw std::invalid_argument("there is no time zone '" + std::string(id) +
                                "'; use a region such as 'Europe/Paris', an offset such as '+02:00', or 'UTC'");
  }
  return zone;
}

ZonePeriod TimeZone::period_at(int64_t epoch_second) const {
  if (!rules_) {
    return {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(), fixed_offset_, false, {}};
  }
  if (rules_->general_at(epoch_second)) return rules_->general_period(epoch_second);
  const date::sys_info info = rules_->listed->get_info(date::sys_seconds{std::chrono::seconds{epoch_second}});
  ZonePeriod period{info.begin.time_since_epoch().count(),
                    info.end.time_since_epoch().count(),
                    static_cast<int32_t>(info.offset.count()),
                    info.save != std::chrono::minutes::zero(),
                    {}};
  if (rules_->general) period.end = std::min(period.end, kListedUntil);
  if (is_alphabetic(info.abbrev)) {
    period.abbreviation = info.abbrev;
  } else {
    // The files give bare offsets for regions without an abbreviation in English use.
    period.abbreviation = period.daylight_saving ? "" : std::string(abbreviation_of_region(id_));
  }
  return period;
}

int64_t TimeZone::to_epoch_second(int64_t local_second, std::optional<int32_t> preferred_offset) const {
  if (!rules_) return local_second - fixed_offset_;
  if (rules_->general_at(local_second)) return rules_->general_epoch_second(local_second, preferred_offset);
  const date::local_info info = rules_->listed->get_info(date::local_seconds{std::chrono::seconds{local_second}});
  const int64_t first = info.first.offset.count();
  if (info.result == date::local_info::ambiguous && preferred_offset == info.second.offset.count()) {
    return local_second - *preferred_offset;
  }
  // In a gap this is the instant that a clock not yet moved would show, which the moved clock shows later by the gap.
  return local_second - first;
}

std::string TimeZone::long_name(bool daylight_saving) const {
  if (!rules_ && id_ != "UTC" && id_ != "GMT") return id_;
  const std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(id_)));
  icu::UnicodeString name;
  zone->getDisplayName(daylight_saving, icu::TimeZone::LONG, icu::Locale::getUS(), name);
  std::string out;
  return name.toUTF8String(out);
}

}  // namespace weir
