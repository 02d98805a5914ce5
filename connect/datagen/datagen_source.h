// The generator as a source connector: 'connector.class'='DatagenSource'. It appends the records of a data set at a
// given rate; how many were made is committed with them, so that a restart neither repeats nor skips any.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connect/datagen/dataset.h"
#include "engine/runtime/connector.h"
#include "engine/types/arena.h"

namespace weir {

struct DatagenSettings {
  std::string quickstart;
  std::string topic;   // the topic, or the prefix of the survey's topics
  int64_t count = -1;  // records in all; -1: without end
  double rate = 100;   // records a second; 0: as fast as it goes
  uint64_t seed = 1;
  int32_t partitions = 1;
  FormatKind key_format = FormatKind::kKafka, value_format = FormatKind::kJson;
  int64_t start_time_ms = -1;   // event time of the first record; -1: the clock
  int64_t time_step_ms = 1000;  // between records, with a start time

  // Throws std::invalid_argument that names the option.
  static DatagenSettings from(const ConnectorDefinition& definition);
};

class DatagenSource final : public Connector {
 public:
  DatagenSource(const std::string& name, DatagenSettings settings, const ConnectorServices& services);

  // Makes the topics and registers their schemas. Throws log::LogError or SchemaRegistryError.
  void prepare();
  void run(const std::atomic<bool>& stopping) override;
  ConnectorStatus status() const override;

 private:
  struct Target {
    std::string topic;
    FormatContext key, value;
    int32_t partitions = 1;
    std::unique_ptr<RowEncoder> key_encoder, value_encoder;
  };

  void generate(const std::atomic<bool>& stopping);
  void append(log::LogTransaction& transaction, uint64_t number, int64_t time_ms);
  int64_t now_ms() const;

  std::string name_, group_;
  DatagenSettings settings_;
  ConnectorServices services_;
  std::unique_ptr<Dataset> dataset_;
  std::vector<Target> targets_;
  std::atomic<uint64_t> made_{0};
  mutable std::mutex mutex_;
  ConnectorStatus status_;
};

class DatagenPlugin final : public ConnectorPlugin {
 public:
  std::vector<std::string> classes() const override { return {"DatagenSource"}; }
  bool is_source() const override { return true; }
  const std::vector<ConnectorOption>& options() const override;
  void validate(const ConnectorDefinition& definition, const ConnectorServices& services) const override;
  std::unique_ptr<Connector> create(const ConnectorDefinition& definition,
                                    const ConnectorServices& services) const override;
};

}  // namespace weir
