// Goes through a store's rows in order: those that differ from the disk, from the cache, and the others from the disk.
#pragma once

#include <string>
#include <string_view>

#include "storage/state/database.h"
#include "storage/state/entry_table.h"

namespace weir::state {

// Visits the present rows from `from` on with visit(row_key, value, from_disk) until it returns false. On disk, row
// keys have `disk_prefix` before them. `disk` may be null. The visitor must not change the store; it may read from it.
template <class Visit>
void merged_scan(const EntryTable::Ordered& changed, Family* disk, std::string_view disk_prefix, std::string_view from,
                 Visit&& visit) {
  auto it = changed.lower_bound(from);
  if (disk == nullptr) {
    for (; it != changed.end(); ++it) {
      if ((*it)->has(Entry::kPresent) && !visit((*it)->key(), (*it)->value(), false)) return;
    }
    return;
  }
  Family::Cursor cursor = disk->cursor();
  cursor.seek(std::string(disk_prefix).append(from));
  for (;;) {
    const bool more = cursor.valid() && cursor.key().starts_with(disk_prefix);
    const std::string_view disk_key = more ? cursor.key().substr(disk_prefix.size()) : std::string_view();
    if (it != changed.end() && (!more || (*it)->key() <= disk_key)) {
      const Entry* entry = *it++;
      if (more && entry->key() == disk_key) cursor.next();  // the disk's version is out of date
      if (entry->has(Entry::kPresent) && !visit(entry->key(), entry->value(), false)) return;
    } else if (more) {
      if (!visit(disk_key, cursor.value(), true)) return;
      cursor.next();
    } else {
      return;
    }
  }
}

}  // namespace weir::state
