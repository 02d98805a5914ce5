#include "engine/exec/expiry_queue.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <stdexcept>

#include "storage/state/codec.h"

namespace weir {

namespace {

// So many notes are read ahead, and at most twice as many held.
constexpr size_t kNotesAhead = 512;
// Every note's value: the version of its form.
constexpr char kNoteVersion = 1;
// The key under which stream time is kept; shorter than any note.
constexpr std::string_view kStreamTimeKey("\0", 1);

void check_note_version(std::string_view value) {
  if (value.empty() || value[0] != kNoteVersion) {
    throw std::runtime_error("the state has a note of a row's end in a form that this version doesn't read");
  }
}

}  // namespace

void ExpiryQueue::start(const VisitRows& rows) {
  if (started_) return;
  started_ = true;
  if (const auto kept = notes_.get(kStreamTimeKey)) {
    check_note_version(*kept);
    if (kept->size() != 1 + sizeof(int64_t)) throw std::runtime_error("the state's stream time is damaged");
    std::memcpy(&stream_time_, kept->data() + 1, sizeof(stream_time_));
    saved_time_ = stream_time_;
    horizon_ = horizon_at(stream_time_);
    return;
  }
  rows([this](std::string_view key, int64_t time) {
    stream_time_ = std::max(stream_time_, time);
    add(key, time);
  });
  if (stream_time_ != std::numeric_limits<int64_t>::min()) horizon_ = horizon_at(stream_time_);
}

void ExpiryQueue::save() {
  if (stream_time_ == saved_time_) return;
  note_.assign(1, kNoteVersion);
  note_.append(reinterpret_cast<const char*>(&stream_time_), sizeof(stream_time_));
  notes_.put(kStreamTimeKey, note_);
  saved_time_ = stream_time_;
}

bool ExpiryQueue::empty() {
  if (head_.empty() && !head_is_all_) load_head();
  return head_.empty();
}

void ExpiryQueue::add(std::string_view key, int64_t time) {
  note_.clear();
  state::append_time(note_, time);
  note_.append(key);
  notes_.put(note_, std::string_view(&kNoteVersion, 1));
  next_ = std::min(next_, time);
  if (!head_is_all_ && note_ >= head_end_) return;
  head_.insert(note_);
  if (head_.size() <= 2 * kNotesAhead) return;
  auto end = head_.begin();
  std::advance(end, kNotesAhead);
  head_end_ = *end;
  head_is_all_ = false;
  head_.erase(end, head_.end());
}

bool ExpiryQueue::take_note(std::string& key, int64_t& time) {
  if (empty()) {
    next_ = std::numeric_limits<int64_t>::max();
    return false;
  }
  const std::string& first = *head_.begin();
  time = next_ = state::load_time(first.data());
  if (time >= horizon_) return false;
  key.assign(first, sizeof(int64_t));
  notes_.remove(first);
  head_.erase(head_.begin());
  return true;
}

void ExpiryQueue::load_head() {
  notes_.scan(head_end_, {}, [this](std::string_view note, std::string_view value) {
    if (note.size() < sizeof(int64_t)) return true;  // stream time
    check_note_version(value);
    head_.insert(head_.end(), std::string(note));
    return head_.size() < kNotesAhead;
  });
  head_is_all_ = head_.size() < kNotesAhead;
  if (!head_is_all_) head_end_.assign(*head_.rbegin()).push_back('\0');  // right behind it
}

}  // namespace weir
