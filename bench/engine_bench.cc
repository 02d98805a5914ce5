// The whole engine in embedded mode: CPU per input record, peak memory, latency.
//   engine_bench load DIR RESPONSES RESPONDENTS   writes the topics `responses` and `respondents`
//   engine_bench QUERY DIR                        runs one of the queries below over them to the end
//   engine_bench latency                          INSERT VALUES to the row of a push query
// Each run is a process of its own, so that CPU and memory are those of the query alone.
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "engine/runtime/engine.h"

namespace {

using weir::Engine;
using weir::EngineOptions;
using weir::Session;

constexpr int kPartitions = 4;
constexpr int64_t kWindowMs = 10 * 60 * 1000;
constexpr int64_t kStart = 1'700'000'000'000;

std::unique_ptr<Engine> open_engine(const std::string& dir) {
  EngineOptions options;
  if (!dir.empty()) options.config.set("data.dir", dir);
  options.config.set("auto.offset.reset", "earliest");
  return Engine::open(std::move(options));
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long peak_rss_mb() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmHWM:")) return std::atol(line.c_str() + 6) / 1024;
  }
  return 0;
}

uint64_t mix(uint64_t z) {
  z = (z + 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
  z ^= z >> 29;
  z *= 0x94d049bb133111ebu;
  return z ^ (z >> 32);
}

std::string int_key(int32_t value) {
  const auto bits = static_cast<uint32_t>(value);
  return {static_cast<char>(bits >> 24), static_cast<char>(bits >> 16), static_cast<char>(bits >> 8),
          static_cast<char>(bits)};
}

// Respondents come every 360 ms, responses every 36 ms (in proportion for other counts); a response is given by
// somebody who signed up within the last 20 minutes, so about half find their respondent in the join's window.
void load(const std::string& dir, int64_t responses, int64_t respondents) {
  weir::log::EmbeddedLogOptions options;
  options.path = dir + "/log";
  const auto log = weir::log::open_embedded_log(options);
  weir::log::TopicConfig config;
  config.partitions = kPartitions;
  log->create_topic("responses", config);
  log->create_topic("respondents", config);
  const auto transaction = log->open_transaction("load");
  const auto append = [&](const char* topic, int32_t id, const std::string& value, int64_t time) {
    const std::string key = int_key(id);
    weir::log::RecordView record;
    record.key = key;
    record.value = value;
    record.timestamp = time;
    transaction->append(topic, weir::log::partition_for_key(key, kPartitions), record);
    if (transaction->pending_bytes() > (1u << 20)) transaction->commit();
  };
  const int64_t per = std::max<int64_t>(1, responses / respondents);
  int64_t joined = 0, filtered = 0;  // what the queries must give
  char text[512];
  for (int64_t i = 0; i < respondents; ++i) {
    const int64_t time = kStart + i * 36 * per;
    std::snprintf(text, sizeof text,
                  "{\"respondent_id\":%d,\"name\":\"Respondent Number %d\",\"generation\":\"%s\",\"satisfaction\":%d,"
                  "\"created_at\":\"2024-03-01T12:34:56.%06dZ\",\"country\":\"Colombia\"}",
                  static_cast<int>(i), static_cast<int>(i), mix(i) % 2 ? "Millennial" : "Generation Z",
                  static_cast<int>(mix(i + 7) % 5 + 1), static_cast<int>(i % 1000000));
    append("respondents", static_cast<int32_t>(i), text, time);
    for (int64_t j = 0; j < per; ++j) {
      const int64_t n = i * per + j;
      const int64_t back = static_cast<int64_t>(mix(n + 13) % (1'200'000 / (36 * per) + 1));
      const auto who = static_cast<int32_t>(std::max<int64_t>(0, i - back));
      std::snprintf(text, sizeof text,
                    "{\"response_id\":%lld,\"respondent_id\":%d,\"question\":\"When it comes to superheroes, whom do "
                    "you like best:\","
                    "\"answer\":\"The one with the number %d on the "
                    "back\",\"is_real\":%s,\"created_at\":\"2024-03-01T12:34:56.%06dZ\"}",
                    static_cast<long long>(n), who, static_cast<int>(mix(n) % 100), mix(n) % 2 ? "true" : "false",
                    static_cast<int>(n % 1000000));
      append("responses", who, text, time + j * 36);
      joined += (i - who) * 36 * per + j * 36 <= kWindowMs ? 1 : 0;
      filtered += mix(n) % 2;
    }
  }
  transaction->commit();
  std::ofstream(dir + "/expected_join") << joined;
  std::ofstream(dir + "/expected_filter") << filtered;
  std::ofstream(dir + "/expected_tumbling") << per * respondents;
  std::ofstream(dir + "/expected_hopping") << 5 * per * respondents;
  std::ofstream(dir + "/expected_table_join") << per * respondents;
  std::printf("loaded %lld responses, %lld respondents\n", static_cast<long long>(responses),
              static_cast<long long>(respondents));
}

struct BenchQuery {
  const char* name;
  bool reads_respondents;
  const char* sql;
};
constexpr BenchQuery kQueries[] = {
    {"join", true,
     "CREATE STREAM ENRICHED AS SELECT R.RESPONDENT_ID AS RESPONDENT_ID, R.RESPONSE_ID AS RESPONSE_ID, T.NAME AS NAME, "
     "T.GENERATION AS GENERATION, T.SATISFACTION AS SATISFACTION, R.QUESTION AS QUESTION, R.ANSWER AS ANSWER, "
     "R.IS_REAL AS IS_REAL, "
     "R.CREATED_AT AS CREATED_AT FROM RESPONSES R INNER JOIN RESPONDENTS T WITHIN 10 MINUTES GRACE PERIOD 2 MINUTES "
     "ON R.RESPONDENT_ID = T.RESPONDENT_ID EMIT CHANGES;"},
    {"filter", false,
     "CREATE STREAM ENRICHED AS SELECT RESPONDENT_ID, RESPONSE_ID, UCASE(ANSWER) AS ANSWER, CREATED_AT FROM RESPONSES "
     "WHERE IS_REAL = true EMIT CHANGES;"},
    {"tumbling", false,
     "CREATE TABLE ENRICHED AS SELECT RESPONDENT_ID, COUNT(*) AS N, SUM(RESPONSE_ID) AS TOTAL, AVG(RESPONSE_ID) AS "
     "MEAN FROM RESPONSES "
     "WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 1 MINUTE) GROUP BY RESPONDENT_ID EMIT CHANGES;"},
    {"hopping", false,
     "CREATE TABLE ENRICHED AS SELECT RESPONDENT_ID, COUNT(*) AS N FROM RESPONSES "
     "WINDOW HOPPING (SIZE 10 MINUTES, ADVANCE BY 2 MINUTES, GRACE PERIOD 1 MINUTE) GROUP BY RESPONDENT_ID EMIT "
     "CHANGES;"},
    {"table_join", true,
     "CREATE STREAM ENRICHED AS SELECT R.RESPONDENT_ID AS RESPONDENT_ID, R.RESPONSE_ID AS RESPONSE_ID, T.NAME AS NAME, "
     "T.SATISFACTION AS SATISFACTION, R.ANSWER AS ANSWER FROM RESPONSES R LEFT JOIN PEOPLE T ON R.RESPONDENT_ID = "
     "T.RESPONDENT_ID EMIT CHANGES;"},
};

void execute(Engine& engine, Session& session, const std::string& sql) {
  engine.execute(*weir::sql::parse_statement(sql), session);
}

int run_query(const std::string& dir, const BenchQuery& query) {
  const auto engine = open_engine(dir);
  Session session;
  execute(*engine, session,
          "CREATE STREAM RESPONSES (RESPONDENT_ID INT KEY, RESPONSE_ID BIGINT, QUESTION STRING, ANSWER STRING, IS_REAL "
          "BOOLEAN, CREATED_AT "
          "STRING) WITH (KAFKA_TOPIC='responses', VALUE_FORMAT='JSON');");
  execute(*engine, session,
          "CREATE STREAM RESPONDENTS (RESPONDENT_ID INT KEY, NAME STRING, GENERATION STRING, SATISFACTION INT) WITH "
          "(KAFKA_TOPIC='respondents', VALUE_FORMAT='JSON');");
  execute(*engine, session,
          "CREATE TABLE PEOPLE (RESPONDENT_ID INT PRIMARY KEY, NAME STRING, GENERATION STRING, SATISFACTION INT) WITH "
          "(KAFKA_TOPIC='respondents', VALUE_FORMAT='JSON');");
  int64_t input = 0;
  for (int p = 0; p < kPartitions; ++p) {
    input += engine->log().end_offset({"responses", p});
    if (query.reads_respondents) input += engine->log().end_offset({"respondents", p});
  }
  const double cpu = cpu_seconds();
  const auto started = std::chrono::steady_clock::now();
  execute(*engine, session, query.sql);
  const auto deadline = started + std::chrono::minutes(10);
  while (!engine->caught_up()) {
    if (std::chrono::steady_clock::now() > deadline) {
      std::fprintf(stderr, "the query did not catch up within 10 minutes\n");
      return 1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const double used = cpu_seconds() - cpu;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  int64_t rows = 0;
  for (int p = 0; p < kPartitions; ++p) rows += engine->log().end_offset({"ENRICHED", p});
  int64_t expected = -1;
  std::ifstream(dir + "/expected_" + query.name) >> expected;
  if (rows != expected) {
    std::fprintf(stderr, "%s gave %lld rows, expected %lld\n", query.name, static_cast<long long>(rows),
                 static_cast<long long>(expected));
    return 1;
  }
  std::printf(
      "%-10s %9lld records in, %9lld rows out, %6.2f s, %8.0f records/s, CPU %.2f us/record, peak memory %ld MB\n",
      query.name, static_cast<long long>(input), static_cast<long long>(rows), seconds,
      static_cast<double>(input) / seconds, used * 1e6 / static_cast<double>(input), peak_rss_mb());
  return 0;
}

int run_latency(const std::string& dir) {
  const auto engine = open_engine(dir);
  Session session;
  execute(*engine, session,
          "CREATE STREAM S (ID INT KEY, V STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);");
  const auto statement = weir::sql::parse_statement("SELECT * FROM S EMIT CHANGES;");
  const auto rows = engine->execute(*statement, session).rows;
  std::vector<double> millis;
  weir::Row row;
  constexpr int kWarmUp = 50, kInserts = 2000;
  for (int i = 0; i < kWarmUp + kInserts; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    execute(*engine, session, "INSERT INTO S (ID, V) VALUES (" + std::to_string(i) + ", 'value');");
    if (rows->next(row, std::chrono::seconds(10)) != weir::RowStream::State::kRow) {
      std::fprintf(stderr, "no row within 10 s\n");
      return 1;
    }
    if (i >= kWarmUp)
      millis.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  rows->close();
  std::sort(millis.begin(), millis.end());
  std::printf("latency of INSERT to a push query's row: p50 %.2f ms, p99 %.2f ms, max %.2f ms (%d inserts)\n",
              millis[kInserts / 2], millis[kInserts * 99 / 100], millis.back(), kInserts);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  spdlog::set_level(spdlog::level::warn);
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "load" && argc == 5) {
    load(argv[2], std::atoll(argv[3]), std::atoll(argv[4]));
    return 0;
  }
  for (const BenchQuery& query : kQueries) {
    if (what == query.name && argc == 3) return run_query(argv[2], query);
  }
  if (what == "latency" && argc == 3) return run_latency(argv[2]);
  std::fprintf(stderr, "usage: engine_bench load DIR RESPONSES RESPONDENTS | QUERY DIR | latency DIR\n");
  return 2;
}
