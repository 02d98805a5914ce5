#include "storage/state/unsynced_file_system.h"

namespace weir::state {

namespace {

class UnsyncedFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  using FSWritableFileOwnerWrapper::FSWritableFileOwnerWrapper;
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    return Flush(options, debug);
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    return Flush(options, debug);
  }
  rocksdb::IOStatus RangeSync(uint64_t, uint64_t, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }
};

class UnsyncedDirectory : public rocksdb::FSDirectoryWrapper {
 public:
  using FSDirectoryWrapper::FSDirectoryWrapper;
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus FsyncWithDirOptions(const rocksdb::IOOptions&, rocksdb::IODebugContext*,
                                        const rocksdb::DirFsyncOptions&) override {
    return rocksdb::IOStatus::OK();
  }
};

void wrap_unsynced(std::unique_ptr<rocksdb::FSWritableFile>* file) {
  *file = std::make_unique<UnsyncedFile>(std::move(*file));
}

}  // namespace

UnsyncedFileSystem::UnsyncedFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

rocksdb::IOStatus UnsyncedFileSystem::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                      rocksdb::IODebugContext* debug) {
  rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
  if (status.ok()) wrap_unsynced(file);
  return status;
}

rocksdb::IOStatus UnsyncedFileSystem::ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                                         std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                         rocksdb::IODebugContext* debug) {
  rocksdb::IOStatus status = FileSystemWrapper::ReopenWritableFile(name, options, file, debug);
  if (status.ok()) wrap_unsynced(file);
  return status;
}

rocksdb::IOStatus UnsyncedFileSystem::ReuseWritableFile(const std::string& name, const std::string& old_name,
                                                        const rocksdb::FileOptions& options,
                                                        std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                        rocksdb::IODebugContext* debug) {
  rocksdb::IOStatus status = FileSystemWrapper::ReuseWritableFile(name, old_name, options, file, debug);
  if (status.ok()) wrap_unsynced(file);
  return status;
}

rocksdb::IOStatus UnsyncedFileSystem::NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                                   std::unique_ptr<rocksdb::FSDirectory>* directory,
                                                   rocksdb::IODebugContext* debug) {
  rocksdb::IOStatus status = FileSystemWrapper::NewDirectory(name, options, directory, debug);
  if (status.ok()) *directory = std::make_unique<UnsyncedDirectory>(std::move(*directory));
  return status;
}

}  // namespace weir::state
