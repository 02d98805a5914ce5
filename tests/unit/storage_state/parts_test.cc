// The pieces that the stores are made of.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>

#include "storage/state/changelog_block.h"
#include "storage/state/codec.h"
#include "storage/state/hash_index.h"
#include "storage/state/row_arena.h"
#include "storage/state/run.h"
#include "storage/state/session_codec.h"
#include "storage/varint.h"

using namespace weir::state;  // NOLINT: a test of this namespace's parts

TEST_CASE("times sort as bytes") {
  std::vector<int64_t> times = {INT64_MIN, INT64_MIN + 1, -1000, -1, 0, 1, 255, 256, 1'700'000'000'000, INT64_MAX};
  for (size_t i = 0; i < times.size(); ++i) {
    std::string a;
    append_time(a, times[i]);
    CHECK(load_time(a.data()) == times[i]);
    if (i == 0) continue;
    std::string b;
    append_time(b, times[i - 1]);
    CHECK(b < a);
  }
}

TEST_CASE("varints survive, and damaged ones are refused") {
  for (const uint64_t number : {uint64_t{0}, uint64_t{127}, uint64_t{128}, uint64_t{1} << 35, UINT64_MAX}) {
    std::string bytes;
    weir::append_varint(bytes, number);
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      std::string_view in = std::string_view(bytes).substr(0, cut);
      uint64_t found = 0;
      CHECK(!read_varint(in, found));
      CHECK(in.size() == cut);
    }
    bytes += "rest";
    std::string_view in = bytes;
    uint64_t found = 0;
    REQUIRE(read_varint(in, found));
    CHECK(found == number);
    CHECK(in == "rest");
  }
  std::string_view too_long("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10);
  uint64_t found = 0;
  CHECK(!read_varint(too_long, found));
  for (const int64_t number : {int64_t{0}, int64_t{-1}, int64_t{1}, INT64_MIN, INT64_MAX}) {
    CHECK(weir::unzigzag(weir::zigzag(number)) == number);
  }
}

TEST_CASE("escaped keys keep their order whatever follows, and never collide") {
  std::vector<std::string> keys = {""};
  const std::string bytes("\0\1a\xfe\xff", 5);
  for (size_t from = 0; from < 200 && keys.size() < 500; ++from) {
    for (const char byte : bytes) keys.push_back(keys[from] + byte);
  }
  std::sort(keys.begin(), keys.end());
  std::string previous;
  for (size_t i = 0; i < keys.size(); ++i) {
    std::string low;
    append_escaped(low, keys[i]);
    std::string_view in = low;
    std::string key;
    REQUIRE(read_escaped(in, key));
    CHECK(key == keys[i]);
    CHECK(in.empty());
    if (i > 0) CHECK(previous < low + std::string(8, '\0'));
    previous = low + std::string(8, '\xff');
  }
  std::string key;
  for (const std::string_view bad :
       {std::string_view(""), std::string_view("a"), std::string_view("a\0", 2), std::string_view("a\0\1", 3)}) {
    std::string_view in = bad;
    CHECK(!read_escaped(in, key));
  }
}

TEST_CASE("the rows of a session know their end in both places on disk") {
  std::string escaped;
  append_escaped(escaped, std::string_view("t\0k", 3));
  std::string row;
  encode_session_row(row, escaped, 5, 17);
  CHECK(session_end(row) == 17);
  CHECK(session_start(row) == 5);
  CHECK(session_escaped_key(row) == escaped);
  CHECK(session_row_time(std::string(1, kSessionByTime) + row) == 17);
  std::string by_key;
  encode_session_key_row(by_key, escaped, 5, 17);
  CHECK(session_row_time(by_key) == 17);
  CHECK(session_key_row_prefix(by_key) == std::string(1, kSessionByKey) + escaped);
  CHECK(is_session_key_row(by_key));
  CHECK(!is_session_key_row(std::string(1, kSessionByTime) + row));
}

TEST_CASE("horizons don't overflow") {
  CHECK(saturating_subtract(INT64_MIN, 1) == INT64_MIN);
  CHECK(saturating_subtract(INT64_MIN + 5, 10) == INT64_MIN);
  CHECK(saturating_subtract(INT64_MAX, -1) == INT64_MAX);
  CHECK(saturating_subtract(10, 3) == 7);
  CHECK(floor_divide(-1, 10) == -1);
  CHECK(floor_divide(-10, 10) == -1);
  CHECK(floor_divide(9, 10) == 0);
}

TEST_CASE("the hash index agrees with a set, with clustered hashes and references that die") {
  std::mt19937_64 random(5);
  HashIndex index;
  std::set<std::pair<uint64_t, uint64_t>> model;
  std::set<uint64_t> dead;
  uint64_t next = 1;
  for (int step = 0; step < 50'000; ++step) {
    const uint64_t hash = random() % 64 * 0x100000001ull;  // many equal ones
    if (random() % 3 != 0) {
      index.insert(hash, next, [&](uint64_t ref) { return !dead.contains(ref); });
      model.emplace(hash, next++);
    } else if (!model.empty()) {
      auto it = model.lower_bound({hash, random() % next});
      if (it == model.end()) it = model.begin();
      HashIndex::Slot* slot = index.find(it->first, [&](uint64_t ref) { return ref == it->second; });
      REQUIRE(slot != nullptr);
      if (step % 2 == 0) {
        index.erase(slot);
      } else {
        dead.insert(it->second);
      }
      model.erase(it);
    }
    if (step % 1000 != 999) continue;
    for (const auto& [h, ref] : model) REQUIRE(index.find(h, [&](uint64_t found) { return found == ref; }) != nullptr);
    for (const auto& [h, ref] : model) REQUIRE(index.first(h) != 0);
    REQUIRE(index.find(7, [](uint64_t) { return true; }) == nullptr);
    REQUIRE(index.first(7) == 0);
  }
}

TEST_CASE("the arena keeps rows of any size, drops from the front and truncates at the back") {
  RowArena arena(100);
  CHECK(arena.memory() == 0);
  std::vector<RowRef> refs;
  std::vector<RowArena::Position> places;
  for (int i = 0; i < 3000; ++i) {
    places.push_back(arena.end());
    refs.push_back(arena.append("key" + std::to_string(i), i, std::string(i == 1500 ? 1'000'000 : i % 400, 'v')));
  }
  CHECK(arena.next_sequence() == 3100);
  CHECK(arena.first_sequence() == 100);
  for (size_t i = 0; i < refs.size(); ++i) {
    REQUIRE(arena.row(refs[i]).key() == "key" + std::to_string(i));
    REQUIRE(arena.row(refs[i]).value().size() == (i == 1500 ? 1'000'000 : i % 400));
  }
  size_t visited = 0;
  arena.for_each(places[700],
                 [&](RowRef ref, const Row& row) { visited += ref == refs[700 + visited] && row.time >= 700; });
  CHECK(visited == 2300);
  visited = 0;
  arena.for_each_between(1000, 1009, [&](const Row&) { ++visited; });
  CHECK(visited == 10);

  arena.truncate(places[2000]);
  CHECK(arena.next_sequence() == 2100);
  CHECK(arena.append("again", 2000, "v") == refs[2000]);

  while (arena.drop_oldest(places[1000])) {
  }
  CHECK(arena.first_sequence() > 100);
  CHECK(arena.first_sequence() <= 1100);
  CHECK(!arena.alive(refs[0]));
  CHECK(arena.alive(refs[1000]));
  const auto first = arena.clamp(places[0]);
  CHECK(first.sequence == arena.first_sequence());
  size_t bytes = 0;
  arena.for_each(first, [&](RowRef, const Row& row) { bytes += Row::footprint(row.key_size, row.value_size); });
  CHECK(arena.bytes_since(first) == bytes);
  arena.drop_expired(5000);
  CHECK(arena.empty());
  CHECK(arena.memory() == 0);
  CHECK(arena.first_sequence() == 2101);
}

TEST_CASE("a run's filter has all its hashes and few others") {
  std::mt19937_64 random(3);
  RunFilter filter(10'000);
  std::vector<uint64_t> hashes;
  for (int i = 0; i < 10'000; ++i) filter.add(hashes.emplace_back(random()));
  RunFilter loaded;
  REQUIRE(loaded.load(filter.bytes()));
  for (const uint64_t hash : hashes) REQUIRE(loaded.may_contain(hash));
  int wrong = 0;
  for (int i = 0; i < 100'000; ++i) wrong += loaded.may_contain(random());
  CHECK(wrong < 1500);
  CHECK(!loaded.load("not a multiple of a line"));
  CHECK(!RunFilter().may_contain(1));
}

TEST_CASE("changelog blocks are bounded and come back as they were") {
  for (const BlockKind kind : {BlockKind::kAppend, BlockKind::kUpsert, BlockKind::kSession}) {
    struct Written {
      int64_t time, start;
      std::string key;
      std::optional<std::string> value;
    };
    std::vector<Written> rows = {{INT64_MAX, INT64_MIN, "", ""}, {INT64_MIN, INT64_MAX, std::string(3, '\0'), "x"}};
    for (int i = 0; i < 5000; ++i) {
      rows.push_back(
          {i * 1000 - 77, i * 500, "key" + std::to_string(i), std::string(static_cast<size_t>(i % 300), 'v')});
    }
    rows.push_back({1, 1, "large", std::string(500'000, 'l')});
    if (kind != BlockKind::kAppend) rows.push_back({5, 4, "gone", std::nullopt});
    BlockWriter writer;
    std::vector<std::string> blocks;
    const BlockWriter::Emit emit = [&](const ChangelogRecord& record) {
      CHECK(record.key.empty());
      blocks.emplace_back(*record.value);
    };
    writer.start(kind, 12345, emit);
    for (const Written& row : rows) {
      writer.add(
          {row.time, row.start, row.key, row.value ? std::optional<std::string_view>(*row.value) : std::nullopt});
    }
    writer.finish();
    CHECK(blocks.size() > 4);
    size_t n = 0;
    for (const std::string& block : blocks) {
      CHECK((block.size() <= BlockWriter::kBlockBytes || block.size() < 500'100));
      BlockReader reader("store", kind, block);
      CHECK(reader.observed_time() == 12345);
      BlockRow row;
      while (reader.next(row)) {
        REQUIRE(n < rows.size());
        REQUIRE(row.time == rows[n].time);
        if (kind == BlockKind::kSession) REQUIRE(row.start == rows[n].start);
        REQUIRE(row.key == rows[n].key);
        REQUIRE(row.value == rows[n].value);
        ++n;
      }
    }
    CHECK(n == rows.size());

    // Time alone is a block too.
    blocks.clear();
    writer.start(kind, -5, emit);
    writer.finish();
    REQUIRE(blocks.size() == 1);
    CHECK(BlockReader("store", kind, blocks[0]).observed_time() == -5);
  }
}

TEST_CASE("bytes that are no block are refused, never read beyond their end") {
  BlockWriter writer;
  std::string block;
  const BlockWriter::Emit emit = [&](const ChangelogRecord& record) { block = *record.value; };
  writer.start(BlockKind::kSession, 1, emit);
  for (int i = 0; i < 20; ++i) writer.add({i, i - 5, "key", "value"});
  writer.finish();
  const auto read_all = [](const std::string& bytes, BlockKind kind) {
    BlockReader reader("orders", kind, bytes);
    BlockRow row;
    while (reader.next(row)) {
    }
  };
  CHECK_THROWS_WITH_AS(read_all(block, BlockKind::kUpsert), doctest::Contains("'orders'"), StateError);
  CHECK_THROWS_AS(read_all("", BlockKind::kSession), StateError);
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = block.substr(0, random() % (block.size() + 1));
    for (int flips = static_cast<int>(random() % 4); flips > 0 && !damaged.empty(); --flips) {
      damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
    }
    const std::string exact(damaged);  // a block of its own for the sanitizer
    try {
      read_all(exact, BlockKind::kSession);
    } catch (const StateError&) {
    }
  }
}
