#include "stream-client/sinks/scored_record_message.h"

#include "serin/v1/scored_record.pb.h"

namespace serin::stream {

void AppendScoredRecordMessage(const Record& record, const std::string& text, const Score& score,
                               std::string& out) {
  v1::ScoredRecord message;
  message.set_data(text);
  message.set_neg(score.neg);
  message.set_neu(score.neu);
  message.set_pos(score.pos);
  message.set_compound(score.compound);
  message.set_label(score.label.data(), score.label.size());
  message.set_model(score.model);
  message.set_model_version(score.model_version);
  message.set_route_revision(score.route_revision);
  message.set_assignment(score.assignment.data(), score.assignment.size());
  message.set_topic(record.topic.data(), record.topic.size());
  message.set_partition(record.partition);
  message.set_offset(record.offset);
  message.AppendToString(&out);
}

}  // namespace serin::stream
