// A growing byte buffer that is written through a raw pointer: ask for room, write, say how far. One thread.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace weir {

// A constant text that is copied often: its length in whole chunks, so that copying takes a move or two instead of a
// call.
class ChunkedText {
 public:
  static constexpr size_t kChunk = 16;
  explicit ChunkedText(std::string_view text) : size_(text.size()), padded_(text) {
    padded_.resize((size_ + kChunk - 1) / kChunk * kChunk);
  }
  size_t size() const { return size_; }
  const char* data() const { return padded_.data(); }

 private:
  size_t size_;
  std::string padded_;
};

class TextBuffer {
 public:
  void clear() { size_ = 0; }
  size_t size() const { return size_; }
  std::string_view view() const { return {memory_.get(), size_}; }

  // Where the next byte goes; at least `bytes` may be written there, then advance_to() the end of what was.
  char* room(size_t bytes) {
    if (size_ + bytes > capacity_) grow(bytes);
    return memory_.get() + size_;
  }
  void advance_to(const char* end) { size_ = static_cast<size_t>(end - memory_.get()); }

  void append(std::string_view text) {
    if (text.empty()) return;  // it may have no address, which memcpy must not get even for no bytes
    std::memcpy(room(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  void append(const ChunkedText& text) {
    char* to = room(text.size() + ChunkedText::kChunk);
    for (size_t i = 0; i < text.size(); i += ChunkedText::kChunk)
      std::memcpy(to + i, text.data() + i, ChunkedText::kChunk);
    size_ += text.size();
  }
  template <size_t kSize>
  void append(const char (&literal)[kSize]) {
    std::memcpy(room(kSize), literal, kSize);
    size_ += kSize - 1;
  }
  void append(char c) {
    *room(1) = c;
    ++size_;
  }

 private:
  void grow(size_t bytes);

  std::unique_ptr<char[]> memory_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace weir
