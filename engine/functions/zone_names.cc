#include "engine/functions/zone_names.h"

#include <unicode/locid.h>
#include <unicode/tznames.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cctype>
#include <memory>

namespace weir {
namespace {

struct ZoneAbbreviation {
  std::string_view abbreviation;
  std::string_view region;
};

// By abbreviation, whatever the letter case.
constexpr ZoneAbbreviation kZoneAbbreviations[] = {
    {"ACDT", "Australia/Adelaide"},
    {"ACST", "Australia/Adelaide"},
    {"ADT", "America/Halifax"},
    {"AEDT", "Australia/Sydney"},
    {"AEST", "Australia/Sydney"},
    {"AFT", "Asia/Kabul"},
    {"AKDT", "America/Anchorage"},
    {"AKST", "America/Anchorage"},
    {"AMT", "America/Manaus"},
    {"ART", "America/Argentina/Buenos_Aires"},
    {"AST", "America/Halifax"},
    {"AWST", "Australia/Perth"},
    {"AZOST", "Atlantic/Azores"},
    {"AZOT", "Atlantic/Azores"},
    {"AZT", "Asia/Baku"},
    {"BDT", "Asia/Dhaka"},
    {"BNT", "Asia/Brunei"},
    {"BOT", "America/La_Paz"},
    {"BRT", "America/Sao_Paulo"},
    {"BST", "Europe/London"},
    {"BTT", "Asia/Thimphu"},
    {"CAT", "Africa/Maputo"},
    {"CDT", "America/Chicago"},
    {"CEST", "Europe/Paris"},
    {"CET", "Europe/Paris"},
    {"CHADT", "Pacific/Chatham"},
    {"CHAST", "Pacific/Chatham"},
    {"ChST", "Pacific/Guam"},
    {"CLST", "America/Santiago"},
    {"CLT", "America/Santiago"},
    {"COT", "America/Bogota"},
    {"CST", "America/Chicago"},
    {"CVT", "Atlantic/Cape_Verde"},
    {"EAT", "Africa/Nairobi"},
    {"ECT", "America/Guayaquil"},
    {"EDT", "America/New_York"},
    {"EEST", "Europe/Bucharest"},
    {"EET", "Europe/Bucharest"},
    {"EST", "America/New_York"},
    {"FJT", "Pacific/Fiji"},
    {"GALT", "Pacific/Galapagos"},
    {"GET", "Asia/Tbilisi"},
    {"GFT", "America/Cayenne"},
    {"GST", "Asia/Dubai"},
    {"GYT", "America/Guyana"},
    {"HKT", "Asia/Hong_Kong"},
    {"HST", "Pacific/Honolulu"},
    {"ICT", "Asia/Bangkok"},
    {"IDT", "Asia/Jerusalem"},
    {"IRKT", "Asia/Irkutsk"},
    {"IRST", "Asia/Tehran"},
    {"IST", "Asia/Kolkata"},
    {"JST", "Asia/Tokyo"},
    {"KGT", "Asia/Bishkek"},
    {"KRAT", "Asia/Krasnoyarsk"},
    {"KST", "Asia/Seoul"},
    {"MAGT", "Asia/Magadan"},
    {"MDT", "America/Denver"},
    {"MMT", "Asia/Yangon"},
    {"MSK", "Europe/Moscow"},
    {"MST", "America/Denver"},
    {"MUT", "Indian/Mauritius"},
    {"MVT", "Indian/Maldives"},
    {"MYT", "Asia/Kuala_Lumpur"},
    {"NDT", "America/St_Johns"},
    {"NOVT", "Asia/Novosibirsk"},
    {"NPT", "Asia/Kathmandu"},
    {"NST", "America/St_Johns"},
    {"NZDT", "Pacific/Auckland"},
    {"NZST", "Pacific/Auckland"},
    {"OMST", "Asia/Omsk"},
    {"PDT", "America/Los_Angeles"},
    {"PET", "America/Lima"},
    {"PETT", "Asia/Kamchatka"},
    {"PGT", "Pacific/Port_Moresby"},
    {"PHT", "Asia/Manila"},
    {"PKT", "Asia/Karachi"},
    {"PST", "America/Los_Angeles"},
    {"PYT", "America/Asuncion"},
    {"SAKT", "Asia/Sakhalin"},
    {"SAMT", "Europe/Samara"},
    {"SAST", "Africa/Johannesburg"},
    {"SGT", "Asia/Singapore"},
    {"SRT", "America/Paramaribo"},
    {"SST", "Pacific/Pago_Pago"},
    {"TJT", "Asia/Dushanbe"},
    {"TMT", "Asia/Ashgabat"},
    {"TRT", "Europe/Istanbul"},
    {"ULAT", "Asia/Ulaanbaatar"},
    {"UYT", "America/Montevideo"},
    {"UZT", "Asia/Tashkent"},
    {"VET", "America/Caracas"},
    {"VLAT", "Asia/Vladivostok"},
    {"WAT", "Africa/Lagos"},
    {"WEST", "Europe/Lisbon"},
    {"WET", "Europe/Lisbon"},
    {"WIB", "Asia/Jakarta"},
    {"WIT", "Asia/Jayapura"},
    {"WITA", "Asia/Makassar"},
    {"YAKT", "Asia/Yakutsk"},
    {"YEKT", "Asia/Yekaterinburg"},
};

int compare_ignoring_case(std::string_view a, std::string_view b) {
  const size_t common = std::min(a.size(), b.size());
  for (size_t i = 0; i < common; ++i) {
    const int difference =
        std::toupper(static_cast<unsigned char>(a[i])) - std::toupper(static_cast<unsigned char>(b[i]));
    if (difference != 0) return difference;
  }
  return static_cast<int>(a.size()) - static_cast<int>(b.size());
}

const icu::TimeZoneNames* english_zone_names() {
  static const std::unique_ptr<icu::TimeZoneNames> names = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<icu::TimeZoneNames>(icu::TimeZoneNames::createInstance(icu::Locale::getUS(), status));
  }();
  return names.get();
}

}  // namespace

std::string_view region_of_abbreviation(std::string_view abbreviation, bool ignore_case) {
  const auto at = std::lower_bound(std::begin(kZoneAbbreviations), std::end(kZoneAbbreviations), abbreviation,
                                   [](const ZoneAbbreviation& row, std::string_view key) {
                                     return compare_ignoring_case(row.abbreviation, key) < 0;
                                   });
  if (at == std::end(kZoneAbbreviations) || compare_ignoring_case(at->abbreviation, abbreviation) != 0) return {};
  return ignore_case || at->abbreviation == abbreviation ? at->region : std::string_view();
}

std::string_view abbreviation_of_region(std::string_view region) {
  for (const ZoneAbbreviation& row : kZoneAbbreviations) {
    if (row.region == region && !row.abbreviation.ends_with("ST")) return row.abbreviation;
  }
  return {};
}

std::string region_of_long_name(std::string_view text, size_t& length) {
  const icu::TimeZoneNames* names = english_zone_names();
  if (!names) return {};
  const icu::UnicodeString wide = icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::TimeZoneNames::MatchInfoCollection> matches(
      names->find(wide, 0, UTZNM_LONG_GENERIC | UTZNM_LONG_STANDARD | UTZNM_LONG_DAYLIGHT, status));
  if (U_FAILURE(status) || !matches) return {};
  int32_t longest = 0;
  icu::UnicodeString id;
  for (int32_t i = 0; i < matches->size(); ++i) {
    if (matches->getMatchLengthAt(i) <= longest) continue;
    longest = matches->getMatchLengthAt(i);
    icu::UnicodeString family;
    if (matches->getMetaZoneIDAt(i, family)) {
      names->getReferenceZoneID(family, "001", id);
    } else {
      matches->getTimeZoneIDAt(i, id);
    }
  }
  if (longest == 0) return {};
  std::string matched;
  length = wide.tempSubString(0, longest).toUTF8String(matched).size();
  std::string out;
  return id.toUTF8String(out);
}

}  // namespace weir
