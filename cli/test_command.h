// `weir test`: runs SQL test files and ksqlDB's JSON cases with no server.
#pragma once

namespace weir::cli {

int test_command(int argc, char** argv);

}  // namespace weir::cli
