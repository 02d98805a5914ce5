// The data sets of the generator: what record number n of a data set is. A record depends on the seed and n alone, so a
// generator goes on after a restart knowing nothing but n. Immutable; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/formats/format.h"
#include "engine/types/value.h"

namespace weir {

// A topic that a data set writes.
struct DatasetTopic {
  std::string suffix;  // of the topic's name; empty: the name as configured
  std::vector<FormatColumn> key, value;
};

struct DatasetRecord {
  size_t topic = 0;  // index into topics()
  std::vector<Value> key, value;
};

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual const std::vector<DatasetTopic>& topics() const = 0;
  // `time_ms`: when the record is made, for columns that tell it.
  virtual DatasetRecord record(uint64_t number, int64_t time_ms) const = 0;

  // survey, orders, users, pageviews; null for another name.
  static std::unique_ptr<Dataset> create(const std::string& name, uint64_t seed);
  static const std::vector<std::string>& names();
};

}  // namespace weir
