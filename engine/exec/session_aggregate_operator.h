// GROUP BY in session windows: a row joins the sessions of its group that it is within the gap of, which become one,
// with the results of Kafka Streams' KStreamSessionWindowAggregate record by record: the sessions that were absorbed
// are deleted, then comes the one that they make. EMIT FINAL: a session goes out once no row can join it any more.
#pragma once

#include <string>
#include <vector>

#include "engine/exec/grouping_operator.h"

namespace weir {

class SessionAggregateOperator final : public GroupingOperator {
 public:
  // `node`: of kind kAggregate with a session window.
  SessionAggregateOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context);

 private:
  struct Session {
    WindowBounds bounds;
    std::string_view value;
  };
  void begin_rows() override;
  void take_in(const Batch& batch, uint32_t row) override;
  void find_sessions(int64_t time);
  bool waits_for_time() override;
  void take_time(int64_t stream_time) override;
  void emit_closed(uint32_t row);

  const int64_t gap_, grace_;
  const bool final_;
  state::SessionStore& sessions_;
  int64_t stream_time_ = INT64_MIN;
  int64_t rows_time_ = INT64_MIN;   // as rows have brought it
  int64_t last_close_ = INT64_MIN;  // EMIT FINAL: sessions that ended before are out
  std::vector<Session> found_;
  std::string merged_;
};

}  // namespace weir
