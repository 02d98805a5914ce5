// The rows of a push query or PRINT on their way to one client: a bounded queue between the worker that produces them
// and the client's thread. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/plan/physical_plan.h"
#include "engine/types/value.h"

namespace weir {

using Row = std::vector<Value>;

class RowStream {
 public:
  enum class State {
    kRow,      // next() gave a row
    kTimeout,  // nothing yet
    kDone      // no more will come: the limit was reached, the query was ended, or it failed (see error())
  };

  virtual ~RowStream() = default;
  virtual const PlanSchema& schema() const = 0;
  virtual const std::string& query_id() const = 0;
  virtual State next(Row& row, std::chrono::milliseconds timeout) = 0;
  // Ends the query. Idempotent, any thread; a next() that waits returns kDone.
  virtual void close() = 0;
  virtual bool limit_reached() const = 0;
  virtual std::optional<std::string> error() const = 0;
};

// A RowStream fed by one or more tasks. The producers stop taking input while the queue is full, so a slow client slows
// only itself.
class QueuedRowStream final : public RowStream {
 public:
  QueuedRowStream(std::string query_id, PlanSchema schema, std::optional<int64_t> limit);
  ~QueuedRowStream() override { close(); }

  const PlanSchema& schema() const override { return schema_; }
  const std::string& query_id() const override { return query_id_; }
  State next(Row& row, std::chrono::milliseconds timeout) override;
  void close() override;
  bool limit_reached() const override;
  std::optional<std::string> error() const override;

  // Producer's side.
  void push(std::vector<Row> rows);
  void fail(const std::string& message);
  bool full() const;
  bool closed() const;
  // `on_space`: called without the lock when a full queue has room again; `on_close`: once, when the stream is closed
  // or complete.
  void set_callbacks(std::function<void()> on_space, std::function<void()> on_close);

 private:
  void finish(std::unique_lock<std::mutex>& lock);

  static constexpr size_t kCapacity = 16 * 1024;
  const std::string query_id_;
  const PlanSchema schema_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Row> rows_;
  std::optional<int64_t> remaining_;
  bool closed_ = false, limit_reached_ = false;
  std::optional<std::string> error_;
  std::function<void()> on_space_, on_close_;
};

}  // namespace weir
