#include "lib/features/online_store.hpp"

namespace mlo::features {

const std::vector<OnlineStoreKind>& all_online_stores() {
  static const std::vector<OnlineStoreKind> kAll = {
      {"sqlite", open_sqlite_store},
  };
  return kAll;
}

bool supersedes(const OnlineRow& next, const OnlineRow& kept) {
  if (next.event != kept.event) return next.event > kept.event;
  if (next.created != kept.created) return next.created > kept.created;  // nothing is less than anything
  return next.input >= kept.input;
}

}  // namespace mlo::features
