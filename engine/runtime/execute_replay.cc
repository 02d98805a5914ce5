// REPLAY DEAD LETTERS FOR a query.
#include "engine/runtime/dead_letter_replay.h"
#include "engine/runtime/error_routing.h"
#include "engine/runtime/statement_executor.h"

namespace weir {

StatementResult StatementExecutor::execute(const sql::ReplayDeadLetters& s) {
  const auto lock = engine_.lock_statements();
  const PersistentQueryPtr query = require_query(s.query_id);
  const auto definition = engine_.query_definition(query->id);
  if (!definition || definition->stages.empty()) {
    refuse("The query " + query->id + " couldn't be started, so it takes nothing in: EXPLAIN " + query->id +
               " has the reason. Mend that and RESUME it first.",
           s.query_id.pos);
  }
  if (dead_letter_topics_of(definition->plan).empty()) {
    refuse("The query " + query->id +
               " has no dead letters: neither it nor a source of it has ON_ERROR = 'DEAD_LETTER' in its WITH clause.",
           s.query_id.pos);
  }
  const ReplayCounts counts = copy_dead_letters(*engine_.services_.log, *definition);
  StatementResult result;
  result.message = std::to_string(counts.fed) + (counts.fed == 1 ? " dead letter" : " dead letters") + " of " +
                   query->id + " come in again.";
  if (counts.kept > 0) {
    result.warnings.push_back(std::to_string(counts.kept) +
                              " are left out, as their rows failed behind an aggregation or join that has taken them "
                              "in already.");
  }
  if (counts.lost > 0) {
    result.warnings.push_back(std::to_string(counts.lost) +
                              " are left out, as they are of no input that the query has.");
  }
  if (counts.fed == 0) return result;
  // Started anew, from its last commit, the query reads them; one that is paused will.
  Command command;
  command.statement = canonical();
  command.name = query->id;
  command.action = query->paused ? Command::Action::kPause : Command::Action::kResume;
  // Whatever other servers have been told meanwhile: done twice, the letters wouldn't be there any more.
  engine_.append_and_apply(command, false);
  return result;
}

}  // namespace weir
