// Random operations against a model with a directory: checkpoints, eviction, reopening, replaying the log's tail.
#include <doctest/doctest.h>

#include "state_model.h"
#include "tests/unit/temporary_directory.h"

using weir::state::test::StateHarness;
using weir::test::TemporaryDirectory;

namespace {

StateHarness::Options persistent_options(const TemporaryDirectory& directory, size_t cache_bytes, size_t keys) {
  StateHarness::Options options;
  options.directory = directory / "task";
  options.state.cache_bytes_per_task = cache_bytes;
  options.state.block_cache_bytes = 1 << 20;
  options.keys = keys;
  return options;
}

void run_persistent_rounds(StateHarness& harness, int rounds, int64_t most_operations) {
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    const int64_t operations = harness.pick(1, most_operations);
    for (int64_t i = 0; i < operations; ++i) harness.operate();
    if (harness.chance(0.2)) {
      harness.abort();
    } else {
      harness.commit();
      if (harness.chance(0.5) || harness.state().wants_checkpoint()) harness.checkpoint();
    }
    if (harness.chance(0.2)) harness.check();
    if (harness.chance(0.15)) {
      harness.reopen();
      harness.check();
    }
  }
  harness.commit();
  harness.check();
  harness.check_full_restore();
  harness.checkpoint();
  harness.reopen();
  harness.check();
}

}  // namespace

TEST_CASE("a state with a directory agrees with the model") {
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    const TemporaryDirectory directory;
    // From one that evicts all the time to one that never does.
    const size_t cache = seed % 3 == 0 ? 1u << 10 : seed % 3 == 1 ? 64u << 10 : 16u << 20;
    StateHarness harness(persistent_options(directory, cache, seed % 2 == 0 ? 200 : 12), seed);
    run_persistent_rounds(harness, 60, 150);
  }
}

TEST_CASE("a state that is larger than its cache agrees with the model") {
  const TemporaryDirectory directory;
  StateHarness::Options options = persistent_options(directory, 256u << 10, 3000);
  options.time_step = 0;
  StateHarness harness(options, 7);
  run_persistent_rounds(harness, 25, 4000);
  CHECK(harness.state().memory_used() < (2u << 20));
}

TEST_CASE("a small cache checkpoints when it wants to") {
  const TemporaryDirectory directory;
  StateHarness harness(persistent_options(directory, 256u << 10, 3000), 8);
  int wanted = 0;
  for (int i = 0; i < 20'000; ++i) {
    harness.operate();
    if (i % 100 != 99) continue;
    harness.commit();
    if (!harness.state().wants_checkpoint()) continue;
    ++wanted;
    harness.checkpoint();
    REQUIRE(!harness.state().wants_checkpoint());
    REQUIRE(harness.state().memory_used() < (400u << 10));
  }
  CHECK(wanted > 1);
  harness.check();
}

// Not run by default: --no-skip -tc='*soak*'.
TEST_CASE("soak: a state with a directory agrees with the model for many seeds" * doctest::skip()) {
  for (uint32_t seed = 1000; seed < 1150; ++seed) {
    CAPTURE(seed);
    const TemporaryDirectory directory;
    StateHarness::Options options =
        persistent_options(directory, size_t{1} << (10 + seed % 12), seed % 2 == 0 ? 300 : 8 + seed % 40);
    options.time_step = seed % 5;
    options.largest_value = seed % 7 == 0 ? 4000 : 100;
    StateHarness harness(options, seed);
    run_persistent_rounds(harness, 80, 40 + seed % 300);
  }
}
