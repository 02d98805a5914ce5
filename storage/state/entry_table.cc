#include "storage/state/entry_table.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "storage/state/codec.h"
#include "storage/state/state.h"

namespace weir::state {

namespace {
constexpr size_t kMallocOverhead = 16;
constexpr size_t kLargestEntry = 1u << 30;

// Comparing two keys costs two cache misses. Most comparisons are decided by the eight bytes behind what all keys have
// in common, which are taken along.
void sort_entries(std::vector<Entry*>& entries) {
  if (entries.size() < 2) return;
  std::string_view common = entries[0]->key();
  for (const Entry* entry : entries) {
    const std::string_view key = entry->key();
    const size_t most = std::min(common.size(), key.size());
    common = common.substr(
        0,
        static_cast<size_t>(std::mismatch(common.begin(), common.begin() + most, key.begin()).first - common.begin()));
  }
  struct Sorted {
    uint64_t digits;
    Entry* entry;
  };
  std::vector<Sorted> sorted;
  sorted.reserve(entries.size());
  for (Entry* entry : entries) {
    const std::string_view rest = entry->key().substr(common.size());
    char digits[8] = {};  // shorter keys: equal digits are compared in full
    if (!rest.empty()) std::memcpy(digits, rest.data(), std::min(rest.size(), sizeof digits));
    sorted.push_back({load_big_endian(digits), entry});
  }
  std::sort(sorted.begin(), sorted.end(), [](const Sorted& a, const Sorted& b) {
    return a.digits != b.digits ? a.digits < b.digits : a.entry->key() < b.entry->key();
  });
  for (size_t i = 0; i < sorted.size(); ++i) entries[i] = sorted[i].entry;
}

Entry* as_entry(uint64_t ref) { return reinterpret_cast<Entry*>(ref); }
uint64_t as_ref(Entry* entry) { return reinterpret_cast<uint64_t>(entry); }
}  // namespace

void EntryLink::unlink() {
  previous->next = next;
  next->previous = previous;
  previous = next = this;
}

void EntryLink::push_back(EntryLink& link) {
  link.previous = previous;
  link.next = this;
  previous->next = &link;
  previous = &link;
}

EntryTable::~EntryTable() {
  for (const Undo& undo : uncommitted_) std::free(undo.data);
  for (auto& [number, segment] : segments_) {
    for (EntryLink* list : {&segment->clean, &segment->dirty}) {
      while (!list->alone()) {
        Entry* entry = static_cast<Entry*>(list->next);
        entry->unlink();
        std::free(entry->data);
        std::free(entry);
      }
    }
  }
}

Entry* EntryTable::find(std::string_view key, uint64_t hash) {
  const HashIndex::Slot* slot = index_.find(hash, [&](uint64_t ref) { return as_entry(ref)->key() == key; });
  if (slot == nullptr) return nullptr;
  Entry* entry = as_entry(slot->ref);
  entry->flags |= Entry::kReferenced;
  return entry;
}

Entry& EntryTable::add_loaded(std::string_view key, uint64_t hash, std::optional<std::string_view> value) {
  Entry* entry = create(key, hash, value ? Entry::kOnDisk : 0);
  if (value) {
    set_value(entry, *value);
    set_present(entry, true);
  }
  return *entry;
}

void EntryTable::write(std::string_view key, uint64_t hash, std::optional<std::string_view> value, bool known_new) {
  if (value && (key.size() > kLargestEntry || value->size() > kLargestEntry)) {
    throw StateError("A row of " + std::to_string(key.size() + value->size()) +
                     " bytes is too large for a state store: keys and values may have up to 1 GiB.");
  }
  Entry* entry = find(key, hash);
  const bool created = entry == nullptr;
  if (created) {
    const bool on_disk = disk_ && !known_new;
    if (!value && !on_disk) return;
    entry = create(key, hash, on_disk ? Entry::kOnDisk : 0);
  } else if (!value && !entry->has(Entry::kPresent)) {
    return;
  }
  if (!entry->has(Entry::kUncommitted)) {
    uncommitted_.push_back({entry, entry->data, entry->size, entry->capacity, entry->flags, created});
    // The old value now belongs to the undo record; it stays in used, but is no longer dirty.
    if (entry->has(Entry::kDirty)) budget_.dirty -= data_bytes(entry->data, entry->capacity);
    entry->data = nullptr;
    entry->size = entry->capacity = 0;
    entry->flags |= Entry::kUncommitted;
    if (!entry->has(Entry::kDirty)) make_dirty(entry);
  }
  if (value) set_value(entry, *value);
  set_present(entry, value.has_value());
}

void EntryTable::committed() {
  for (const Undo& undo : uncommitted_) {
    budget_.used -= data_bytes(undo.data, undo.capacity);
    std::free(undo.data);
    Entry* entry = undo.entry;
    entry->flags &= static_cast<uint8_t>(~Entry::kUncommitted);
    if (entry->has(Entry::kPresent)) continue;
    if (entry->has(Entry::kOnDisk)) {
      free_value(entry);
    } else {
      destroy(entry);  // it never got to the disk, so nothing has to be removed there
    }
  }
  const bool large = uncommitted_.size() > 4096;
  uncommitted_.clear();
  if (large) uncommitted_.shrink_to_fit();
}

void EntryTable::aborted() {
  for (auto undo = uncommitted_.rbegin(); undo != uncommitted_.rend(); ++undo) {
    Entry* entry = undo->entry;
    free_value(entry);
    if ((undo->flags & Entry::kDirty) == 0) leave_dirty(entry);
    entry->data = undo->data;
    entry->size = undo->size;
    entry->capacity = undo->capacity;
    if (entry->has(Entry::kDirty)) budget_.dirty += data_bytes(entry->data, entry->capacity);
    set_present(entry, (undo->flags & Entry::kPresent) != 0);
    entry->flags = undo->flags;
    if (undo->created) forget(entry);  // only the disk knows now
  }
  uncommitted_.clear();
}

const EntryTable::Ordered& EntryTable::ordered() {
  changes_since_scan_ = 0;
  if (!order_kept_) {
    const std::vector<Entry*> entries = sorted_dirty();
    ordered_.insert(entries.begin(), entries.end());
    order_kept_ = true;
  }
  return ordered_;
}

std::vector<Entry*> EntryTable::sorted_dirty() const {
  std::vector<Entry*> entries;
  for (const auto& [number, segment] : segments_) {
    for (EntryLink* link = segment->dirty.next; link != &segment->dirty; link = link->next) {
      entries.push_back(static_cast<Entry*>(link));
    }
  }
  sort_entries(entries);
  return entries;
}

void EntryTable::checkpointed() {
  ordered_.clear();
  for (auto& [number, segment] : segments_) {
    while (!segment->dirty.alone()) {
      Entry* entry = static_cast<Entry*>(segment->dirty.next);
      entry->unlink();
      budget_.dirty -= footprint(*entry);
      entry->flags &= static_cast<uint8_t>(~(Entry::kDirty | Entry::kOnDisk));
      segment->clean.push_back(*entry);
      if (entry->has(Entry::kPresent)) {
        entry->flags |= Entry::kOnDisk;
      } else if (!options_.remember_absent) {
        destroy(entry);
      }
    }
  }
  new_present_ = 0;
}

void EntryTable::drop_expired(int64_t horizon) {
  if (options_.segment_ms <= 0) return;
  // A segment n ends at (n + 1) * segment_ms - 1.
  const int64_t last = floor_divide(horizon, options_.segment_ms);
  const uint64_t into_last =
      static_cast<uint64_t>(horizon) - static_cast<uint64_t>(last) * static_cast<uint64_t>(options_.segment_ms);
  const int64_t first_live = into_last + 1 == static_cast<uint64_t>(options_.segment_ms) ? last + 1 : last;
  while (!segments_.empty() && segments_.begin()->first < first_live) {
    Segment& segment = *segments_.begin()->second;
    for (EntryLink* list : {&segment.dirty, &segment.clean}) {
      while (!list->alone()) destroy(static_cast<Entry*>(list->next));
    }
    if (last_segment_ == &segment) last_segment_ = nullptr;
    segments_.erase(segments_.begin());
  }
}

size_t EntryTable::evict(size_t bytes) {
  size_t freed = 0;
  for (auto& [number, segment] : segments_) {
    // Second chance, once: a segment's list is gone through at most twice.
    for (size_t steps = 2 * index_.size(); steps > 0 && freed < bytes && !segment->clean.alone(); --steps) {
      Entry* entry = static_cast<Entry*>(segment->clean.next);
      if (entry->has(Entry::kReferenced)) {
        entry->flags &= static_cast<uint8_t>(~Entry::kReferenced);
        entry->unlink();
        segment->clean.push_back(*entry);
        continue;
      }
      freed += footprint(*entry);
      forget(entry);
    }
    if (freed >= bytes) break;
  }
  return freed;
}

EntryTable::Segment& EntryTable::segment_of(const Entry& entry) {
  const int64_t number = options_.segment_ms > 0 ? floor_divide(options_.time_of(entry.key()), options_.segment_ms) : 0;
  if (last_segment_ == nullptr || last_segment_number_ != number) {
    std::unique_ptr<Segment>& segment = segments_[number];
    if (!segment) segment = std::make_unique<Segment>();
    last_segment_ = segment.get();
    last_segment_number_ = number;
  }
  return *last_segment_;
}

Entry* EntryTable::create(std::string_view key, uint64_t hash, uint8_t flags) {
  void* memory = std::malloc(sizeof(Entry) + key.size());
  if (memory == nullptr) throw std::bad_alloc();
  Entry* entry = new (memory) Entry;
  entry->hash = hash;
  entry->key_size = static_cast<uint32_t>(key.size());
  entry->flags = flags;
  if (!key.empty()) std::memcpy(static_cast<void*>(entry + 1), key.data(), key.size());
  index_.insert(hash, as_ref(entry));
  budget_.used += footprint(*entry) + index_.memory() - index_bytes_;
  index_bytes_ = index_.memory();
  segment_of(*entry).clean.push_back(*entry);
  return entry;
}

void EntryTable::forget(Entry* entry) {
  if (options_.listener != nullptr && entry->has(Entry::kOnDisk)) options_.listener->entry_forgotten(*entry);
  destroy(entry);
}

void EntryTable::destroy(Entry* entry) {
  set_present(entry, false);
  if (entry->has(Entry::kDirty)) leave_dirty(entry);
  entry->unlink();
  index_.erase(index_.find(entry->hash, [&](uint64_t ref) { return as_entry(ref) == entry; }));
  budget_.used -= footprint(*entry);
  std::free(entry->data);
  std::free(entry);
}

void EntryTable::set_present(Entry* entry, bool present) {
  if (entry->has(Entry::kPresent) == present) return;
  entry->flags ^= Entry::kPresent;
  present_ += present ? 1 : -1;
  if (!entry->has(Entry::kOnDisk)) new_present_ += present ? 1 : -1;
  if (options_.listener == nullptr) return;
  if (present) {
    options_.listener->entry_present(*entry);
  } else {
    options_.listener->entry_absent(*entry);
  }
}

void EntryTable::set_value(Entry* entry, std::string_view value) {
  if (entry->data != nullptr && value.size() <= entry->capacity) {
    std::memmove(entry->data, value.data(), value.size());
    entry->size = static_cast<uint32_t>(value.size());
    return;
  }
  const size_t capacity = std::max<size_t>((value.size() + 15) & ~size_t{15}, 16);
  char* data = static_cast<char*>(std::malloc(capacity));
  if (data == nullptr) throw std::bad_alloc();
  if (!value.empty()) std::memcpy(data, value.data(), value.size());
  free_value(entry);  // only now: `value` may be a view of it
  entry->data = data;
  entry->size = static_cast<uint32_t>(value.size());
  entry->capacity = static_cast<uint32_t>(capacity);
  budget_.used += data_bytes(data, entry->capacity);
  if (entry->has(Entry::kDirty)) budget_.dirty += data_bytes(data, entry->capacity);
}

void EntryTable::free_value(Entry* entry) {
  const size_t bytes = data_bytes(entry->data, entry->capacity);
  budget_.used -= bytes;
  if (entry->has(Entry::kDirty)) budget_.dirty -= bytes;
  std::free(entry->data);
  entry->data = nullptr;
  entry->size = entry->capacity = 0;
}

void EntryTable::make_dirty(Entry* entry) {
  entry->flags |= Entry::kDirty;
  budget_.dirty += footprint(*entry);
  entry->unlink();
  segment_of(*entry).dirty.push_back(*entry);
  if (order_kept_) {
    ordered_.insert(entry);
    forget_order_if_unused();
  }
}

void EntryTable::leave_dirty(Entry* entry) {
  if (order_kept_) {
    ordered_.erase(entry);
    forget_order_if_unused();
  }
  entry->flags &= static_cast<uint8_t>(~Entry::kDirty);
  budget_.dirty -= footprint(*entry);
  entry->unlink();
  segment_of(*entry).clean.push_back(*entry);
}

void EntryTable::forget_order_if_unused() {
  if (++changes_since_scan_ <= 2 * ordered_.size() + 1024) return;
  order_kept_ = false;
  ordered_.clear();
}

size_t EntryTable::data_bytes(const char* data, size_t capacity) {
  return data == nullptr ? 0 : capacity + kMallocOverhead;
}

size_t EntryTable::footprint(const Entry& entry) {
  return sizeof(Entry) + entry.key_size + kMallocOverhead + data_bytes(entry.data, entry.capacity);
}

}  // namespace weir::state
