// The write-back cache below key-value, session and updatable window stores: a hash table of keys with their values,
// which knows for each key whether it has changed since the last commit (and what to put back when that fails) and
// since the last checkpoint (then it may not be evicted).
//
// Owned by a store, used from its task's thread. Knows nothing of RocksDB: the store loads what is missing and writes
// what is dirty.
#pragma once

#include <absl/container/btree_map.h>
#include <absl/container/btree_set.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "storage/state/budget.h"
#include "storage/state/hash_index.h"

namespace weir::state {

// A member of an intrusive list, or its head.
struct EntryLink {
  EntryLink* previous = this;
  EntryLink* next = this;

  bool alone() const { return next == this; }
  void unlink();
  void push_back(EntryLink& link);
};

struct Entry : EntryLink {
  enum Flag : uint8_t {
    kPresent = 1,      // has a value; otherwise the key is known to be absent
    kDirty = 2,        // differs from the last checkpoint
    kUncommitted = 4,  // differs from the last commit
    kReferenced = 8,   // used since eviction last came by
    kOnDisk = 16,      // RocksDB has, or may have, a row of this key
  };

  uint64_t hash = 0;
  char* data = nullptr;
  uint32_t size = 0;
  uint32_t capacity = 0;
  uint32_t key_size = 0;
  uint8_t flags = 0;

  bool has(Flag flag) const { return (flags & flag) != 0; }
  std::string_view key() const { return {reinterpret_cast<const char*>(this + 1), key_size}; }
  std::string_view value() const { return {data, size}; }
  std::optional<std::string_view> optional_value() const {
    return has(kPresent) ? std::optional(value()) : std::nullopt;
  }
};

// Entries in bytewise order of their keys.
struct EntryOrder {
  using is_transparent = void;
  bool operator()(const Entry* a, const Entry* b) const { return a->key() < b->key(); }
  bool operator()(const Entry* a, std::string_view b) const { return a->key() < b; }
  bool operator()(std::string_view a, const Entry* b) const { return a < b->key(); }
};

// Told of every entry that becomes present in the cache, and of every present one that is removed, rolled back or
// evicted.
class EntryListener {
 public:
  virtual ~EntryListener() = default;
  virtual void entry_present(Entry& entry) = 0;
  virtual void entry_absent(Entry& entry) = 0;
  // Before an entry, present or not, leaves the cache while the disk may have the key.
  virtual void entry_forgotten(Entry& entry) = 0;
};

struct EntryTableOptions {
  // Stores that expire: entries are kept in segments of this length by the time that time_of finds in the key.
  int64_t segment_ms = 0;
  int64_t (*time_of)(std::string_view key) = nullptr;
  EntryListener* listener = nullptr;
  bool remember_absent = true;  // keep entries of keys that are known not to be on disk, until they are evicted
};

class EntryTable {
 public:
  using Ordered = absl::btree_set<Entry*, EntryOrder>;

  EntryTable(Budget& budget, const EntryTableOptions& options) : budget_(budget), options_(options) {}
  ~EntryTable();
  EntryTable(const EntryTable&) = delete;
  EntryTable& operator=(const EntryTable&) = delete;

  // The cached entry, present or known to be absent; nullptr when only the disk knows.
  Entry* find(std::string_view key, uint64_t hash);
  void prefetch(uint64_t hash) const { index_.prefetch(hash); }
  // Keys that are not cached may be on disk, from now on.
  void attach_disk() { disk_ = true; }
  // Remembers what the disk has for a key that is not cached: a value, or nothing.
  Entry& add_loaded(std::string_view key, uint64_t hash, std::optional<std::string_view> value);

  // Sets or removes (nullopt) a key's value. The value may be a view of the entry's own. `known_new`: the disk has no
  // row of this key for sure.
  void write(std::string_view key, uint64_t hash, std::optional<std::string_view> value, bool known_new = false);

  // Visits entries changed since the last commit in the order of their first change; not those that came and went.
  template <class Visit>
  void for_each_uncommitted(Visit&& visit) const {
    for (const Undo& undo : uncommitted_) {
      if (!came_and_went(undo)) visit(*undo.entry);
    }
  }
  bool has_uncommitted() const { return !uncommitted_.empty(); }
  void committed();
  void aborted();

  // Entries that differ from the disk, in key order. The reference is valid until the next change.
  const Ordered& ordered();
  // The same for a checkpoint, without keeping an order.
  std::vector<Entry*> sorted_dirty() const;
  // All dirty entries are on disk now.
  void checkpointed();

  // Forgets segments that end at or before `horizon`. Only with nothing uncommitted.
  void drop_expired(int64_t horizon);
  // Evicts clean entries, least recently used ones as far as it knows, oldest segments first, until `bytes` are free or
  // none is left: the bytes freed.
  size_t evict(size_t bytes);

  size_t present() const { return present_; }       // cached entries that have a value
  size_t new_rows() const { return new_present_; }  // of these, those that the disk doesn't have
  size_t size() const { return index_.size(); }
  size_t typical_bytes() const { return index_.memory() + index_.size() * kTypicalEntry; }

 private:
  static constexpr size_t kTypicalEntry = 128;
  struct Segment {
    EntryLink clean;
    EntryLink dirty;
  };
  struct Undo {
    Entry* entry;
    char* data;
    uint32_t size;
    uint32_t capacity;
    uint8_t flags;  // as they were
    bool created;
  };

  static bool came_and_went(const Undo& undo) {
    return undo.created && !undo.entry->has(Entry::kPresent) && !undo.entry->has(Entry::kOnDisk);
  }
  Segment& segment_of(const Entry& entry);
  Entry* create(std::string_view key, uint64_t hash, uint8_t flags);
  void forget(Entry* entry);
  void destroy(Entry* entry);
  void set_present(Entry* entry, bool present);
  void set_value(Entry* entry, std::string_view value);
  void free_value(Entry* entry);
  void make_dirty(Entry* entry);
  void leave_dirty(Entry* entry);
  void forget_order_if_unused();
  static size_t data_bytes(const char* data, size_t capacity);
  static size_t footprint(const Entry& entry);

  Budget& budget_;
  EntryTableOptions options_;
  HashIndex index_;
  size_t index_bytes_ = 0;
  absl::btree_map<int64_t, std::unique_ptr<Segment>> segments_;
  Segment* last_segment_ = nullptr;
  int64_t last_segment_number_ = 0;
  std::vector<Undo> uncommitted_;
  bool disk_ = false;
  size_t present_ = 0;
  size_t new_present_ = 0;
  // Kept only while something scans: the changes since the last scan tell.
  bool order_kept_ = false;
  size_t changes_since_scan_ = 0;
  Ordered ordered_;
};

}  // namespace weir::state
