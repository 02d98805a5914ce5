// The benchmark's records, survey-like: responses (about 220 bytes of JSON) and respondents (about 165), both keyed by
// the respondent's id. A record is a pure function of the size, the seed and its number, so nothing has to be kept to
// know what a topology must give. Immutable; any thread.
#pragma once

#include <cstdint>
#include <string>

namespace weir::bench {

struct SurveySize {
  int64_t responses = 1'000'000;
  int64_t respondents = 100'000;
  int64_t keys = 100'000;  // respondent j has key j % keys; a response has any of them
  int64_t start_ms = 0;
  int64_t span_ms = 1'000'000;  // event time from the first record to the end, of both
  uint64_t seed = 42;
};

struct SurveyRecord {
  std::string key, value;
  int64_t time_ms = 0;
};

// Rows that each topology must give.
struct ExpectedRows {
  int64_t joined = 0;    // responses with respondents of the same key at most `window_ms` away
  int64_t filtered = 0;  // responses with a score above 5
};

class SurveyData {
 public:
  explicit SurveyData(const SurveySize& size) : size_(size) {}

  void response(int64_t number, SurveyRecord& out) const;
  void respondent(int64_t number, SurveyRecord& out) const;
  ExpectedRows expected_rows(int64_t window_ms) const;

 private:
  struct Answer {
    int64_t key;
    int score;
    uint64_t bits;  // for the rest
  };

  int64_t response_time(int64_t number) const { return size_.start_ms + number * size_.span_ms / size_.responses; }
  int64_t respondent_time(int64_t number) const { return size_.start_ms + number * size_.span_ms / size_.respondents; }
  Answer answer(int64_t number) const;
  bool signs_up_at(int64_t key, int64_t time_ms) const;

  SurveySize size_;
};

}  // namespace weir::bench
