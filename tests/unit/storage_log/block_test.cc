#include "storage/log/block.h"

#include <limits>
#include <random>

#include "log_fixture.h"
#include "storage/log/block_builder.h"
#include "storage/log/block_cursor.h"

namespace weir::log::test {

namespace {

RecordView simple_view(std::string_view key, std::string_view value, int64_t timestamp) {
  RecordView view;
  view.key = key;
  view.value = value;
  view.timestamp = timestamp;
  return view;
}

std::vector<OwnedRecord> decode_block(std::shared_ptr<const Block> block) {
  BlockCursor cursor(std::move(block));
  HeaderArena headers;
  RecordView record;
  std::vector<OwnedRecord> records;
  while (cursor.next(record, headers)) records.push_back(own_record(record));
  return records;
}

}  // namespace

TEST_CASE("a block gives back what was put in, packed and unpacked") {
  BlockBuilder builder;
  std::vector<OwnedRecord> expected;
  const auto add = [&](OwnedRecord record) {
    builder.append(OwnedRecordView(record).get());
    record.offset = 1000 + static_cast<int64_t>(expected.size());
    expected.push_back(std::move(record));
  };
  add({"k", "v", 5});
  add({std::nullopt, "no key", 5});
  add({"tombstone", std::nullopt, 4});
  add({"", "", 0});
  add({std::nullopt, std::nullopt, -1});
  add({"k", "v", std::numeric_limits<int64_t>::max()});
  add({"k", "v", std::numeric_limits<int64_t>::min()});
  add({"k", "v", 7, 0, {{"h", "x"}, {"", std::nullopt}, {"long", std::string(300, 'h')}}});
  add({std::string(70000, 'k'), std::string(200000, 'v'), 7});
  for (int i = 0; i < 300; ++i) add({"k", "v", i, 0, {{"n", std::to_string(i)}, {"m", "x"}}});

  const auto block = builder.finish();
  CHECK(builder.empty());
  block->set_base_offset(1000);
  CHECK(block->end_offset() == 1000 + static_cast<int64_t>(expected.size()));
  CHECK(block->header().max_timestamp == std::numeric_limits<int64_t>::max());
  CHECK(decode_block(block) == expected);

  const OwnedBytes packed = block->pack();
  CHECK(packed.size < block->payload().size());  // repetitive: it compresses
  const auto unpacked = Block::unpack(1000, packed.view());
  CHECK(unpacked->header().max_timestamp == block->header().max_timestamp);
  CHECK(decode_block(unpacked) == expected);
}

TEST_CASE("a sparse block keeps offsets, its end and its horizon") {
  BlockBuilder builder;
  for (const int64_t offset : {12, 13, 500, 70000}) {
    const std::string key = "k" + std::to_string(offset);
    RecordView view = simple_view(key, "v", offset);
    view.offset = offset;
    builder.append_sparse(view, 10);
  }
  const auto block = builder.finish_sparse(80000, 123456);
  const auto unpacked = Block::unpack(10, block->pack().view());
  CHECK(unpacked->base_offset() == 10);
  CHECK(unpacked->end_offset() == 80000);
  CHECK(unpacked->header().delete_horizon == 123456);
  std::vector<int64_t> offsets;
  for (const OwnedRecord& record : decode_block(unpacked)) offsets.push_back(record.offset);
  CHECK(offsets == std::vector<int64_t>{12, 13, 500, 70000});
}

TEST_CASE("damaged bytes are refused, whatever they are") {
  BlockBuilder builder;
  std::mt19937 random(7);
  for (int i = 0; i < 50; ++i) {
    const std::string value = std::to_string(random());
    const HeaderView header{"h", "v"};
    RecordView view = simple_view("key", value, 1700000000000 + i);
    view.headers = {&header, 1};
    builder.append(view);
  }
  const auto block = builder.finish();
  const std::string good(block->pack().view());
  CHECK(decode_block(Block::unpack(0, good)).size() == 50);

  // Cut off at every length.
  for (size_t length = 0; length < good.size(); ++length) {
    CHECK_THROWS_AS(decode_block(Block::unpack(0, good.substr(0, length))), BlockDamage);
  }
  // Any bytes changed: either refused or decoded to something, never a crash (sanitizer builds watch).
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bad = good;
    for (unsigned i = 0; i <= random() % 3; ++i) bad[random() % bad.size()] = static_cast<char>(random());
    try {
      decode_block(Block::unpack(0, bad));
    } catch (const BlockDamage&) {
      ++refused;
    }
  }
  CHECK(refused > 100);
  for (int round = 0; round < 20000; ++round) {
    std::string noise(random() % 100, 0);
    for (char& c : noise) c = static_cast<char>(random());
    if (!noise.empty()) noise[0] = 1;
    if (noise.size() > 1) noise[1] = static_cast<char>(random() % 8);
    try {
      decode_block(Block::unpack(0, noise));
    } catch (const BlockDamage&) {
    }
  }
}

}  // namespace weir::log::test
