// What a record costs to decode and to encode. BM_SimdjsonWanted reads the same three fields with simdjson's on-demand
// parser, which leaves the rest unchecked: the yardstick of JsonReader.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "engine/formats/format.h"

namespace weir {
namespace {

constexpr size_t kBenchRows = 1024;

std::shared_ptr<SchemaRegistry> bench_registry() {
  log::EmbeddedLogOptions options;
  options.in_memory = true;
  return open_embedded_registry(log::open_embedded_log(options));
}

FormatContext survey_context(FormatKind kind) {
  FormatContext context;
  context.spec.kind = kind;
  context.topic = "survey_responses";
  if (uses_schema_registry(kind)) context.registry = bench_registry();
  context.columns = {{"RESPONSE_ID", Type::bigint()}, {"RESPONDENT_ID", Type::integer()},
                     {"QUESTION", Type::string()},    {"ANSWER", Type::string()},
                     {"SCORE", Type::float64()},      {"CREATED_AT", Type::timestamp()}};
  return context;
}

// Written by the format's own encoder.
std::vector<std::string> encoded_payloads(const FormatContext& context) {
  Arena arena;
  std::vector<std::unique_ptr<Column>> columns;
  std::vector<const Column*> views;
  for (const FormatColumn& column : context.columns) {
    columns.push_back(std::make_unique<Column>(column.type));
    views.push_back(columns.back().get());
  }
  std::unique_ptr<RowEncoder> encoder = make_encoder(context);
  std::vector<std::string> payloads(kBenchRows);
  for (size_t i = 0; i < kBenchRows; ++i) {
    const std::vector<Value> row = {static_cast<int64_t>(1000000 + i),
                                    static_cast<int32_t>(i),
                                    "How satisfied are you with the service?",
                                    "Rather satisfied; the answer took some time",
                                    4.5,
                                    static_cast<int64_t>(1700000000000 + i)};
    for (size_t c = 0; c < row.size(); ++c) columns[c]->append_value(row[c], arena);
    encoder->begin(views);
    bool is_null = false;
    std::string error;
    if (!encoder->encode(static_cast<uint32_t>(i), payloads[i], is_null, error)) std::abort();
  }
  return payloads;
}

std::vector<std::string> survey_payloads(const FormatContext& context) {
  const FormatKind kind = context.spec.kind;
  if (kind == FormatKind::kAvro) return encoded_payloads(context);
  std::vector<std::string> payloads;
  for (size_t i = 0; i < kBenchRows; ++i) {
    const std::string id = std::to_string(1000000 + i);
    if (kind == FormatKind::kDelimited) {
      payloads.push_back(id + "," + std::to_string(i) +
                         ",How satisfied are you with the service?,Rather satisfied; the answer took " +
                         "some time,4.5," + std::to_string(1700000000000 + i));
      continue;
    }
    payloads.push_back(
        "{\"RESPONSE_ID\":" + id + ",\"RESPONDENT_ID\":" + std::to_string(i) +
        ",\"QUESTION\":\"How satisfied are you with the service?\",\"ANSWER\":\"Rather satisfied; the answer took some "
        "time\",\"SCORE\":4.5,\"CREATED_AT\":" +
        std::to_string(1700000000000 + i) + "}");
  }
  return payloads;
}

void decode_payloads(benchmark::State& state, const FormatContext& context, const std::vector<std::string>& payloads,
                     const std::vector<int>& wanted) {
  const std::vector<log::OptionalBytes> views(payloads.begin(), payloads.end());
  std::unique_ptr<RowDecoder> decoder = make_decoder(context, wanted);
  std::vector<std::unique_ptr<Column>> columns;
  std::vector<Column*> out;
  for (int index : wanted) {
    columns.push_back(std::make_unique<Column>(context.columns[static_cast<size_t>(index)].type));
    out.push_back(columns.back().get());
  }
  Arena arena;
  RowErrors errors;
  RowBits bad;
  for (auto _ : state) {
    arena.reset();
    decoder->decode(views, out, arena, errors, bad);
    benchmark::DoNotOptimize(columns[0]->is_valid(0));
  }
  if (errors.count() > 0) state.SkipWithError(errors.errors()[0].message.c_str());
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBenchRows));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(kBenchRows * payloads[0].size()));
}

void decode_columns(benchmark::State& state, FormatKind kind, const std::vector<int>& wanted) {
  const FormatContext context = survey_context(kind);
  decode_payloads(state, context, survey_payloads(context), wanted);
}

// Lists, maps, structs and fields that are NULL or aren't there.
void BM_JsonDecodeNested(benchmark::State& state) {
  FormatContext context;
  context.spec.kind = FormatKind::kJson;
  context.topic = "survey_responses";
  const TypePtr person =
      Type::structure({{"NAME", Type::string()}, {"AGE", Type::integer()}, {"NOTE", Type::string()}});
  context.columns = {{"ID", Type::bigint()},
                     {"TAGS", Type::array(Type::string())},
                     {"SCORES", Type::map(Type::string(), Type::integer())},
                     {"PERSON", person},
                     {"PARENT", person},
                     {"NOTE", Type::string()},
                     {"MORE", Type::array(person)}};
  std::vector<std::string> payloads;
  for (size_t i = 0; i < kBenchRows; ++i) {
    payloads.push_back("{\"ID\":" + std::to_string(1000000 + i) +
                       ",\"TAGS\":[\"red\",\"green\",null,\"blue\"],\"SCORES\":{\"first\":1,\"second\":2,\"third\":3},"
                       "\"PERSON\":{\"NAME\":\"Ada Lovelace\",\"AGE\":36},\"PARENT\":null,"
                       "\"MORE\":[{\"NAME\":\"Byron\"},{\"NAME\":\"Babbage\",\"AGE\":79}]}");
  }
  decode_payloads(state, context, payloads, {0, 1, 2, 3, 4, 5, 6});
}

void BM_JsonDecodeWanted(benchmark::State& state) { decode_columns(state, FormatKind::kJson, {0, 3, 5}); }
void BM_JsonDecodeAll(benchmark::State& state) { decode_columns(state, FormatKind::kJson, {0, 1, 2, 3, 4, 5}); }
void BM_AvroDecodeWanted(benchmark::State& state) { decode_columns(state, FormatKind::kAvro, {0, 3, 5}); }
void BM_AvroDecodeAll(benchmark::State& state) { decode_columns(state, FormatKind::kAvro, {0, 1, 2, 3, 4, 5}); }
void BM_DelimitedDecodeAll(benchmark::State& state) {
  decode_columns(state, FormatKind::kDelimited, {0, 1, 2, 3, 4, 5});
}

void BM_SimdjsonWanted(benchmark::State& state) {
  const std::vector<std::string> payloads = survey_payloads(survey_context(FormatKind::kJson));
  simdjson::ondemand::parser parser;
  std::string padded;
  for (auto _ : state) {
    for (const std::string& payload : payloads) {
      padded.assign(payload);
      padded.resize(payload.size() + simdjson::SIMDJSON_PADDING);
      simdjson::ondemand::document document;
      if (parser.iterate(padded.data(), payload.size(), padded.size()).get(document) != simdjson::SUCCESS) std::abort();
      for (auto field : document.get_object()) {
        std::string_view key = field.unescaped_key();
        int64_t number = 0;
        std::string_view text;
        if (key == "RESPONSE_ID" || key == "CREATED_AT") {
          if (field.value().get(number) != simdjson::SUCCESS) std::abort();
        } else if (key == "ANSWER") {
          if (field.value().get(text) != simdjson::SUCCESS) std::abort();
        }
        benchmark::DoNotOptimize(number);
        benchmark::DoNotOptimize(text);
      }
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBenchRows));
}

void encode_rows(benchmark::State& state, FormatKind kind) {
  FormatContext context;
  context.spec.kind = kind;
  context.topic = "out";
  if (uses_schema_registry(kind)) context.registry = bench_registry();
  context.columns = {
      {"RESPONSE_ID", Type::bigint()}, {"RESPONDENT_ID", Type::integer()}, {"QUESTION", Type::string()},
      {"NAME", Type::string()},        {"SCORE", Type::float64()},         {"AMOUNT", Type::decimal(10, 2)},
      {"ACTIVE", Type::boolean()},     {"CREATED_AT", Type::timestamp()},  {"NOTE", Type::string()}};
  Arena arena;
  std::vector<std::unique_ptr<Column>> columns;
  std::vector<const Column*> views;
  for (const FormatColumn& column : context.columns) {
    columns.push_back(std::make_unique<Column>(column.type));
    views.push_back(columns.back().get());
  }
  for (size_t i = 0; i < kBenchRows; ++i) {
    const std::vector<Value> row = {static_cast<int64_t>(1000000 + i),
                                    static_cast<int32_t>(i),
                                    "How satisfied are you?",
                                    "Ada Lovelace",
                                    4.25,
                                    static_cast<Int128>(123456 + static_cast<int>(i)),
                                    true,
                                    static_cast<int64_t>(1700000000000 + i),
                                    Value()};
    for (size_t c = 0; c < row.size(); ++c) columns[c]->append_value(row[c], arena);
  }
  std::unique_ptr<RowEncoder> encoder = make_encoder(context);
  std::string out, error;
  bool is_null = false;
  for (auto _ : state) {
    encoder->begin(views);
    for (uint32_t row = 0; row < kBenchRows; ++row) {
      out.clear();
      if (!encoder->encode(row, out, is_null, error)) std::abort();
      benchmark::DoNotOptimize(out.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBenchRows));
  state.counters["bytes"] = static_cast<double>(out.size());
}

void BM_JsonEncode(benchmark::State& state) { encode_rows(state, FormatKind::kJson); }
void BM_AvroEncode(benchmark::State& state) { encode_rows(state, FormatKind::kAvro); }
void BM_DelimitedEncode(benchmark::State& state) { encode_rows(state, FormatKind::kDelimited); }

BENCHMARK(BM_JsonDecodeWanted);
BENCHMARK(BM_JsonDecodeAll);
BENCHMARK(BM_JsonDecodeNested);
BENCHMARK(BM_SimdjsonWanted);
BENCHMARK(BM_JsonEncode);
BENCHMARK(BM_AvroDecodeWanted);
BENCHMARK(BM_AvroDecodeAll);
BENCHMARK(BM_AvroEncode);
BENCHMARK(BM_DelimitedDecodeAll);
BENCHMARK(BM_DelimitedEncode);

}  // namespace
}  // namespace weir

BENCHMARK_MAIN();
