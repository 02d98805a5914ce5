// The process's StateEnvironment: what the databases of all tasks share. Thread-safe; tasks keep it alive.
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/write_buffer_manager.h>

#include <memory>

#include "storage/state/cache_pool.h"
#include "storage/state/state.h"

namespace weir::state {

class Environment : public StateEnvironment {
 public:
  explicit Environment(const StateOptions& options);
  const StateOptions& options() const override { return options_; }
  size_t memory_used() const override;

  // Null when in memory.
  const std::shared_ptr<rocksdb::Cache>& block_cache() const { return block_cache_; }
  const std::shared_ptr<rocksdb::WriteBufferManager>& write_buffers() const { return write_buffers_; }
  CachePool& caches() { return caches_; }
  rocksdb::Env* files() const { return files_ ? files_.get() : rocksdb::Env::Default(); }

 private:
  StateOptions options_;
  CachePool caches_;
  std::unique_ptr<rocksdb::Env> files_;
  std::shared_ptr<rocksdb::Cache> block_cache_;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers_;
};

}  // namespace weir::state
