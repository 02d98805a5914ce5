// Time zones by Java's names for them: regions of the system's time zone files, fixed offsets, UTC. Immutable and
// shared; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

class TimeZone;
using TimeZonePtr = std::shared_ptr<const TimeZone>;

// The zone's clock during a period.
struct ZonePeriod {
  int64_t begin = 0;   // seconds since the epoch, inclusive
  int64_t end = 0;     // exclusive
  int32_t offset = 0;  // seconds east of UTC
  bool daylight_saving = false;
  std::string abbreviation;  // CEST; empty where only the offset tells the zone
};

class TimeZone {
 public:
  // As java.time.ZoneId.of: "Europe/Paris", "UTC", "Z", "+02:00", "+0200", "GMT-5"; and common abbreviations such as
  // "PST", which stand for their region. Throws std::invalid_argument that names the id.
  static TimeZonePtr of(std::string_view id);
  // The same, nullptr for an unknown id. `ignore_case`: region names may be written in any letter case.
  static TimeZonePtr find(std::string_view id, bool ignore_case = false);
  static const TimeZonePtr& utc();
  static TimeZonePtr fixed(int32_t offset_seconds);

  const std::string& id() const { return id_; }
  bool is_region() const { return rules_ != nullptr; }
  ZonePeriod period_at(int64_t epoch_second) const;

  // The instant at which the zone's clock shows these seconds since 1970-01-01T00:00 local time. A time that the clock
  // skips is moved forward by what it skips. Of the two instants of a time that it shows twice, the one with the
  // preferred offset if one has it, else the earlier.
  int64_t to_epoch_second(int64_t local_second, std::optional<int32_t> preferred_offset = std::nullopt) const;

  // "Central European Summer Time"; the id where there is no name.
  std::string long_name(bool daylight_saving) const;

 private:
  struct Rules;
  TimeZone(std::string id, int32_t fixed_offset) : id_(std::move(id)), fixed_offset_(fixed_offset) {}
  TimeZone(std::string id, std::shared_ptr<const Rules> rules) : id_(std::move(id)), rules_(std::move(rules)) {}

  std::string id_;
  int32_t fixed_offset_ = 0;
  std::shared_ptr<const Rules> rules_;  // of a region
};

// Remembers the period of the last instant: instants in order cost a comparison. Copyable; one thread.
class ZoneCursor {
 public:
  const ZonePeriod& at(const TimeZonePtr& zone, int64_t epoch_second) {
    if (zone_ != zone || epoch_second < period_.begin || epoch_second >= period_.end) {
      period_ = zone->period_at(epoch_second);
      zone_ = zone;
    }
    return period_;
  }

 private:
  TimeZonePtr zone_;  // kept, so that no other zone can come to its address
  ZonePeriod period_;
};

// "+02:00"; "Z" for 0.
std::string offset_to_text(int32_t offset_seconds);
// +h, +hh, +hhmm, +hh:mm, +hhmmss, +hh:mm:ss, or - for +, up to 18 hours.
std::optional<int32_t> parse_offset(std::string_view text);

}  // namespace weir
