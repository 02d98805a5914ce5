#include "engine/runtime/engine.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "engine/runtime/dead_letter_replay.h"
#include "engine/runtime/error_topics.h"
#include "engine/runtime/processing_log.h"
#include "engine/runtime/query_topics.h"
#include "engine/runtime/registry_settings.h"
#include "engine/runtime/slot_map.h"

namespace weir {

namespace {

int64_t wall_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

// Kafka Streams' own, for the same reason.
constexpr const char* kExactlyOnceCommitMs = "100";
constexpr std::chrono::seconds kFollowInterval{1};  // at the latest: the command log's reader wakes the follower
// A commit costs round trips.
constexpr size_t kKafkaCommitBytes = 32u << 20;
constexpr int64_t kDayMs = 24 * 60 * 60 * 1000;

}  // namespace

Engine::Engine(EngineOptions options)
    : config_(options.config),
      options_(std::move(options)),
      functions_(options_.functions ? options_.functions : FunctionRegistry::standard()),
      catalog_(std::make_unique<Catalog>()) {
  const std::string data_dir = config_.get("data.dir");
  const std::string bootstrap = config_.get("bootstrap.servers");
  if (options_.log) {
    services_.log = options_.log;
    services_.commit_when_idle = true;
  } else if (bootstrap.empty()) {
    log::EmbeddedLogOptions log_options;
    log_options.in_memory = data_dir.empty();
    if (!data_dir.empty()) {
      std::error_code failure;
      std::filesystem::create_directories(data_dir, failure);
      if (failure) {
        throw StatementError(StatementError::Kind::kInvalid, "The data directory " + data_dir + " can't be made: " +
                                                                 failure.message() + ". Give another with --data-dir.");
      }
      log_options.path = data_dir + "/log";
    }
    log_options.sync = config_.get_bool("log.sync");
    services_.log = log::open_embedded_log(log_options);
    services_.commit_when_idle = true;
  } else {
    log::KafkaLogOptions log_options;
    log_options.bootstrap_servers = bootstrap;
    log_options.exactly_once = config_.get("processing.guarantee") != "at_least_once";
    // What one stage of a query writes is there for the next, and for others, when it is committed.
    if (log_options.exactly_once && !config_.overrides().contains("commit.interval.ms"))
      config_.set("commit.interval.ms", kExactlyOnceCommitMs);
    log_options.properties = config_.kafka_properties();
    log_options.internal_replicas = static_cast<int16_t>(config_.get_int("internal.topic.replicas"));
    kafka_options_ = log_options;
    services_.log = log::open_kafka_log(log_options);
    services_.commit_when_idle = false;
    services_.commit_bytes = kKafkaCommitBytes;
  }
  shares_log_ = options_.log != nullptr || kafka_options_.has_value();
  if (!options_.log) services_.log->on_event([this](const log::LogEvent& event) { on_log_event(event); });

  state::StateOptions state_options;
  state_options.cache_bytes = static_cast<size_t>(config_.get_int("state.cache.max.bytes"));
  services_.state_dir = config_.get("state.dir");
  if (services_.state_dir.empty() && !data_dir.empty()) services_.state_dir = data_dir + "/state";
  server_id_ = std::make_unique<const ServerId>(services_.state_dir);
  services_.server_id = server_id_->id();
  if (!services_.state_dir.empty()) services_.state = state::StateEnvironment::create(state_options);
  state_options.in_memory = true;
  services_.transient_state = state::StateEnvironment::create(state_options);

  services_.fetch_records = std::max<int64_t>(1, config_.get_int("fetch.records"));
  services_.commit_interval_ms = config_.get_int("commit.interval.ms");
  services_.checkpoint_interval_ms = config_.get_int("checkpoint.interval.ms");
  services_.tasks.functions = functions_;
  services_.tasks.clock = wall_clock_ms;
  started_ms_ = wall_clock_ms();
  services_.tasks.registry = open_configured_registry(config_, services_.log);
  const std::string service = config_.get("service.id");
  command_log_ = std::make_unique<CommandLog>(services_.log, "_weir-" + service + "-commands");
  connectors_ = std::make_unique<ConnectorManager>(options_.connectors,
                                                   ConnectorServices{services_.log, services_.tasks.registry, service});
  int threads = static_cast<int>(config_.get_int("num.threads"));
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  if (options_.manual_queries) threads = 0;
  workers_ = std::make_unique<WorkerPool>(threads, services_);
  if (shares_log_) {
    follower_ = std::make_unique<BackgroundThread>(kFollowInterval, [this] { follow_commands(); });
    command_log_->on_ready(follower_->waker());
    topic_watch_ = std::make_unique<BackgroundThread>(
        std::chrono::milliseconds(std::max<int64_t>(1, config_.get_int("metadata.max.age.ms"))),
        [this] { check_topics(); });
  }
}

Engine::~Engine() {
  stop_connecting();
  topic_watch_.reset();
  follower_.reset();
  {
    std::lock_guard lock(queries_mutex_);
    for (auto& [id, client] : push_queries_) {
      if (const auto stream = client.lock()) stream->close();
    }
  }
  connectors_->stop_all();
  if (servers_) servers_->stop();
  workers_.reset();
  servers_.reset();  // the others may take over now
}

void Engine::start_processing_log() {
  services_.processing_log_topic = config_.get("service.id") + "ksql_processing_log";
  Source source = processing_log_source(services_.processing_log_topic);
  source.sql = "CREATE STREAM KSQL_PROCESSING_LOG";
  catalog_->put_source(std::make_shared<const Source>(std::move(source)));
}

bool Engine::is_altered(const std::string& name) const {
  std::lock_guard lock(system_mutex_);
  return system_properties_.contains(name);
}

std::string Engine::setting(const std::map<std::string, std::string>& properties, const std::string& name) const {
  const auto found = properties.find(name);
  if (found != properties.end()) return found->second;
  std::lock_guard lock(system_mutex_);
  const auto altered = system_properties_.find(name);
  return altered != system_properties_.end() ? altered->second : config_.get(name);
}

// What the query's topics and offsets are called: no more is known where its topics are gone.
std::shared_ptr<QueryDefinition> Engine::named_definition(const std::string& id, const PhysicalPlan& plan) const {
  auto query = std::make_shared<QueryDefinition>();
  query->id = id;
  query->plan = plan;
  query->stages = cut_into_stages(plan);
  query->sources = plan.sources();
  query->topic_prefix = "_weir-" + config_.get("service.id") + "query_" + id;
  query->group = query->topic_prefix;
  query->owner = query->group;
  return query;
}

std::shared_ptr<QueryDefinition> Engine::resolve(const std::string& id, const PhysicalPlan& plan, bool transient,
                                                 const std::map<std::string, std::string>& properties,
                                                 const std::map<std::string, int32_t>& first_partitions) {
  std::shared_ptr<QueryDefinition> query = named_definition(id, plan);
  query->first_source_partitions = first_partitions;
  if (const auto sources = plan.sources(); !sources.empty())
    query->slot_shift = slot_shift(sources.front()->source->topic);
  query->transient = transient;
  query->auto_offset_reset = setting(properties, "auto.offset.reset");
  query->status = std::make_shared<QueryStatus>();
  const auto partitions_of = [&](const std::string& topic) {
    const auto info = services_.log->describe_topic(topic);
    if (!info) throw StatementError(StatementError::Kind::kInvalid, topic_gone_message(*query, topic));
    return info->config.partitions;
  };
  // A join's repartition topics get as many partitions as the widest topic that the query reads.
  int32_t widest = 1;
  for (const PlanNodePtr& source : plan.sources()) {
    const int32_t partitions = partitions_of(source->source->topic);
    const auto first = first_partitions.find(source->source->topic);
    check_source_partitions(*query, *source, partitions);
    // The repartition topics have been made already.
    widest = std::max(widest, first == first_partitions.end() ? partitions : first->second);
  }
  for (const Stage& stage : query->stages) {
    int32_t partitions = 0;
    for (const PlanNodePtr& input : stage.inputs) {
      const int32_t count = input->kind == PlanKind::kSource    ? partitions_of(input->source->topic)
                            : input->repartition_partitions > 0 ? input->repartition_partitions
                                                                : 0;
      if (count > 0 && partitions > 0 && count != partitions) {
        throw StatementError(
            StatementError::Kind::kInvalid,
            "The inputs of a join in " + id + " have " + std::to_string(partitions) + " and " + std::to_string(count) +
                " partitions; they must have as many. The second one's topic is " + query->input_topic(*input) + ".");
      }
      partitions = std::max(partitions, count);
    }
    query->stage_partitions.push_back(partitions > 0 ? partitions : widest);
  }
  if (plan.sink) query->sink_partitions = partitions_of(plan.sink->topic);
  query->max_task_idle_ms = std::stoll(setting(properties, "max.task.idle.ms"));
  query->idle_timeout_ms = std::stoll(setting(properties, "idle.timeout"));
  query->ends_on_invalid_timestamp = setting(properties, "timestamp.throw.on.invalid") == "true";
  int64_t cache = config_.get_int("query.persistent.max.bytes");
  if (const int64_t own = std::stoll(setting(properties, "cache.max.bytes.buffering")); own > 0)
    cache = std::min(cache, own);
  int64_t tasks = 0;  // that have state
  for (const Stage& stage : query->stages)
    if (!stores_of(stage).empty()) tasks += query->stage_partitions[stage.index];
  query->cache_bytes_per_task = static_cast<size_t>(std::max<int64_t>(1, cache / std::max<int64_t>(1, tasks)));
  return query;
}

void Engine::create_internal_topics(const QueryDefinition& query) {
  for (const Stage& stage : query.stages) {
    for (const PlanNodePtr& input : stage.inputs) {
      if (input->kind != PlanKind::kRepartition) continue;
      log::TopicConfig config = log::internal_topic(query.stage_partitions[stage.index]);
      services_.log->ensure_topic(query.repartition_topic(*input), config);
    }
    if (query.transient) continue;
    for (const StoreDescription& store : stores_of(stage)) {
      log::TopicConfig config = log::internal_topic(query.stage_partitions[stage.index]);
      if (store.retention_ms) {
        // Blocks of expiring rows: kept a day longer than the rows live, by the time of their commit.
        config.retention_ms = *store.retention_ms + kDayMs;
      } else {
        config.cleanup = log::Cleanup::kCompact;
      }
      services_.log->ensure_topic(query.changelog_topic(store.name), config);
    }
  }
}

void Engine::start_query(const PersistentQuery& query) {
  const PhysicalPlan plan = plan_from_json(query.plan);
  auto definition = resolve(query.id, plan, false, query.properties, query.source_partitions);
  definition->incarnation = query.incarnation;
  // Another server may have kept positions of an earlier query of this name, and died before it could forget them.
  if (shares_log_) definition->owner += "@" + std::to_string(query.incarnation);
  claim_state_directory(query);
  create_internal_topics(*definition);
  definition->error_topics = ensure_error_topics(*services_.log, plan);
  {
    std::lock_guard lock(queries_mutex_);
    running_[query.id] = definition;
  }
  if (query.paused) {
    definition->status->set(QueryStatus::State::kPaused);
  } else {
    workers_->start(definition);
  }
}

void Engine::stop_query(const std::string& id, bool forget) {
  workers_->stop(id, forget);
  std::shared_ptr<const QueryDefinition> definition;
  {
    std::lock_guard lock(queries_mutex_);
    const auto found = running_.find(id);
    if (found == running_.end()) return;
    definition = found->second;
    running_.erase(found);
  }
  if (!forget) return;
  definition->status->set(QueryStatus::State::kTerminated);
  if (!services_.state_dir.empty()) {
    std::error_code ignored;  // what stays is wiped when the directory is used again
    std::filesystem::remove_all(services_.state_dir + "/" + id, ignored);
  }
}

void Engine::delete_internal_topics(const QueryDefinition& query) {
  std::vector<std::string> topics = internal_topics(query);
  if (!query.transient) {
    for (std::string& topic : replay_topics_of(*services_.log, query)) topics.push_back(std::move(topic));
  }
  for (const std::string& topic : topics) {
    try {
      services_.log->delete_topic(topic);
    } catch (const log::LogError& e) {
      if (e.kind() == log::LogError::Kind::kNotFound) continue;
      spdlog::warn("the internal topic {} can't be deleted: {}", topic, e.what());
    }
  }
}

std::shared_ptr<RowStream> Engine::start_push_query(const BoundPushQuery& bound, const Session& session) {
  const std::string id = "transient_" + (bound.sources.empty() ? std::string("QUERY") : bound.sources.front()) + "_" +
                         std::to_string(next_push_query_.fetch_add(1));
  auto resolved = resolve(id, bound.plan, true, session.properties);
  auto stream = std::make_shared<QueuedRowStream>(id, bound.plan.root->schema, bound.plan.limit);
  resolved->client = stream;
  create_internal_topics(*resolved);
  // The last of the query's units that lets go of it takes its repartition topics along.
  std::shared_ptr<const QueryDefinition> query(
      resolved.get(), [this, resolved](const QueryDefinition* released) { delete_internal_topics(*released); });
  const std::function<void()> wake = workers_->waker();
  stream->set_callbacks(wake, wake);
  {
    std::lock_guard lock(queries_mutex_);
    std::erase_if(push_queries_, [](const auto& entry) { return entry.second.expired(); });
    push_queries_[id] = stream;
  }
  workers_->start(query);
  return stream;
}

BindContext Engine::bind_context(const Session& session) {
  BindContext context;
  context.catalog = catalog_.get();
  context.functions = functions_.get();
  context.registry = services_.tasks.registry.get();
  context.topic_replicas = [this](const std::string& topic) -> std::optional<int16_t> {
    const auto info = services_.log->describe_topic(topic);
    if (!info) return std::nullopt;
    return info->config.replicas;
  };
  context.topic_partitions = [this](const std::string& topic) -> std::optional<int32_t> {
    const auto info = services_.log->describe_topic(topic);
    if (!info) return std::nullopt;
    return info->config.partitions;
  };
  for (const PropertyDefinition& definition : property_definitions()) {
    if (definition.session)
      context.properties["ksql." + definition.name] = setting(session.properties, definition.name);
  }
  context.make_query_id = [this](const std::string& prefix, const std::string& sink) {
    return prefix + "_" + (sink.empty() ? "" : sink + "_") + std::to_string(catalog_->next_query_number());
  };
  return context;
}

std::vector<std::shared_ptr<const QueryDefinition>> Engine::query_definitions() const {
  std::vector<std::shared_ptr<const QueryDefinition>> out;
  std::lock_guard lock(queries_mutex_);
  for (const PersistentQueryPtr& query : catalog_->queries()) {
    const auto found = running_.find(query->id);
    if (found != running_.end()) out.push_back(found->second);
  }
  return out;
}

std::shared_ptr<const QueryDefinition> Engine::query_definition(const std::string& query_id) const {
  std::lock_guard lock(queries_mutex_);
  const auto found = running_.find(query_id);
  return found == running_.end() ? nullptr : found->second;
}

std::shared_ptr<QueryStatus> Engine::query_status(const std::string& query_id) const {
  const auto query = query_definition(query_id);
  return query ? query->status : nullptr;
}

bool Engine::caught_up() {
  std::vector<std::shared_ptr<const QueryDefinition>> queries;
  {
    std::lock_guard lock(queries_mutex_);
    for (const auto& [id, query] : running_) queries.push_back(query);
  }
  for (const auto& query : queries) {
    const auto state = query->status->state();
    if (state == QueryStatus::State::kPaused || state == QueryStatus::State::kError) continue;
    std::vector<log::TopicPartition> inputs;
    for (const Stage& stage : query->stages) {
      for (const PlanNodePtr& input : stage.inputs) {
        for (int32_t p = 0; p < query->stage_partitions[stage.index]; ++p) {
          inputs.push_back({query->input_topic(*input), p});
          if (!workers_->position(*query, inputs.back())) return false;  // not begun
        }
      }
    }
    if (!query->error_topics.empty()) {
      for (const std::string& topic : replay_topics_of(*services_.log, *query)) {
        const int32_t partitions = services_.log->describe_topic(topic)->config.partitions;
        for (int32_t p = 0; p < partitions; ++p) inputs.push_back({topic, p});
      }
    }
    const std::vector<int64_t> ends = services_.log->end_offsets(inputs);
    for (size_t i = 0; i < inputs.size(); ++i) {
      const auto committed = workers_->position(*query, inputs[i]);
      if ((committed ? committed->offset : 0) < ends[i]) return false;
    }
  }
  return true;
}

}  // namespace weir
