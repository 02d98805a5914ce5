// How `weir test` runs cases. A value.
#pragma once

namespace weir::cli {

struct TestOptions {
  bool restart = false;  // every query ends and resumes between any two records
};

}  // namespace weir::cli
