#include "storage/log/kafka_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>

#include "storage/log/kafka_error.h"

namespace weir::log {

namespace {

using KafkaDeleteGroup = KafkaPtr<rd_kafka_DeleteGroup_t, rd_kafka_DeleteGroup_destroy>;
using KafkaMessage = KafkaPtr<rd_kafka_message_t, rd_kafka_message_destroy>;

constexpr size_t kKeptClients = 16;

rd_kafka_resp_err_t first_partition_error(const rd_kafka_topic_partition_list_t* list) {
  if (!list) return RD_KAFKA_RESP_ERR_NO_ERROR;
  for (const rd_kafka_topic_partition_t& partition : std::span(list->elems, static_cast<size_t>(list->cnt))) {
    if (partition.err != RD_KAFKA_RESP_ERR_NO_ERROR) return partition.err;
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

KafkaPartitionList make_kafka_offsets(const KafkaGroupOffsets& offsets) {
  KafkaPartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, committed] : offsets) {
    rd_kafka_topic_partition_t* entry =
        rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition);
    entry->offset = committed.offset;
    if (committed.metadata.empty()) continue;
    entry->metadata = std::malloc(committed.metadata.size());  // the list frees it
    if (!entry->metadata) throw std::bad_alloc();
    std::memcpy(entry->metadata, committed.metadata.data(), committed.metadata.size());
    entry->metadata_size = committed.metadata.size();
  }
  return list;
}

std::shared_ptr<KafkaHandle> KafkaGroups::handle_of(const std::string& group) {
  std::shared_ptr<KafkaHandle> evicted;  // ends after the lock
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(handles_, group, &Entry::group);
  if (found != handles_.end()) {
    handles_.splice(handles_.begin(), handles_, found);
  } else {
    auto handle = std::make_shared<KafkaHandle>(
        KafkaRole::kAdmin, properties_, monitor_, KafkaProperties::Settings{},
        KafkaProperties::Settings{
            {"group.id", group}, {"enable.auto.commit", "false"}, {"isolation.level", "read_committed"}});
    handles_.push_front({group, std::move(handle)});
    if (handles_.size() > kKeptClients) {
      evicted = std::move(handles_.back().handle);
      handles_.pop_back();
    }
  }
  const std::shared_ptr<KafkaHandle>& handle = handles_.front().handle;
  handle->serve();
  // Errors of the group's coordinator pile up here; what matters of them is told by the calls.
  while (const KafkaMessage error{rd_kafka_consumer_poll(handle->get(), 0)}) {
  }
  return handle;
}

void KafkaGroups::forget(const std::string& group) {
  std::list<Entry> gone;
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(handles_, group, &Entry::group);
  if (found != handles_.end()) gone.splice(gone.begin(), handles_, found);
}

std::optional<CommittedOffset> KafkaGroups::committed(const std::string& group, const TopicPartition& partition) {
  const std::shared_ptr<KafkaHandle> handle = handle_of(group);
  const KafkaDeadline deadline(topics_->timeout());
  const KafkaPartitionList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition);
  const rd_kafka_topic_partition_t& entry = list->elems[0];
  const rd_kafka_resp_err_t code = retry_kafka(deadline, [&] {
    const rd_kafka_resp_err_t error = rd_kafka_committed(handle->get(), list.get(), deadline.remaining_ms());
    return error != RD_KAFKA_RESP_ERR_NO_ERROR ? error : entry.err;
  });
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw kafka_error(code, fmt::format("The offset of group '{}' in partition {} of topic '{}' can't be read", group,
                                        partition.partition, partition.topic));
  }
  if (entry.offset < 0) return std::nullopt;
  CommittedOffset found{entry.offset, {}};
  if (entry.metadata) found.metadata.assign(static_cast<const char*>(entry.metadata), entry.metadata_size);
  return found;
}

void KafkaGroups::commit(const std::string& group, const KafkaGroupOffsets& offsets) {
  if (offsets.empty()) return;
  const std::shared_ptr<KafkaHandle> handle = handle_of(group);
  const KafkaDeadline deadline(topics_->timeout());
  const KafkaPartitionList list = make_kafka_offsets(offsets);
  const rd_kafka_resp_err_t code = retry_kafka(deadline, [&] {
    const KafkaQueue queue(rd_kafka_queue_new(handle->get()));
    const rd_kafka_resp_err_t refused = rd_kafka_commit_queue(handle->get(), list.get(), queue.get(), nullptr, nullptr);
    if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) return refused;
    const KafkaEvent answer(rd_kafka_queue_poll(queue.get(), deadline.remaining_ms()));
    if (!answer) return RD_KAFKA_RESP_ERR__TIMED_OUT;
    const rd_kafka_resp_err_t error = rd_kafka_event_error(answer.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
    return first_partition_error(rd_kafka_event_topic_partition_list(answer.get()));
  });
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const std::string what = fmt::format("The offsets of group '{}' can't be committed", group);
  if (code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID) {
    throw kafka_error(code, what, "the group has members, so that another process consumes under its name");
  }
  throw kafka_error(code, what);
}

void KafkaGroups::remove(const std::string& group) {
  const std::string what = fmt::format("The group '{}' can't be deleted", group);
  forget(group);
  topics_->check_reachable();
  const KafkaHandle client(KafkaRole::kAdmin, properties_, monitor_, {}, {});
  const KafkaDeadline deadline(topics_->timeout());
  const rd_kafka_resp_err_t code = retry_kafka(deadline, [&] {
    const KafkaDeleteGroup request(rd_kafka_DeleteGroup_new(group.c_str()));
    const KafkaEvent answer =
        kafka_admin_call(client, RD_KAFKA_ADMIN_OP_DELETEGROUPS, deadline, what,
                         [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                           // A request that times out inside the client is the one that ends the process. This one
                           // ends with the client, when the deadline has passed.
                           constexpr int kAnHourMs = 3'600'000;
                           rd_kafka_AdminOptions_set_request_timeout(options, kAnHourMs, nullptr, 0);
                           rd_kafka_DeleteGroup_t* one = request.get();
                           rd_kafka_DeleteGroups(client.get(), &one, 1, options, queue);
                         });
    size_t count = 0;
    const rd_kafka_group_result_t** groups =
        rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(answer.get()), &count);
    if (count == 0) return RD_KAFKA_RESP_ERR__RETRY;
    const rd_kafka_error_t* error = rd_kafka_group_result_error(groups[0]);
    return error ? rd_kafka_error_code(error) : RD_KAFKA_RESP_ERR_NO_ERROR;
  });
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) return;
  throw kafka_error(code, what);
}

}  // namespace weir::log
