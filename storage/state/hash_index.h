// An open-addressing index from 64-bit hashes to 64-bit references, where 0 is no reference. It owns slots, never what
// the references mean: the caller compares keys. One probe costs one cache line in most cases, which is why it is not a
// node-based or grouped table: the stores' hot path is a cache miss here and one at the row itself.
//
// Owned by a store, used from its task's thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::state {

class HashIndex {
 public:
  struct Slot {
    uint64_t hash = 0;
    uint64_t ref = 0;
  };

  size_t size() const { return size_; }
  size_t memory() const { return slots_.size() * sizeof(Slot); }

  // The slot of `hash` for whose reference matches(ref) holds, or nullptr. Valid until the next insert() or erase();
  // its reference may be replaced by another one, not by 0.
  template <class Matches>
  Slot* find(uint64_t hash, Matches&& matches) {
    if (slots_.empty()) return nullptr;
    for (size_t i = hash & mask_;; i = (i + 1) & mask_) {
      Slot& slot = slots_[i];
      if (slot.ref == 0) return nullptr;
      if (slot.hash == hash && matches(slot.ref)) return &slot;
    }
  }

  void prefetch(uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[hash & mask_]);
  }

  // The first reference of the hash, 0 without one: a guess at what find() gives that needs no look at the keys.
  uint64_t first(uint64_t hash) const {
    if (slots_.empty()) return 0;
    size_t i = hash & mask_;
    while (slots_[i].ref != 0 && slots_[i].hash != hash) i = (i + 1) & mask_;
    return slots_[i].ref;
  }

  // Adds a reference. When the index is full it grows, and forgets the references for which keep(ref) is false.
  template <class Keep>
  void insert(uint64_t hash, uint64_t ref, Keep&& keep) {
    if ((size_ + 1) * 3 > slots_.size() * 2) rebuild(keep);
    place(hash, ref);
  }
  void insert(uint64_t hash, uint64_t ref) {
    insert(hash, ref, [](uint64_t) { return true; });
  }

  // Frees the slot by moving later ones of the probe sequence up, so that no tombstones pile up.
  void erase(Slot* slot) {
    size_t hole = static_cast<size_t>(slot - slots_.data());
    for (size_t i = (hole + 1) & mask_; slots_[i].ref != 0; i = (i + 1) & mask_) {
      const size_t home = slots_[i].hash & mask_;
      if (((i - home) & mask_) >= ((i - hole) & mask_)) {
        slots_[hole] = slots_[i];
        hole = i;
      }
    }
    slots_[hole] = Slot{};
    --size_;
  }

  void clear() {
    slots_ = {};
    mask_ = size_ = 0;
  }

 private:
  void place(uint64_t hash, uint64_t ref) {
    size_t i = hash & mask_;
    while (slots_[i].ref != 0) i = (i + 1) & mask_;
    slots_[i] = Slot{hash, ref};
    ++size_;
  }

  template <class Keep>
  void rebuild(Keep&& keep) {
    size_t kept = 0;
    for (Slot& slot : slots_) {
      if (slot.ref == 0) continue;
      if (keep(slot.ref)) {
        ++kept;
      } else {
        slot = Slot{};  // breaks probe sequences, which the copy below doesn't use
      }
    }
    std::vector<Slot> old(std::bit_ceil(kept * 2 + 16));
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    size_ = 0;
    for (const Slot& slot : old) {
      if (slot.ref != 0) place(slot.hash, slot.ref);
    }
  }

  std::vector<Slot> slots_;
  size_t mask_ = 0;
  size_t size_ = 0;
};

}  // namespace weir::state
