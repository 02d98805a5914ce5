// Copies of other servers' state (num.standby.replicas): this server follows the changelogs of tasks that lie in other
// servers' slots, so that it needs only the last moments of them when it takes such a slot over. Which servers follow a
// slot all of them work out alike, from who is alive. Owned by the worker pool, with a thread of its own; its public
// functions may be called from any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "engine/runtime/background_thread.h"
#include "engine/runtime/query_definition.h"
#include "engine/runtime/server_info.h"

namespace weir {

// The slots, of `slots`, that `server` is to follow: each has the first `replicas`, in an order of its own (rendezvous
// hashing), of the servers that are alive and don't own it.
std::set<int32_t> followed_slots(const std::vector<ServerInfo>& servers, const std::string& server, int32_t slots,
                                 int replicas);

class Standby {
 public:
  struct Options {
    int replicas = 1;
    int32_t slots = 0;  // of the service
    // Called by the thread, which holds no lock then.
    std::function<std::vector<ServerInfo>()> servers;
    std::function<std::vector<std::shared_ptr<const QueryDefinition>>()> queries;
  };

  Standby(const RuntimeServices& services, Options options);
  ~Standby();

  // These become this server's own: what follows them is written to the disk and closed when this returns.
  void yield_slots(const std::set<int32_t>& slots);
  void slots_gone(const std::set<int32_t>& slots);  // … and are so no longer
  // The query is stopped: the same.
  void yield_query(const std::string& id);

 private:
  struct Copy;  // of the tasks of one query

  void follow();
  void choose();
  void drop(Copy& copy);

  const RuntimeServices& services_;
  const Options options_;
  std::mutex mutex_;  // held for one step of work at a time
  std::set<int32_t> own_;
  uint64_t yields_ = 0;
  std::map<std::string, std::unique_ptr<Copy>> copies_;  // by query
  int64_t next_checkpoint_ms_ = 0;
  std::unique_ptr<BackgroundThread> thread_;
};

}  // namespace weir
