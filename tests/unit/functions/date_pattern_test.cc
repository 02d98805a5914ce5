// Patterns and time zones against what JDK 17 gives for the same patterns, texts and instants.
#include "engine/functions/date_pattern.h"

#include <doctest/doctest.h>

#include <stdexcept>

namespace weir {
namespace {

constexpr int64_t kMoment = 1599304028123;  // 2020-09-05T11:07:08.123Z, a Saturday

std::string formatted(const std::string& pattern, int64_t millis, const std::string& zone) {
  const TimeZonePtr at = TimeZone::of(zone);
  ZoneCursor cursor;
  std::string out;
  std::string error;
  if (!DatePattern(pattern).format(DateTimeView::of_instant(millis, at, cursor), out, error)) return "error: " + error;
  return out;
}

// The instant, or the error.
std::string parsed(const std::string& pattern, const std::string& text, const std::string& zone = "UTC",
                   bool ignore_case = true) {
  std::string error;
  const auto fields = DatePattern(pattern).parse(text, ignore_case, error);
  if (!fields) return "error: " + error;
  const auto millis = fields->to_timestamp(TimeZone::of(zone), error);
  return millis ? std::to_string(*millis) : "error: " + error;
}

bool is_error(const std::string& outcome) { return outcome.starts_with("error: "); }

}  // namespace

TEST_CASE("every letter prints") {
  const struct {
    const char* pattern;
    const char* expected;
  } cases[] = {{"G GGGG GGGGG", "AD Anno Domini A"},
               {"y yy yyy yyyy yyyyy", "2020 20 2020 2020 02020"},
               {"u D DDD", "2020 249 249"},
               {"M MM MMM MMMM MMMMM", "9 09 Sep September S"},
               {"Q QQ QQQ QQQQ", "3 03 Q3 3rd quarter"},
               {"Y w W d dd", "2020 36 1 5 05"},
               {"E EEEE EEEEE", "Sat Saturday S"},
               {"e ee eee c F", "7 07 Sat 7 5"},
               {"a h hh K k H m s", "PM 1 01 1 13 13 7 8"},
               {"S SSS SSSSSSSSS", "1 123 123000000"},
               {"A n N", "47228123 123000000 47228123000000"},
               {"VV z zzzz", "Europe/Paris CEST Central European Summer Time"},
               {"O OOOO", "GMT+2 GMT+02:00"},
               {"X XX XXX XXXX XXXXX", "+02 +0200 +02:00 +0200 +02:00"},
               {"x xxx Z ZZZZ ZZZZZ", "+02 +02:00 +0200 GMT+02:00 +02:00"},
               {"pppppH", "   13"},
               {"yyyy-MM-dd'T'HH:mm:ss.SSSX", "2020-09-05T13:07:08.123+02"},
               {"h 'o''clock' a", "1 o'clock PM"},
               {"yyyy''MM", "2020'09"}};
  for (const auto& test : cases) CHECK(formatted(test.pattern, kMoment, "Europe/Paris") == test.expected);
}

TEST_CASE("zones of all kinds print") {
  const char* const pattern = "HH:mm z VV O X xx";
  CHECK(formatted(pattern, kMoment, "UTC") == "11:07 UTC UTC GMT Z +0000");
  CHECK(formatted(pattern, kMoment, "Z") == "11:07 Z Z GMT Z +0000");
  CHECK(formatted(pattern, kMoment, "Asia/Kolkata") == "16:37 IST Asia/Kolkata GMT+5:30 +0530 +0530");
  CHECK(formatted(pattern, kMoment, "America/Sao_Paulo") == "08:07 BRT America/Sao_Paulo GMT-3 -03 -0300");
  CHECK(formatted(pattern, kMoment, "UTC+3") == "14:07 UTC+03:00 UTC+03:00 GMT+3 +03 +0300");
  CHECK(formatted("z", kMoment - 20'000'000'000, "America/Los_Angeles") == "PST");
  // After the last clock change that the time zone files list.
  CHECK(formatted("yyyy-MM-dd HH:mm X", 2754325857398, "America/Los_Angeles") == "2057-04-12 11:30 -07");
  CHECK(formatted("yyyy-MM-dd HH:mm X", 91593477572126, "Europe/Paris") == "4872-06-24 18:39 +02");
}

TEST_CASE("years before 1 and after 9999") {
  CHECK(formatted("yyyy u G", -65402946807884, "UTC") == "0104 -103 BC");
  CHECK(formatted("yyyy uuuu y", 300000000000000, "UTC") == "+11476 +11476 11476");
}

TEST_CASE("texts are read with the fields that the pattern has") {
  CHECK(parsed("yyyy-MM-dd'T'HH:mm:ssX", "2018-05-11T21:58:33Z") == "1526075913000");
  CHECK(parsed("yyyy-MM-dd'T'HH:mm:ssX", "2020-05-11T21:58:33z") == "1589234313000");
  CHECK(is_error(parsed("yyyy-MM-dd'T'HH:mm:ssX", "2020-05-11T21:58:33z", "UTC", false)));
  CHECK(parsed("yyyy-MM-dd'T'HH:mm:ss zzz", "2018-05-11T21:58:33 PST") == "1526101113000");
  CHECK(parsed("yyyy-MM-dd HH:mm zzzz", "2024-09-09 21:39 Central European Summer Time") == "1725910740000");
  CHECK(parsed("yyyy-MM-dd HH:mm VV", "2020-01-01 00:00 America/New_York") == "1577854800000");
  CHECK(parsed("yyyy-MM-dd HH:mm O", "2020-01-01 00:00 GMT+5:30") == "1577817000000");
  CHECK(parsed("yy-MM-dd HH:mm:ssX", "10-04-19 12:00:17Z") == "1271678417000");
  CHECK(parsed("yyyyMMddHHmmssSSS", "20200905110708123") == "1599304028123");
  CHECK(parsed("dd-MMM-yyyy", "01-JAN-2022") == "1640995200000");
  CHECK(parsed("MMMM d, uuuu h:mm a", "september 5, 2020 1:07 pm") == "1599311220000");
  CHECK(parsed("yyyy-DDD", "2020-366") == "1609372800000");
  CHECK(parsed("YYYY-ww-e", "2020-36-7") == "1599264000000");
  CHECK(parsed("yyyy-MM-dd[ HH:mm[:ss[.SSS]]]", "2020-09-05") == "1599264000000");
  CHECK(parsed("yyyy-MM-dd[ HH:mm[:ss[.SSS]]]", "2020-09-05 11:07:08.123") == "1599304028123");
  CHECK(parsed("ppppd/M/yyyy", "   5/9/2020") == "1599264000000");
}

TEST_CASE("what a text leaves out comes from the epoch") {
  CHECK(parsed("yyyy-MM", "2020-02") == "1580515200000");
  CHECK(parsed("yyyy", "2020") == "1577836800000");
  CHECK(parsed("MM-dd", "02-31") == "5011200000");
  CHECK(parsed("HH:mm", "01:02") == "3720000");
  CHECK(parsed("mm:ss", "01:02") == "62000");
  CHECK(parsed("a h", "PM 3") == "54000000");
  CHECK(parsed("EEE", "Mon") == "-259200000");
  CHECK(parsed("HH:mm", "01:02", "+01:00") == "120000");
}

TEST_CASE("impossible and contradictory texts are refused") {
  CHECK(parsed("yyyy-MM-dd", "2021-06-31") == "1625011200000");  // the last day of the month
  CHECK(parsed("yyyy-MM-dd HH:mm", "2020-12-31 24:00") == "1609459200000");
  for (const char* text : {"2020-13-01", "2020-00-01", "2020-01-32", "2020-1-01", "02020-01-01", "2020-01-01x", "",
                           "2020-01", "+2020-01-01", "20201-01-01"}) {
    CHECK_MESSAGE(is_error(parsed("yyyy-MM-dd", text)), text);
  }
  CHECK(is_error(parsed("yyyy-MM-dd HH:mm", "2020-12-31 24:01")));
  CHECK(is_error(parsed("yyyy-MM-dd EEE", "2020-09-05 Sun")));
  CHECK(is_error(parsed("yyyy MM yyyy", "2020 01 2021")));
  CHECK(is_error(parsed("yyyy-DDD", "2021-366")));
  CHECK(is_error(parsed("DDD", "366")));
  CHECK(is_error(parsed("HH:mm X", "10:00 +1830")));
  CHECK(parsed("yyyy-MM-dd", "2020-x").find("'2020-x' doesn't fit the format 'yyyy-MM-dd' from character 6 on") !=
        std::string::npos);
}

TEST_CASE("clock changes") {
  // Skipped and repeated hours in Paris, 2020.
  CHECK(parsed("yyyy-MM-dd HH:mm", "2020-03-29 02:30", "Europe/Paris") == "1585445400000");
  CHECK(parsed("yyyy-MM-dd HH:mm VV", "2020-10-25 02:30 Europe/Paris") == "1603585800000");
  // Without a zone in the text the offset is that of the same day in 1970.
  CHECK(parsed("yyyy-MM-dd HH:mm", "2020-11-01 01:30", "America/New_York") == "1604212200000");
  CHECK(parsed("yyyy-MM-dd HH:mm", "2059-05-19 00:44", "Europe/Paris") == "2820523440000");
}

TEST_CASE("patterns that mean nothing are refused") {
  for (const char* pattern :
       {"b", "yyyy-MM-ddTHH", "aa", "HHH", "ddd", "'open", "]", "{", "V", "p", "SSSSSSSSSS", "MMMMMM"}) {
    CHECK_THROWS_AS(DatePattern{pattern}, std::invalid_argument);
  }
  CHECK_NOTHROW(DatePattern("[yyyy"));
}

TEST_CASE("time zone ids") {
  for (const char* id : {"Europe/Paris", "UTC", "GMT", "UT", "Z", "+2", "+02", "+02:00", "+0200", "-18:00", "+02:00:30",
                         "UTC+3", "GMT-05:30", "PST", "Etc/GMT+5"}) {
    CHECK_MESSAGE(TimeZone::find(id) != nullptr, id);
  }
  for (const char* id : {"", "Nowhere", "europe/paris", "+19", "+02:60", "+2:00", "+02:", "../etc/passwd", "UTCx"}) {
    CHECK_MESSAGE(TimeZone::find(id) == nullptr, id);
  }
  CHECK(TimeZone::find("europe/paris", true)->id() == "Europe/Paris");
  CHECK(TimeZone::of("+0200")->id() == "+02:00");
  CHECK_THROWS_AS(TimeZone::of("Nowhere"), std::invalid_argument);
}

}  // namespace weir
