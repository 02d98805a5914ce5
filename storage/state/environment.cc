#include "storage/state/environment.h"

#include "storage/state/unsynced_file_system.h"

namespace weir::state {

Environment::Environment(const StateOptions& options) : options_(options), caches_(options.cache_bytes) {
  if (options.in_memory) return;
  block_cache_ = rocksdb::NewLRUCache(options.block_cache_bytes);
  if (!options.sync) files_ = rocksdb::NewCompositeEnv(std::make_shared<UnsyncedFileSystem>());
  write_buffers_ = std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes);
}

size_t Environment::memory_used() const {
  if (options_.in_memory) return 0;
  return block_cache_->GetUsage() + write_buffers_->memory_usage();
}

std::shared_ptr<StateEnvironment> StateEnvironment::create(const StateOptions& options) {
  return std::make_shared<Environment>(options);
}

}  // namespace weir::state
