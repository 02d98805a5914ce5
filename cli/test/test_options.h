// How `weir test` runs cases. A value.
#pragma once

namespace weir::cli {

struct TestOptions {
  bool restart = false;  // every query ends and resumes between any two records
  int partitions = 1;    // over which every topic is spread, see spread.h
};

}  // namespace weir::cli
