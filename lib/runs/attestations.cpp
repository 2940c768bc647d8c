#include "lib/runs/attestations.hpp"

#include "lib/runs/history.hpp"
#include "lib/runs/run_message.hpp"
#include "lib/runs/run_paths.hpp"
#include "lib/util/error.hpp"

namespace mlo {

void publish_attestations(Workspace& workspace, const std::vector<Attestation>& attestations) {
  if (attestations.empty()) return;
  HistoryCommit commit;
  commit.when = workspace.world().clock.now();
  for (const Attestation& attestation : attestations) {
    const std::string text = emit_attestation(attestation);
    commit.files.push_back({attestation_path(attestation, text), workspace.repo().write_blob(text)});
  }
  commit.message = attestation_message(attestations);
  append_history(workspace, commit);
}

std::vector<Attestation> load_attestations(const Workspace& workspace, const std::string& run_id) {
  std::vector<Attestation> out;
  const git::Repository& repo = workspace.repo();
  const auto tip = repo.find_ref(workspace.config().runs_ref);
  const auto dir = tip ? repo.find_entry(repo.load_commit(*tip).tree, attestations_path(run_id)) : std::nullopt;
  if (!dir || dir->kind != git::EntryKind::directory) return out;
  for (const git::TreeEntry& entry : repo.load_tree(dir->id)) {
    const std::string path = fmt::format("{}/{}", attestations_path(run_id), entry.name);
    try {
      if (entry.kind != git::EntryKind::file) throw Error(ErrorKind::corrupt, fmt::format("`{}` is no file", path));
      const std::string text = repo.load_blob(entry.id);
      Attestation attestation = parse_attestation(text, path);
      if (attestation_path(attestation, text) != path)
        throw Error(ErrorKind::corrupt, fmt::format("`{}` does not hold what its name says", path));
      out.push_back(std::move(attestation));
    } catch (const Error& error) {
      workspace.world().log.warn(fmt::format("an attestation is left out: {}", error.message()));
    }
  }
  std::reverse(out.begin(), out.end());  // names sort by time
  return out;
}

}  // namespace mlo
