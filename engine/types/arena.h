// Memory for the strings that a batch's kernels produce: bump allocation, freed all at once. Owned by a task (or a
// statement), one thread; everything allocated is valid until reset(), which the owner calls between batches.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace weir {

class Arena {
 public:
  explicit Arena(size_t block_bytes = size_t{64} * 1024) : block_bytes_(block_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  char* allocate(size_t bytes) {
    if (bytes > static_cast<size_t>(end_ - next_)) grow(bytes);
    char* out = next_;
    next_ += bytes;
    return out;
  }
  std::string_view copy(std::string_view text) {
    if (text.empty()) return "";
    char* out = allocate(text.size());
    std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }
  // Gives back the tail of the newest allocation: allocate(bound), write, shrink to what was used.
  void give_back(size_t bytes) { next_ -= bytes; }

  // Forgets everything; keeps one block, sized by what was used so far (at most 1 MiB).
  void reset();
  size_t bytes_reserved() const;

 private:
  void grow(size_t bytes);
  struct Block {
    std::unique_ptr<char[]> memory;
    size_t size;
  };
  size_t block_bytes_;
  std::vector<Block> blocks_;
  char* next_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace weir
