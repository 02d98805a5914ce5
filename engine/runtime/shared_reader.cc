#include "engine/runtime/shared_reader.h"

#include <algorithm>

namespace weir {

namespace {

constexpr size_t kPauseRows = 8 * 1024;    // an input that runs ahead of the others is held there …
constexpr size_t kResumeRows = 2 * 1024;   // … until it is down to this
constexpr size_t kDetachRows = 32 * 1024;  // one that others don't let be held falls behind them here

}  // namespace

SharedReader::SharedReader(log::Log& log, std::function<void()> wake) : log_(log), wake_(std::move(wake)) {
  main_.reader = open_reader();
}

SharedReader::~SharedReader() = default;

std::unique_ptr<log::LogReader> SharedReader::open_reader() const {
  auto reader = log_.open_reader();
  reader->on_ready(wake_);
  return reader;
}

void SharedReader::subscribe(RecordTarget& target, size_t input, const log::TopicPartition& partition, int64_t offset) {
  const Subscription subscription{&target, input, offset};
  const auto route = main_.routes.find(partition);
  if (route != main_.routes.end() && offset < route->second.next && !route->second.fresh) {
    add_behind(partition, subscription);
  } else {
    add(main_, partition, subscription);
  }
}

void SharedReader::add(Channel& channel, const log::TopicPartition& partition, const Subscription& subscription) {
  const auto [route, made] = channel.routes.try_emplace(partition);
  if (made || (route->second.fresh && subscription.next < route->second.next)) {
    route->second.next = subscription.next;
    try {
      channel.reader->assign(partition, subscription.next);
    } catch (...) {
      if (made) channel.routes.erase(route);
      throw;
    }
    if (route->second.paused) channel.reader->pause(partition);
  }
  route->second.subscriptions.push_back(subscription);
}

void SharedReader::add_behind(const log::TopicPartition& partition, const Subscription& subscription) {
  for (const auto& channel : behind_) {
    if (!channel->routes.contains(partition)) return add(*channel, partition, subscription);
  }
  behind_.push_back(std::make_unique<Channel>());
  behind_.back()->reader = open_reader();
  add(*behind_.back(), partition, subscription);
}

void SharedReader::unsubscribe(RecordTarget& target) {
  const auto leave = [&](Channel& channel) {
    for (auto route = channel.routes.begin(); route != channel.routes.end();) {
      std::erase_if(route->second.subscriptions, [&](const Subscription& entry) { return entry.target == &target; });
      drop_if_unused(channel, route++);
    }
  };
  leave(main_);
  for (const auto& channel : behind_) leave(*channel);
  std::erase_if(behind_, [](const auto& channel) { return channel->routes.empty(); });
}

void SharedReader::drop_if_unused(Channel& channel, std::map<log::TopicPartition, Route>::iterator route) {
  if (!route->second.subscriptions.empty()) return;
  channel.reader->unassign(route->first);
  channel.routes.erase(route);
}

size_t SharedReader::poll(size_t max_records) {
  size_t taken = 0;
  const auto poll_channel = [&](Channel& channel) {
    for (log::FetchedRecords& records : channel.reader->poll(std::chrono::milliseconds(0), max_records)) {
      const auto route = channel.routes.find(records.source);
      if (route == channel.routes.end() || records.records.empty()) continue;
      taken += records.records.size();
      hand_out(route->second, std::move(records));
    }
  };
  poll_channel(main_);
  if (behind_.empty()) return taken;
  for (const auto& channel : behind_) poll_channel(*channel);
  merge_caught_up();
  return taken;
}

void SharedReader::hand_out(Route& route, log::FetchedRecords records) {
  const int64_t first = records.records.front().offset;
  // The partition begins anew: the topic was deleted and made again under the reader, who has said so.
  const bool begins_anew = first < route.next;
  route.fresh = false;
  route.next = records.records.back().offset + 1;
  for (size_t i = 0; i < route.subscriptions.size(); ++i) {
    Subscription& to = route.subscriptions[i];
    if (begins_anew) to.next = first;
    log::FetchedRecords mine = i + 1 < route.subscriptions.size() ? records : std::move(records);
    if (first < to.next) {
      std::erase_if(mine.records, [&](const log::RecordView& record) { return record.offset < to.next; });
    }
    if (mine.records.empty()) continue;
    to.next = mine.records.back().offset + 1;
    to.target->take(to.input, std::move(mine));
  }
}

// Who is behind has caught up where the main reader goes on, or when nobody is before him any more.
void SharedReader::merge_caught_up() {
  for (const auto& channel : behind_) {
    for (auto route = channel->routes.begin(); route != channel->routes.end();) {
      const auto ahead = main_.routes.find(route->first);
      const bool alone = ahead == main_.routes.end();
      std::vector<Subscription>& waiting = route->second.subscriptions;
      for (auto entry = waiting.begin(); entry != waiting.end();) {
        const bool may_stay = !alone && entry->target->buffered(entry->input) > kResumeRows;
        if (may_stay || (!alone && entry->next < ahead->second.next)) {
          ++entry;
          continue;
        }
        add(main_, route->first, *entry);
        entry = waiting.erase(entry);
        if (alone) break;  // the others of this route, if any, now compare with it
      }
      drop_if_unused(*channel, route++);
    }
  }
  std::erase_if(behind_, [](const auto& channel) { return channel->routes.empty(); });
}

// A partition that several inputs read waits only where all of them have enough: one may be what another waits for.
void SharedReader::balance() {
  std::vector<std::pair<log::TopicPartition, Subscription>> detached;
  const auto balance_channel = [&](Channel& channel) {
    for (auto& [partition, route] : channel.routes) {
      size_t fewest = SIZE_MAX;
      bool waits = false;
      for (const Subscription& entry : route.subscriptions) {
        fewest = std::min(fewest, entry.target->buffered(entry.input));
        waits = waits || entry.target->waits(entry.input);
      }
      if (!waits && !route.paused) continue;
      if (waits && fewest >= kPauseRows && !route.paused) {
        route.paused = true;
        channel.reader->pause(partition);
      } else if (fewest <= kResumeRows && route.paused) {
        route.paused = false;
        channel.reader->resume(partition);
      }
      if (route.paused) continue;
      for (auto entry = route.subscriptions.begin(); entry != route.subscriptions.end();) {
        if (entry->target->buffered(entry->input) < kDetachRows) {
          ++entry;
          continue;
        }
        detached.emplace_back(partition, *entry);
        entry = route.subscriptions.erase(entry);
      }
    }
  };
  balance_channel(main_);
  for (const auto& channel : behind_) balance_channel(*channel);
  for (const auto& [partition, subscription] : detached) add_behind(partition, subscription);
}

bool SharedReader::at_end(const log::TopicPartition& partition, const RecordTarget& target, size_t input) const {
  const auto route = main_.routes.find(partition);
  if (route == main_.routes.end()) return false;
  const bool with_the_others =
      std::any_of(route->second.subscriptions.begin(), route->second.subscriptions.end(),
                  [&](const Subscription& entry) { return entry.target == &target && entry.input == input; });
  return with_the_others && main_.reader->at_end(partition);
}

}  // namespace weir
