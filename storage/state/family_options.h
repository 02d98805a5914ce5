// How RocksDB is set up for a task's database and for each kind of store. Pure functions, any thread.
#pragma once

#include <rocksdb/options.h>

#include <atomic>
#include <memory>
#include <string>

#include "storage/state/environment.h"

namespace weir::state {

// The kinds of column families; the letters begin their names on disk.
enum class FamilyKind : char {
  kKeyValue = 'k',
  kAppendWindow = 'a',  // runs of an AppendWindowStore
  kUpsertWindow = 'u',  // time, key
  kSession = 's',       // by key and by end, see CachedSessionStore
};

// "a key-value store" …, for messages.
const char* describe(FamilyKind kind);

// Rows at this time and before are expired and may vanish in a compaction. Shared by a store and its compactions.
using SharedHorizon = std::shared_ptr<std::atomic<int64_t>>;

rocksdb::DBOptions database_options(const Environment& environment);
rocksdb::ColumnFamilyOptions metadata_family_options(const Environment& environment);
rocksdb::ColumnFamilyOptions family_options(const Environment& environment, FamilyKind kind,
                                            const SharedHorizon& horizon);

}  // namespace weir::state
