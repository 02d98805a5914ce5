// Who this server is among those of its service: a UUID that outlives restarts, so that a server that comes back is
// known as the one that went. It is kept in the file `server-id` of the state directory, which is locked for as long as
// this object lives: two processes can't share a state directory. Owned by the engine; immutable, any thread.
#pragma once

#include <string>

namespace weir {

class ServerId {
 public:
  // Makes the directory and the file where they are missing. An empty directory name: nothing is kept, the id is new.
  // Throws StatementError (kUnavailable: another process has the directory; kInvalid: it can't be written).
  explicit ServerId(const std::string& state_dir);
  ~ServerId();
  ServerId(const ServerId&) = delete;
  ServerId& operator=(const ServerId&) = delete;

  const std::string& id() const { return id_; }

 private:
  std::string id_;
  int file_ = -1;
};

}  // namespace weir
