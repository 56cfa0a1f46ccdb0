#include "serinctl/history_text.h"

#include <map>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"

namespace serin::serinctl {

std::string HistoryText(const v1::ListRevisionsResponse& history) {
  std::string text = absl::StrFormat("%8s  %-20s  %-24s  %-22s  %s\n", "revision", "time (UTC)",
                                     "weights", "by", "why");
  for (const v1::Revision& revision : history.revisions()) {
    const std::map<std::string, uint32_t> weights(revision.weights().begin(),
                                                  revision.weights().end());
    const absl::Time time = absl::FromUnixSeconds(revision.created_at().seconds());
    absl::StrAppendFormat(&text, "%8d  %-20s  %-24s  %-22s  %s", revision.revision(),
                          absl::FormatTime("%Y-%m-%d %H:%M:%S", time, absl::UTCTimeZone()),
                          absl::StrJoin(weights, " ", absl::PairFormatter("=")), revision.actor(),
                          revision.reason());
    if (!revision.change().empty()) absl::StrAppendFormat(&text, " [%s]", revision.change());
    if (revision.has_expires_at()) {
      const absl::Time end = absl::FromUnixSeconds(revision.expires_at().seconds());
      absl::StrAppendFormat(&text, " (until %s, then %d)",
                            absl::FormatTime("%Y-%m-%d %H:%M:%S", end, absl::UTCTimeZone()),
                            revision.reverts_to());
    }
    text += "\n";
  }
  return text;
}

}  // namespace serin::serinctl
