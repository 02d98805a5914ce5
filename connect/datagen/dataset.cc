#include "connect/datagen/dataset.h"

#include <array>

#include "engine/types/text.h"

namespace weir {

namespace {

// SplitMix64 (Steele, Lea, Flood 2014): a generator for each record, seeded by the data set's seed and the record's
// number.
class RecordRandom {
 public:
  RecordRandom(uint64_t seed, uint64_t number)
      : state_(seed * 0x9e3779b97f4a7c15u ^ (number + 1) * 0xbf58476d1ce4e5b9u) {}
  uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(next() % static_cast<uint64_t>(high - low + 1));
  }
  template <class List>
  std::string pick(const List& list) {
    return list[next() % list.size()];
  }

 private:
  uint64_t state_;
};

std::string zoned_time(int64_t time_ms) {
  std::string text = timestamp_to_text(time_ms);  // 2024-03-01T12:34:56.789
  return text + "000Z";                           // microseconds, as a change capture of timestamptz writes them
}

struct Question {
  const char* text;
  std::vector<const char*> answers;
};

const std::vector<Question>& survey_questions() {
  static const std::vector<Question> questions = {
      {"When it comes to superheroes:",
       {"I love the classics", "I prefer the anti-heroes", "I can't stand capes", "Villains have the better lines"}},
      {"How do you take your coffee?", {"Black", "With milk", "As an espresso", "I drink tea"}},
      {"What do you do on a rainy Sunday?", {"Read", "Watch a series", "Cook something slow", "Go out all the same"}},
      {"How do you get to work?", {"By bicycle", "By train", "By car", "I stay at home"}},
      {"Which of these would you give up last?", {"Music", "Chocolate", "The telephone", "A long walk"}},
  };
  return questions;
}

// A live survey as a change capture of two tables would write it: a respondent signs up, then answers every question.
class SurveyDataset final : public Dataset {
 public:
  explicit SurveyDataset(uint64_t seed) : seed_(seed) {
    const auto key = [](const char* column) {
      return std::vector<FormatColumn>{{"ROWKEY", Type::structure({{column, Type::integer()}})}};
    };
    topics_.push_back({".public.survey_respondents",
                       key("respondent_id"),
                       {{"respondent_id", Type::integer()},
                        {"name", Type::string()},
                        {"generation", Type::string()},
                        {"satisfaction", Type::integer()},
                        {"created_at", Type::string()}}});
    topics_.push_back({".public.survey_responses",
                       key("response_id"),
                       {{"response_id", Type::integer()},
                        {"respondent_id", Type::integer()},
                        {"question", Type::string()},
                        {"answer", Type::string()},
                        {"is_real", Type::boolean()},
                        {"created_at", Type::string()}}});
  }

  const std::vector<DatasetTopic>& topics() const override { return topics_; }

  DatasetRecord record(uint64_t number, int64_t time_ms) const override {
    static const std::array<const char*, 12> first = {"Ada",   "Bruno", "Carla", "Diego", "Elif",  "Femi",
                                                      "Grace", "Hugo",  "Ines",  "Jonas", "Kaori", "Luca"};
    static const std::array<const char*, 10> last = {"Alvarez", "Bauer",  "Costa",  "Dubois", "Eriksson",
                                                     "Fontana", "Garcia", "Haddad", "Ito",    "Jansen"};
    static const std::array<const char*, 4> generations = {"Baby boomer", "Generation X", "Millennial", "Generation Z"};
    const std::vector<Question>& questions = survey_questions();
    const uint64_t cycle = 1 + questions.size();
    const auto respondent = static_cast<int32_t>(number / cycle + 1);
    RecordRandom random(seed_, number);
    if (number % cycle == 0) {
      const std::string name = random.pick(first) + " " + random.pick(last);
      return {0,
              {Value(ValueList{Value(respondent)})},
              {Value(respondent), Value(name), Value(random.pick(generations)), Value(random.between(1, 5)),
               Value(zoned_time(time_ms))}};
    }
    const Question& question = questions[number % cycle - 1];
    const auto response = static_cast<int32_t>(number - number / cycle);
    return {1,
            {Value(ValueList{Value(response)})},
            {Value(response), Value(respondent), Value(question.text), Value(random.pick(question.answers)),
             Value(random.between(1, 100) > 5), Value(zoned_time(time_ms))}};
  }

 private:
  uint64_t seed_;
  std::vector<DatasetTopic> topics_;
};

class OrdersDataset final : public Dataset {
 public:
  explicit OrdersDataset(uint64_t seed) : seed_(seed) {
    topics_.push_back(
        {"",
         {{"ORDERID", Type::integer()}},
         {{"ORDERTIME", Type::bigint()},
          {"ORDERID", Type::integer()},
          {"ITEMID", Type::string()},
          {"ORDERUNITS", Type::float64()},
          {"ADDRESS",
           Type::structure({{"CITY", Type::string()}, {"STATE", Type::string()}, {"ZIPCODE", Type::bigint()}})}}});
  }
  const std::vector<DatasetTopic>& topics() const override { return topics_; }
  DatasetRecord record(uint64_t number, int64_t time_ms) const override {
    RecordRandom random(seed_, number);
    const auto id = static_cast<int32_t>(number);
    const std::string city = std::to_string(random.between(1, 99));
    return {0,
            {Value(id)},
            {Value(time_ms), Value(id), Value("Item_" + std::to_string(random.between(1, 999))),
             Value(static_cast<double>(random.between(1, 1000)) / 100),
             Value(ValueList{Value("City_" + city), Value("State_" + city), Value(random.between(10000, 99999))})}};
  }

 private:
  uint64_t seed_;
  std::vector<DatasetTopic> topics_;
};

class UsersDataset final : public Dataset {
 public:
  explicit UsersDataset(uint64_t seed) : seed_(seed) {
    topics_.push_back({"",
                       {{"USERID", Type::string()}},
                       {{"REGISTERTIME", Type::bigint()},
                        {"USERID", Type::string()},
                        {"REGIONID", Type::string()},
                        {"GENDER", Type::string()}}});
  }
  const std::vector<DatasetTopic>& topics() const override { return topics_; }
  DatasetRecord record(uint64_t number, int64_t time_ms) const override {
    static const std::array<const char*, 3> genders = {"MALE", "FEMALE", "OTHER"};
    RecordRandom random(seed_, number);
    const std::string user = "User_" + std::to_string(random.between(1, 9));
    return {0,
            {Value(user)},
            {Value(time_ms), Value(user), Value("Region_" + std::to_string(random.between(1, 9))),
             Value(random.pick(genders))}};
  }

 private:
  uint64_t seed_;
  std::vector<DatasetTopic> topics_;
};

class PageviewsDataset final : public Dataset {
 public:
  explicit PageviewsDataset(uint64_t seed) : seed_(seed) {
    topics_.push_back({"",
                       {{"VIEWTIME", Type::bigint()}},
                       {{"VIEWTIME", Type::bigint()}, {"USERID", Type::string()}, {"PAGEID", Type::string()}}});
  }
  const std::vector<DatasetTopic>& topics() const override { return topics_; }
  DatasetRecord record(uint64_t number, int64_t time_ms) const override {
    RecordRandom random(seed_, number);
    return {0,
            {Value(time_ms)},
            {Value(time_ms), Value("User_" + std::to_string(random.between(1, 9))),
             Value("Page_" + std::to_string(random.between(10, 99)))}};
  }

 private:
  uint64_t seed_;
  std::vector<DatasetTopic> topics_;
};

}  // namespace

const std::vector<std::string>& Dataset::names() {
  static const std::vector<std::string> names = {"survey", "orders", "users", "pageviews"};
  return names;
}

std::unique_ptr<Dataset> Dataset::create(const std::string& name, uint64_t seed) {
  if (name == "survey") return std::make_unique<SurveyDataset>(seed);
  if (name == "orders") return std::make_unique<OrdersDataset>(seed);
  if (name == "users") return std::make_unique<UsersDataset>(seed);
  if (name == "pageviews") return std::make_unique<PageviewsDataset>(seed);
  return nullptr;
}

}  // namespace weir
