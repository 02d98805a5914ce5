#include "connect/datagen/datagen_source.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace weir {

namespace {

constexpr uint64_t kRecordsPerCommit = 2000;
constexpr std::chrono::milliseconds kTick{20};
constexpr std::chrono::milliseconds kRetryPause{1000};

std::string option_or(const ConnectorDefinition& definition, const std::string& name, const std::string& otherwise) {
  const auto found = definition.properties.find(name);
  return found == definition.properties.end() ? otherwise : found->second;
}

template <class Number>
Number number_option(const ConnectorDefinition& definition, const std::string& name, Number otherwise, Number lowest) {
  const auto found = definition.properties.find(name);
  if (found == definition.properties.end()) return otherwise;
  const std::string& text = found->second;
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < lowest) {
    throw std::invalid_argument("Option '" + name + "' of connector " + definition.name + " can't be '" + text + "': expected a number of at least " +
                                std::to_string(lowest) + ".");
  }
  return value;
}

FormatKind format_option(const ConnectorDefinition& definition, const std::string& name, FormatKind otherwise) {
  const std::string text = option_or(definition, name, format_name(otherwise));
  const auto kind = format_from_name(text);
  if (!kind) throw std::invalid_argument("Option '" + name + "' of connector " + definition.name + ": there is no format '" + text + "'.");
  return *kind;
}

}  // namespace

DatagenSettings DatagenSettings::from(const ConnectorDefinition& definition) {
  DatagenSettings settings;
  settings.quickstart = option_or(definition, "quickstart", "");
  const bool survey = settings.quickstart == "survey";
  settings.topic = survey ? option_or(definition, "topic.prefix", "postgres_cdc") : option_or(definition, "kafka.topic", settings.quickstart);
  settings.count = number_option<int64_t>(definition, "count", -1, -1);
  settings.rate = number_option<double>(definition, "rate", 100, 0);
  settings.seed = number_option<uint64_t>(definition, "seed", 1, 0);
  settings.partitions = number_option<int32_t>(definition, "partitions", 1, 1);
  settings.key_format = format_option(definition, "key.format", survey ? FormatKind::kJsonSr : FormatKind::kKafka);
  settings.value_format = format_option(definition, "value.format", survey ? FormatKind::kJsonSr : FormatKind::kJson);
  settings.start_time_ms = number_option<int64_t>(definition, "start.time.ms", -1, 0);
  settings.time_step_ms = number_option<int64_t>(definition, "time.step.ms", 1000, 0);
  return settings;
}

const std::vector<ConnectorOption>& DatagenPlugin::options() const {
  static const std::vector<ConnectorOption> options = {
      {"quickstart", "", "The data set: survey, orders, users or pageviews", true, false, Dataset::names()},
      {"topic.prefix", "postgres_cdc", "Survey: its topics are <prefix>.public.survey_respondents and <prefix>.public.survey_responses"},
      {"kafka.topic", "the data set's name", "The topic of the other data sets"},
      {"count", "-1", "Records to make in all; -1: without end"},
      {"rate", "100", "Records a second; 0: as fast as it goes"},
      {"seed", "1", "The same seed gives the same records"},
      {"partitions", "1", "Partitions of the topics where they have to be made"},
      {"key.format", "JSON_SR for the survey, else KAFKA", "Format of the keys"},
      {"value.format", "JSON_SR for the survey, else JSON", "Format of the values"},
      {"start.time.ms", "the clock", "Event time of the first record, milliseconds since the epoch"},
      {"time.step.ms", "1000", "Event time between two records, with start.time.ms"},
  };
  return options;
}

void DatagenPlugin::validate(const ConnectorDefinition& definition, const ConnectorServices& services) const {
  DatagenSource(definition.name, DatagenSettings::from(definition), services).prepare();
}

std::unique_ptr<Connector> DatagenPlugin::create(const ConnectorDefinition& definition, const ConnectorServices& services) const {
  return std::make_unique<DatagenSource>(definition.name, DatagenSettings::from(definition), services);
}

DatagenSource::DatagenSource(const std::string& name, DatagenSettings settings, const ConnectorServices& services)
    : name_(name),
      group_("_weir-" + services.service_id + "connector_" + name),
      settings_(std::move(settings)),
      services_(services),
      dataset_(Dataset::create(settings_.quickstart, settings_.seed)) {
  for (const DatasetTopic& topic : dataset_->topics()) {
    Target target;
    target.topic = settings_.topic + topic.suffix;
    FormatSpec key, value;
    key.kind = settings_.key_format;
    key.wrap_single_value = false;
    value.kind = settings_.value_format;
    target.key = {key, true, target.topic, topic.key, services_.registry};
    target.value = {value, false, target.topic, topic.value, services_.registry};
    check_format(target.key);
    check_format(target.value);
    status_.topics.push_back(target.topic);
    targets_.push_back(std::move(target));
  }
}

void DatagenSource::prepare() {
  for (Target& target : targets_) {
    log::TopicConfig config;
    config.partitions = settings_.partitions;
    services_.log->ensure_topic(target.topic, config);
    if (uses_schema_registry(target.key.spec.kind)) register_schema(target.key);
    if (uses_schema_registry(target.value.spec.kind)) register_schema(target.value);
    target.key_encoder = make_encoder(target.key);
    target.value_encoder = make_encoder(target.value);
  }
}

void DatagenSource::run(const std::atomic<bool>& stopping) {
  while (!stopping.load()) {
    try {
      prepare();
      generate(stopping);
      return;
    } catch (const log::LogError& e) {
      if (e.kind() != log::LogError::Kind::kUnavailable && e.kind() != log::LogError::Kind::kTimeout) throw;
      std::lock_guard lock(mutex_);
      status_.state = ConnectorStatus::State::kRetrying;
      status_.error = e.what();
    } catch (const SchemaRegistryError& e) {
      if (e.kind() != SchemaRegistryError::Kind::kUnavailable) throw;
      std::lock_guard lock(mutex_);
      status_.state = ConnectorStatus::State::kRetrying;
      status_.error = e.what();
    }
    for (auto waited = std::chrono::milliseconds(0); waited < kRetryPause && !stopping.load(); waited += kTick) {
      std::this_thread::sleep_for(kTick);
    }
  }
}

int64_t DatagenSource::now_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void DatagenSource::generate(const std::atomic<bool>& stopping) {
  const log::TopicPartition place{targets_.front().topic, 0};
  // Before the offset is read: it ends what a dead process has left open.
  const auto transaction = services_.log->open_transaction(group_);
  const auto committed = services_.log->committed_offset(group_, place);
  uint64_t next = committed ? static_cast<uint64_t>(committed->offset) : 0;
  made_.store(next);
  {
    std::lock_guard lock(mutex_);
    status_.state = ConnectorStatus::State::kRunning;
    status_.error.clear();
  }
  for (Target& target : targets_) {
    const auto topic = services_.log->describe_topic(target.topic);
    target.partitions = topic ? topic->config.partitions : settings_.partitions;
  }
  const auto started = std::chrono::steady_clock::now();
  const uint64_t first = next;
  const uint64_t end = settings_.count < 0 ? UINT64_MAX : static_cast<uint64_t>(settings_.count);
  while (!stopping.load() && next < end) {
    uint64_t due = end;
    if (settings_.rate > 0) {
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
      // One record at once, so that something is there from the start.
      due = std::min(end, first + 1 + static_cast<uint64_t>(elapsed.count() * settings_.rate));
    }
    due = std::min(due, next + kRecordsPerCommit);
    if (due <= next) {
      std::this_thread::sleep_for(kTick);
      continue;
    }
    for (; next < due; ++next) {
      const int64_t time = settings_.start_time_ms >= 0 ? settings_.start_time_ms + static_cast<int64_t>(next) * settings_.time_step_ms : now_ms();
      append(*transaction, next, time);
    }
    transaction->commit_offset(group_, place, {static_cast<int64_t>(next), ""});
    transaction->commit();
    made_.store(next);
  }
  if (next >= end) {
    std::lock_guard lock(mutex_);
    status_.state = ConnectorStatus::State::kCompleted;
  }
}

void DatagenSource::append(log::LogTransaction& transaction, uint64_t number, int64_t time_ms) {
  const DatasetRecord record = dataset_->record(number, time_ms);
  Target& target = targets_[record.topic];
  Arena arena;
  const auto encode = [&](RowEncoder& encoder, const std::vector<FormatColumn>& columns, const std::vector<Value>& values, std::string& out) {
    std::vector<std::unique_ptr<Column>> built;
    std::vector<const Column*> pointers;
    for (size_t c = 0; c < columns.size(); ++c) {
      built.push_back(std::make_unique<Column>(columns[c].type));
      built.back()->append_value(values[c], arena);
      pointers.push_back(built.back().get());
    }
    encoder.begin(pointers);
    bool is_null = false;
    std::string error;
    if (!encoder.encode(0, out, is_null, error)) throw std::runtime_error(error);
    return !is_null;
  };
  std::string key, value;
  log::RecordView view;
  if (encode(*target.key_encoder, target.key.columns, record.key, key)) view.key = key;
  if (encode(*target.value_encoder, target.value.columns, record.value, value)) view.value = value;
  view.timestamp = time_ms;
  const int32_t partition = view.key ? log::partition_for_key(*view.key, target.partitions)
                                     : static_cast<int32_t>(number % static_cast<uint64_t>(target.partitions));
  transaction.append(target.topic, partition, view);
}

ConnectorStatus DatagenSource::status() const {
  std::lock_guard lock(mutex_);
  ConnectorStatus status = status_;
  status.records = made_.load();
  return status;
}

}  // namespace weir
