// Reads the inputs of many tasks, so that a partition that several of them read is fetched once. A task that is behind
// the others gets the partition by a second reader until it has caught up; one that can't take more while others wait
// is let fall behind. Owned by a lane; its thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "storage/log/log.h"

namespace weir {

// Who reads: a task with some inputs. Outlives its subscriptions.
class RecordTarget {
 public:
  virtual ~RecordTarget() = default;
  // Records in the order of their offsets, each once from the offset subscribed with.
  virtual void take(size_t input, log::FetchedRecords records) = 0;
  // Rows taken and not worked through yet.
  virtual size_t buffered(size_t input) const = 0;
  // The input's rows may have to wait for those of others.
  virtual bool waits(size_t input) const = 0;
};

class SharedReader {
 public:
  // `wake`: called by any thread when there may be something to poll.
  SharedReader(log::Log& log, std::function<void()> wake);
  ~SharedReader();

  // Throws LogError (kNotFound …).
  void subscribe(RecordTarget& target, size_t input, const log::TopicPartition& partition, int64_t offset);
  void unsubscribe(RecordTarget& target);  // all of its inputs

  // Hands out what is there, without waiting, at most `max_records` of a partition. Returns the number of records
  // taken.
  size_t poll(size_t max_records);
  // Stops and resumes what runs ahead of the tasks.
  void balance();
  // All that was readable at the last poll has been handed to the target.
  bool at_end(const log::TopicPartition& partition, const RecordTarget& target, size_t input) const;

 private:
  struct Subscription {
    RecordTarget* target = nullptr;
    size_t input = 0;
    int64_t next = 0;  // offset
  };
  struct Route {
    std::vector<Subscription> subscriptions;
    int64_t next = 0;   // what the reader gives next
    bool fresh = true;  // nothing was read yet
    bool paused = false;
  };
  // One LogReader has a partition at one offset.
  struct Channel {
    std::unique_ptr<log::LogReader> reader;
    std::map<log::TopicPartition, Route> routes;
  };

  void add(Channel& channel, const log::TopicPartition& partition, const Subscription& subscription);
  void add_behind(const log::TopicPartition& partition, const Subscription& subscription);
  void hand_out(Route& route, log::FetchedRecords records);
  void merge_caught_up();
  void drop_if_unused(Channel& channel, std::map<log::TopicPartition, Route>::iterator route);
  std::unique_ptr<log::LogReader> open_reader() const;

  log::Log& log_;
  const std::function<void()> wake_;
  Channel main_;
  std::vector<std::unique_ptr<Channel>> behind_;
};

}  // namespace weir
