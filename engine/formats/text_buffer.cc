#include "engine/formats/text_buffer.h"

#include <algorithm>

namespace weir {

void TextBuffer::grow(size_t bytes) {
  const size_t capacity = std::max<size_t>({1024, capacity_ * 2, size_ + bytes});
  std::unique_ptr<char[]> memory(new char[capacity]);
  if (size_ > 0) std::memcpy(memory.get(), memory_.get(), size_);
  memory_ = std::move(memory);
  capacity_ = capacity;
}

}  // namespace weir
