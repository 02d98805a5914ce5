// What units of one worker share: a reader and a transaction. All that the units have done since the last commit
// commits, or is dropped, at once; a unit that fails takes the others back to the last commit, not down. The persistent
// queries of a worker share a lane, a push query has one of its own. Owned by a worker; its thread, but for wakeups.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/runtime/query_unit.h"
#include "engine/runtime/shared_reader.h"

namespace weir {

class Lane {
 public:
  // `group` and `worker`: what the transaction belongs to; without a group (a push query) nothing is atomic and no
  // position kept. `wake`: any thread, also after the lane is gone.
  Lane(const RuntimeServices& services, log::SlotGroup* group, int32_t worker, std::function<void()> wake);

  // Opens the transaction, which ends what a dead process of the same name has left open. Throws LogError.
  void open();

  void add(const std::shared_ptr<const QueryDefinition>& query, const std::vector<TaskPlace>& places);
  // Closes the query's unit. `forget`: it is ended for good.
  void remove(const std::string& query_id, bool forget);
  // A topic of the query is gone: its unit ends in the ERROR state, from which it will read a topic of this name anew.
  void end_without_topic(const std::string& query_id, const std::string& topic, const std::string& reason);
  // The tasks of these slots are let go of: what they have done is committed, or dropped where `lost`.
  void release(const std::set<int32_t>& slots, bool lost);

  // Takes what is there and works through it; commits when due. True when there may be more to do right now. Never
  // throws.
  bool step(int64_t now_ms);
  // When step() must be called again though nothing arrives. INT64_MAX: never.
  int64_t next_due_ms() const;
  // Commits and checkpoints what is done, if it can, and lets go of everything.
  void close();

  // A push query whose client has had enough.
  bool is_over() const;

 private:
  QueryUnit* find(const std::string& query_id) const;  // null: no unit of it
  // Runs `action` of the lane; what it throws makes the lane try again later. False: it has thrown.
  template <class Action>
  bool guard(int64_t now_ms, Action action);
  bool work(int64_t now_ms);
  void open_units(int64_t now_ms, bool& busy);
  // Runs `action` of a unit; what it throws fails the unit, or the lane when it is the log that fails. False: the unit
  // has failed, and the transaction is aborted.
  template <class Action>
  bool attempt(QueryUnit& unit, int64_t now_ms, Action action);
  void fail_unit(QueryUnit& unit, const std::string& reason, bool retry, int64_t now_ms);
  bool dirty() const;
  void commit(int64_t now_ms);
  // Drops what isn't committed.
  void abort();
  bool fail_writers(const log::LogError& error, int64_t now_ms);
  void on_log_error(const log::LogError& error, int64_t now_ms);
  void start_over(const std::string& reason, int64_t now_ms);
  void retry_later(const std::string& reason, int64_t now_ms);

  const RuntimeServices& services_;
  log::SlotGroup* const group_;
  const int32_t worker_;
  const std::function<void()> wake_;
  std::unique_ptr<SharedReader> reader_;
  std::unique_ptr<log::LogTransaction> transaction_;
  std::vector<std::unique_ptr<QueryUnit>> units_;  // use the two above
  bool reopened_ = false;                          // the transaction before was given up
  bool is_dirty_ = false;                          // as of the last look
  bool is_retrying_ = false;                       // the units' status says so
  int64_t dirty_since_ms_ = 0;
  bool rolled_back_ = false;  // since the last step
  int64_t retry_at_ms_ = 0;   // nothing is done before; 0: nothing to wait for
  int64_t backoff_ms_ = 0;
};

}  // namespace weir
