#include "engine/runtime/query_diagnosis.h"

#include <algorithm>
#include <functional>
#include <set>

#include "engine/runtime/error_routing.h"
#include "engine/types/text.h"

namespace weir {

namespace {

std::string counted(uint64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string shown_time(int64_t millis) { return timestamp_to_text(millis); }

bool any_node(const PlanNode& node, const std::function<bool(const PlanNode&)>& fulfils) {
  return fulfils(node) || std::any_of(node.inputs.begin(), node.inputs.end(),
                                      [&](const PlanNodePtr& input) { return any_node(*input, fulfils); });
}

bool is_join(const PlanNode& node) {
  return node.kind == PlanKind::kStreamJoin || node.kind == PlanKind::kStreamTableJoin ||
         node.kind == PlanKind::kTableJoin || node.kind == PlanKind::kForeignKeyJoin;
}

// A row comes out once stream time has passed something.
bool waits_for_time(const PlanNode& node) {
  return (node.aggregate && node.aggregate->final) ||
         (node.join && node.join->grace_ms && node.join->type != sql::JoinType::kInner);
}

class Diagnosis {
 public:
  Diagnosis(const QueryDefinition& query, log::Log& log)
      : query_(query), status_(*query.status), inputs_(input_progress(query, log)) {}

  std::vector<std::string> tell() {
    if (!tell_state()) return std::move(out_);
    tell_output();
    tell_inputs();
    tell_errors();
    if (const uint64_t filtered = status_.filtered.load(); filtered > 0) {
      say("Conditions (WHERE, HAVING) have left out " + counted(filtered, "row", "rows") + ".");
    }
    if (const uint64_t expired = status_.expired.load(); expired > 0) {
      say(counted(expired, "row has", "rows have") + " ended by a TTL.");
    }
    tell_windows();
    if (status_.records_out.load() == 0 && out_.size() == 1 && read_ > 0) {
      const bool join = any_node(*query_.plan.root, is_join);
      say(join ? "The rows that were read have found no partner in the join: keys must be equal in value and type, and "
                 "of streams the times must be within the WITHIN."
               : "What was read is worked on.");
    }
    return std::move(out_);
  }

 private:
  void say(std::string sentence) { out_.push_back(std::move(sentence)); }

  // False: there is nothing to add.
  bool tell_state() {
    switch (status_.state()) {
      case QueryStatus::State::kPaused:
        say("The query is paused. RESUME " + query_.id + " goes on where it stopped.");
        return false;
      case QueryStatus::State::kError:
        say("The query has ended: " + status_.reason() + " RESUME " + query_.id + " tries again.");
        return false;
      case QueryStatus::State::kRetrying:
        say("The query can't work now and tries again by itself: " + status_.reason());
        return true;
      case QueryStatus::State::kStarting:
        say("The query is starting: its state is being restored.");
        return false;
      case QueryStatus::State::kRunning:
      case QueryStatus::State::kTerminated:
        break;
    }
    return true;
  }

  void tell_output() {
    const uint64_t out = status_.records_out.load();
    if (out == 0) {
      say("Nothing has come out since the start.");
      return;
    }
    const int64_t last = status_.last_output_ms.load();
    say(counted(out, "record has", "records have") + " come out" +
        (last == INT64_MIN ? "." : ", the last at " + shown_time(last) + "."));
  }

  void tell_inputs() {
    for (const PlanNodePtr& source : query_.sources) {
      const std::string& topic = source->source->topic;
      if (!told_topics_.insert(topic).second) continue;
      int64_t there = 0, read = 0, lag = 0;
      for (const InputProgress& input : inputs_) {
        if (input.partition.topic != topic) continue;
        there += input.end - input.begin;
        read += input.position - input.first;
        lag += input.lag();
      }
      read_ += read;
      if (there == 0) {
        say("No input: the topic " + topic + " is empty.");
      } else if (lag > 0) {
        say(counted(static_cast<uint64_t>(lag), "record of ", "records of ") + topic + (lag == 1 ? " waits" : " wait") +
            " to be read.");
      } else if (read == 0) {
        say("No new input: all records of the topic " + topic +
            " were read before this process started, or are older than the query, which began at the topic's end "
            "(auto.offset.reset=latest). To have those as well, SET 'auto.offset.reset'='earliest' and create it "
            "anew.");
      }
    }
  }

  void tell_errors() {
    for (const QueryStatus::ErrorCount& entry : status_.error_counts()) say(error_sentence(entry));
  }

  std::string error_sentence(const QueryStatus::ErrorCount& entry) const {
    const std::string of = " of " + entry.source;
    const std::string last = " The last, at " + shown_time(entry.last_ms) + ": " + entry.last_message + ".";
    const std::string where = " They are in KSQL_PROCESSING_LOG" + letters() + ".";
    switch (entry.stage) {
      case RowError::Stage::kDecodeKey:
      case RowError::Stage::kDecodeValue: {
        const std::string side = entry.stage == RowError::Stage::kDecodeKey ? "key" : "value";
        return "Decode errors: the " + side + " of " + counted(entry.count, "record", "records") + of +
               " can't be read." + where + last;
      }
      case RowError::Stage::kTimestamp:
        return counted(entry.count, "record", "records") + of + " had no valid time." + where + last;
      case RowError::Stage::kEvaluate:
        return "An expression failed for " + counted(entry.count, "row", "rows") + of +
               " and was NULL there. They are in KSQL_PROCESSING_LOG." + last;
      case RowError::Stage::kNullKey:
        return "Null keys: " + counted(entry.count, "row", "rows") + of + " had no key to group or join by." + where +
               last;
      case RowError::Stage::kLate: {
        const std::string& topic = query_.plan.errors.late_topic;
        return "Late: " + counted(entry.count, "row", "rows") + of + " came after the window and its grace period. " +
               (topic.empty() ? "They are in KSQL_PROCESSING_LOG." : "They are in the topic " + topic + ".") + last;
      }
      case RowError::Stage::kEncode:
      case RowError::Stage::kProduce:
        return counted(entry.count, "row", "rows") + of + " couldn't be written." + where + last;
    }
    return "";
  }

  std::string letters() const {
    const std::vector<std::string> topics = dead_letter_topics_of(query_.plan);
    std::string out;
    for (const std::string& topic : topics) out += (out.empty() ? " and in the dead-letter topic " : ", ") + topic;
    return out;
  }

  // Windows close by the stream time of their own partition.
  void tell_windows() {
    if (!any_node(*query_.plan.root, waits_for_time)) return;
    int64_t furthest = INT64_MIN;
    for (const InputProgress& input : inputs_) furthest = std::max(furthest, input.stream_time);
    if (furthest == INT64_MIN) return;
    say("Rows of windows (EMIT FINAL) and of outer joins come out once stream time has passed the window's end and "
        "grace period. Stream time is at " +
        shown_time(furthest) + ".");
    std::string behind;
    for (const InputProgress& input : inputs_) {
      if (input.stream_time >= furthest || input.lag() > 0 || input.end == input.begin) continue;
      if (input.stream_time == INT64_MIN) continue;
      behind += (behind.empty() ? "" : ", ") + input.partition.topic + " partition " +
                std::to_string(input.partition.partition) + " at " + shown_time(input.stream_time);
    }
    if (behind.empty()) return;
    say("An idle partition holds stream time back, and its windows open: " + behind +
        ". They close with later records of those partitions, or by the wall clock where 'idle.timeout' is set.");
  }

  const QueryDefinition& query_;
  const QueryStatus& status_;
  std::vector<InputProgress> inputs_;
  std::set<std::string> told_topics_;
  int64_t read_ = 0;
  std::vector<std::string> out_;
};

}  // namespace

std::vector<InputProgress> input_progress(const QueryDefinition& query, log::Log& log) {
  std::vector<InputProgress> out;
  std::vector<log::TopicPartition> partitions;
  for (const auto& [partition, progress] : query.status->progress()) {
    partitions.push_back(partition);
    out.push_back({partition, log.begin_offset(partition), 0, progress.first, progress.position, progress.stream_time});
  }
  const std::vector<int64_t> ends = log.end_offsets(partitions);
  for (size_t i = 0; i < out.size(); ++i) out[i].end = ends[i];
  return out;
}

std::optional<int64_t> input_lag(const QueryDefinition& query, log::Log& log) {
  std::vector<log::TopicPartition> partitions;
  std::vector<int64_t> positions;
  for (const auto& [partition, progress] : query.status->progress()) {
    const bool source = std::any_of(query.sources.begin(), query.sources.end(),
                                    [&](const PlanNodePtr& node) { return node->source->topic == partition.topic; });
    if (!source) continue;
    partitions.push_back(partition);
    positions.push_back(progress.position);
  }
  if (partitions.empty()) return std::nullopt;
  const std::vector<int64_t> ends = log.end_offsets(partitions);
  int64_t lag = 0;
  for (size_t i = 0; i < ends.size(); ++i) lag += std::max<int64_t>(0, ends[i] - positions[i]);
  return lag;
}

std::vector<std::string> diagnose(const QueryDefinition& query, log::Log& log) { return Diagnosis(query, log).tell(); }

}  // namespace weir
