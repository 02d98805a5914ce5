// Random operations against a model, in memory.
#include <doctest/doctest.h>

#include "state_model.h"

using weir::state::test::StateHarness;

TEST_CASE("stores in memory agree with the model through commits, aborts and restores") {
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    StateHarness::Options options;
    options.state.in_memory = true;
    options.keys = seed % 2 == 0 ? 200 : 12;
    StateHarness harness(options, seed);
    for (int round = 0; round < 40; ++round) {
      const int64_t operations = harness.pick(1, 200);
      for (int64_t i = 0; i < operations; ++i) harness.operate();
      if (harness.chance(0.3)) harness.check();
      if (harness.chance(0.3)) {
        harness.abort();
      } else {
        harness.commit();
      }
      if (harness.chance(0.3)) harness.check();
    }
    harness.commit();
    harness.check();
    harness.check_full_restore();
    harness.reopen();  // in memory: the log is all there is
    harness.check();
  }
}

TEST_CASE("large stores in memory agree with the model") {
  StateHarness::Options options;
  options.state.in_memory = true;
  options.keys = 5000;
  options.time_step = 0;
  StateHarness harness(options, 99);
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 10'000; ++i) harness.operate();
    if (round == 2) {
      harness.abort();
    } else {
      harness.commit();
    }
  }
  harness.check();
  harness.check_full_restore();
}
