// The columns of the two topics between the stages of a join by a foreign key, see PlanKind::kForeignKeyJoin.
//
// What the left rows refer to (join → lookup): #KEY, the key (with #KEY_1 … where it has several columns): the right table's primary key, or NULL; then the left's
// key columns, #INSTRUCTION, #HASH, #PARTITION. Answers (lookup → join): the left's key columns, the key; #HASH and
// #PARTITION as they came; #FOUND; then the right's value columns.
#pragma once

#include <cstdint>
#include <string>

namespace weir {

inline constexpr const char* kForeignKeyColumn = "#KEY";
inline constexpr const char* kForeignInstructionColumn = "#INSTRUCTION";  // INTEGER, a ForeignKeyInstruction
inline constexpr const char* kForeignHashColumn = "#HASH";                // BIGINT: of the left row; NULL: it is gone
inline constexpr const char* kForeignPartitionColumn =
    "#PARTITION";                                             // INTEGER: of the left row, where the answer belongs
inline constexpr const char* kForeignFoundColumn = "#FOUND";  // BOOLEAN: there is a right row

inline std::string foreign_key_column(size_t index) {
  return index == 0 ? kForeignKeyColumn : kForeignKeyColumn + ("_" + std::to_string(index));
}

// What the lookup does. The numbers are those of Kafka Streams' SubscriptionWrapper.Instruction.
enum class ForeignKeyInstruction : int32_t {
  kForget = 0,              // the row refers to something else now; another instruction is under way
  kForgetAndAnswer = 1,     // the row is gone or refers to nothing: answer that nothing was found
  kSubscribeAndAnswer = 2,  // answer in any case; without a key nothing is kept
  kSubscribe = 3            // answer if there is a right row
};

}  // namespace weir
