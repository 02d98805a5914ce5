// What goes wrong with single rows while a batch is decoded, evaluated or encoded: the row is nulled or dropped by the
// one who reports, the batch goes on, and the reports end as rows of the processing log. One task, one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct RowError {
  // Who is to blame decides what the user can do: mend data, mend a peer, or report a bug.
  enum class Stage { kDecodeKey, kDecodeValue, kTimestamp, kEvaluate, kEncode, kNullKey, kLate, kProduce };
  Stage stage = Stage::kEvaluate;
  uint32_t row = 0;       // in the batch being worked on
  std::string operation;  // the expression or format at fault
  std::string message;
  // kEvaluate: no row comes out because of it, as in a WHERE. All other stages drop their row anyhow.
  bool dropped = false;
};

inline constexpr size_t kErrorStages = 8;

class RowErrors {
 public:
  void report(RowError error) {
    ++count_;
    // Of what has only become NULL, so much is told; what is lost is told without exception.
    if (errors_.size() < kKept || error.stage != RowError::Stage::kEvaluate) errors_.push_back(std::move(error));
  }
  uint64_t count() const { return count_; }
  const std::vector<RowError>& errors() const { return errors_; }
  std::vector<RowError>& errors() { return errors_; }
  void clear() {
    errors_.clear();
    count_ = 0;
  }

 private:
  static constexpr size_t kKept = 4096;
  uint64_t count_ = 0;
  std::vector<RowError> errors_;
};

}  // namespace weir
