#include "storage/log/kafka_assignment.h"

#include <fmt/format.h>

#include "storage/log/kafka_batch.h"
#include "storage/log/kafka_error.h"

namespace weir::log {

KafkaAssignment::KafkaAssignment(std::shared_ptr<KafkaHandle> handle, std::shared_ptr<KafkaReadyList> ready,
                                 KafkaFetchLimits limits, TopicPartition partition, int64_t offset)
    : handle_(std::move(handle)),
      ready_(std::move(ready)),
      limits_(limits),
      partition_(std::move(partition)),
      topic_(rd_kafka_topic_new(handle_->get(), partition_.topic.c_str(), nullptr)),
      queue_(rd_kafka_queue_new(handle_->get())),
      position_query_(rd_kafka_topic_partition_list_new(1)),
      position_(offset) {
  if (!topic_) throw kafka_error(rd_kafka_last_error(), "The " + text() + " can't be read");
  rd_kafka_topic_partition_list_add(position_query_.get(), partition_.topic.c_str(), partition_.partition);
  rd_kafka_queue_cb_event_enable(queue_.get(), on_queue, this);
  start(offset);
}

KafkaAssignment::~KafkaAssignment() {
  rd_kafka_consume_stop(topic_.get(), partition_.partition);
  rd_kafka_queue_cb_event_enable(queue_.get(), nullptr, nullptr);  // after which no callback is under way
  ready_->remove(this);
}

void KafkaAssignment::start(int64_t offset) {
  if (rd_kafka_consume_start_queue(topic_.get(), partition_.partition, offset, queue_.get()) == 0) return;
  throw kafka_error(rd_kafka_last_error(), "The " + text() + " can't be read");
}

void KafkaAssignment::on_queue(rd_kafka_t*, void* opaque) {
  auto* self = static_cast<KafkaAssignment*>(opaque);
  self->ready_->add(self, self->listed_);
}

void KafkaAssignment::list_if_ready() {
  if (more_ && !paused_) ready_->add(this, listed_);
}

void KafkaAssignment::resume() {
  paused_ = false;
  more_ = true;  // it isn't known what came meanwhile
  list_if_ready();
}

std::optional<FetchedRecords> KafkaAssignment::fetch(std::vector<rd_kafka_message_t*>& scratch) {
  const ssize_t taken = rd_kafka_consume_batch_queue(queue_.get(), 0, scratch.data(), scratch.size());
  const size_t count = taken < 0 ? 0 : static_cast<size_t>(taken);
  more_ = count == scratch.size();
  std::vector<rd_kafka_message_t*> messages;
  messages.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    rd_kafka_message_t* message = scratch[i];
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      handle_error(*message);
      rd_kafka_message_destroy(message);
    } else if (message->offset < position_) {
      rd_kafka_message_destroy(message);
    } else {
      at_end_ = false;
      position_ = message->offset + 1;
      run_bytes_ += message->len;
      messages.push_back(message);
    }
  }
  run_messages_ += messages.size();
  const bool any = !messages.empty();
  if (!more_) after_drain();
  if (!any) return std::nullopt;
  const auto batch = std::make_shared<KafkaBatch>(handle_, std::move(messages));
  FetchedRecords fetched;
  fetched.source = partition_;
  fetched.records = batch->records();
  fetched.memory.push_back(batch);
  return fetched;
}

void KafkaAssignment::after_drain() {
  const bool fetching_had_stopped = run_messages_ >= limits_.messages || run_bytes_ >= limits_.bytes;
  if (run_messages_ > 0 && !at_end_) at_end_ = reached_known_end();
  run_messages_ = 0;
  run_bytes_ = 0;
  // When all partitions of a broker were fetched ahead up to the limit, librdkafka 2.0 sleeps up to a second before it
  // looks at their queues again. Seeking to where we are wakes it.
  if (fetching_had_stopped && !at_end_ && position_ >= 0) {
    rd_kafka_seek(topic_.get(), partition_.partition, position_, 0);
  }
}

bool KafkaAssignment::reached_known_end() {
  int64_t low = -1;
  int64_t high = -1;
  const rd_kafka_resp_err_t code =
      rd_kafka_get_watermark_offsets(handle_->get(), partition_.topic.c_str(), partition_.partition, &low, &high);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR || high < 0) return false;
  if (position_ >= high) return true;
  // Behind the last record there may be the marks of transactions, which only librdkafka sees.
  rd_kafka_position(handle_->get(), position_query_.get());
  return position_query_->elems[0].offset >= high;
}

void KafkaAssignment::handle_error(const rd_kafka_message_t& message) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      at_end_ = true;
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      handle_->monitor().error(
          fmt::format("Offset {} of {} doesn't exist: records were deleted, or the topic was made anew; reading goes "
                      "on from the earliest",
                      message.offset, text()));
      rd_kafka_consume_stop(topic_.get(), partition_.partition);
      position_ = kEarliest;
      start(RD_KAFKA_OFFSET_BEGINNING);
      return;
    default:
      handle_->monitor().error(fmt::format("The {} can't be read: {}", text(),
                                           handle_->properties().redact(rd_kafka_message_errstr(&message))));
  }
}

std::string KafkaAssignment::text() const {
  return fmt::format("partition {} of topic '{}'", partition_.partition, partition_.topic);
}

}  // namespace weir::log
