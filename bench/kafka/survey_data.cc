#include "bench/kafka/survey_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace weir::bench {

namespace {

constexpr std::array<std::string_view, 5> kSurveys = {"customer-satisfaction", "employee-pulse", "product-launch",
                                                      "support-follow-up", "website-exit"};
constexpr std::array<std::string_view, 16> kWords = {"good",  "slow",    "helpful", "the", "team", "answered",
                                                     "fast",  "price",   "is",      "too", "high", "would",
                                                     "again", "praised", "never",   "kind"};
constexpr std::array<std::string_view, 8> kCountries = {"DE", "FR", "US", "JP", "BR", "IN", "GB", "SE"};
constexpr std::array<std::string_view, 8> kFirstNames = {"Ada",     "Grace",  "Alan",     "Edsger",
                                                         "Barbara", "Donald", "Margaret", "Tony"};
constexpr std::array<std::string_view, 8> kLastNames = {"Lovelace", "Hopper", "Turing",   "Dijkstra",
                                                        "Liskov",   "Knuth",  "Hamilton", "Hoare"};

// SplitMix64's finalizer.
uint64_t scramble(uint64_t z) {
  z += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void set_key(int64_t key, std::string& out) {
  out.clear();
  fmt::format_to(std::back_inserter(out), "r{:07}", key);
}

}  // namespace

SurveyData::Answer SurveyData::answer(int64_t number) const {
  const uint64_t bits = scramble(scramble(size_.seed) ^ static_cast<uint64_t>(number));
  Answer answer{static_cast<int64_t>((bits >> 20) % static_cast<uint64_t>(size_.keys)),
                static_cast<int>((bits >> 8) % 11), bits};
  // Which of two records of one time and key comes first isn't defined, so there are none.
  const int64_t time = response_time(number);
  for (int64_t i = 0; i < size_.keys && signs_up_at(answer.key, time); ++i) answer.key = (answer.key + 1) % size_.keys;
  return answer;
}

bool SurveyData::signs_up_at(int64_t key, int64_t time_ms) const {
  // The respondents of one time are neighbours.
  int64_t number = (time_ms - size_.start_ms) * size_.respondents / size_.span_ms;
  while (number > 0 && respondent_time(number) >= time_ms) --number;
  for (; number < size_.respondents && respondent_time(number) <= time_ms; ++number) {
    if (respondent_time(number) == time_ms && number % size_.keys == key) return true;
  }
  return false;
}

void SurveyData::response(int64_t number, SurveyRecord& out) const {
  const Answer given = answer(number);
  const uint64_t more = scramble(given.bits);
  out.time_ms = response_time(number);
  set_key(given.key, out.key);
  out.value.clear();
  const auto to = std::back_inserter(out.value);
  fmt::format_to(to,
                 R"({{"respondent_id":"{}","question_id":"q{:02}","survey_name":"{}","score":{},"duration":{}.{:02},)"
                 R"("mobile":{},"text":")",
                 out.key, given.bits % 32, kSurveys[(given.bits >> 5) % kSurveys.size()], given.score, more >> 58,
                 (more >> 50) % 100, more & 8 ? "true" : "false");
  const uint64_t words = 6 + (more & 7);
  for (uint64_t i = 0; i < words; ++i) {
    if (i > 0) out.value += ' ';
    out.value += kWords[(more >> (3 * i + 4)) & 15];
  }
  fmt::format_to(to, R"(","answered_at":{}}})", out.time_ms);
}

void SurveyData::respondent(int64_t number, SurveyRecord& out) const {
  const uint64_t bits = scramble(scramble(size_.seed + 1) ^ static_cast<uint64_t>(number));
  out.time_ms = respondent_time(number);
  set_key(number % size_.keys, out.key);
  out.value.clear();
  fmt::format_to(std::back_inserter(out.value),
                 R"({{"respondent_id":"{0}","name":"{1} {2}","email":"{0}@example.com","country":"{3}","age":{4},)"
                 R"("team":"team-{5}","panel":{6},"joined_at":{7}}})",
                 out.key, kFirstNames[bits & 7], kLastNames[(bits >> 3) & 7], kCountries[(bits >> 6) & 7],
                 18 + (bits >> 9) % 60, (bits >> 20) % 200, bits & 0x8000 ? "true" : "false", out.time_ms);
}

ExpectedRows SurveyData::expected_rows(int64_t window_ms) const {
  ExpectedRows expected;
  for (int64_t i = 0; i < size_.responses; ++i) {
    const Answer given = answer(i);
    if (given.score > 5) ++expected.filtered;
    const int64_t time = response_time(i);
    for (int64_t j = given.key; j < size_.respondents; j += size_.keys) {
      const int64_t distance = respondent_time(j) - time;
      if (distance >= -window_ms && distance <= window_ms) ++expected.joined;
    }
  }
  return expected;
}

}  // namespace weir::bench
