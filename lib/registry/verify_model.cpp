#include "lib/registry/verify_model.hpp"

#include "lib/data/datasets.hpp"
#include "lib/registry/run_facts.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// The records of the run, its stages last; empty if it is not known here.
std::vector<RunRecord> find_records(Workspace& workspace, const std::string& id) {
  RunStore runs(workspace);
  std::vector<RunRecord> out;
  try {
    out.push_back(runs.find(id).record);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    return out;
  }
  for (RunRecord& stage : runs.stages_of(id)) out.push_back(std::move(stage));
  return out;
}

ModelCheck check_data(Workspace& workspace, const std::string& role, const UsedDataset& used,
                      const std::vector<RunRecord>& records) {
  ModelCheck check{fmt::format("{} `{}`", role, printable(used.name)), false, used.id.brief()};
  for (const RunRecord& record : records) {
    const auto named = record.datasets.find(used.name);
    check.good = check.good || (named != record.datasets.end() && named->second == used.id.str()) ||
                 std::any_of(record.inputs.begin(), record.inputs.end(),
                             [&](const Artifact& input) { return input.path == used.name && input.id == used.id; });
  }
  if (check.good) return check;
  try {
    resolve_dataset(workspace, fmt::format("{}@{}", used.name, used.id.str()));
    check.good = true;
  } catch (const Error& error) {
    check.detail = error.message();
  }
  return check;
}

ModelCheck check_run(const ModelManifest& m, const std::vector<RunRecord>& records) {
  ModelCheck check{"run", false, m.run};
  if (records.empty()) {
    check.detail = fmt::format("run {} is not recorded here: mlo pull", m.run.substr(0, 12));
    return check;
  }
  check.detail = fmt::format("{} ({})", records.front().name, m.run.substr(0, 12));
  for (const RunRecord& record : records) {
    for (const auto* list : {&record.outputs, &record.artifacts}) {
      for (const Artifact& artifact : *list) {
        check.good = check.good || (artifact.path == m.model.path && artifact.id == m.model.id) ||
                     (artifact.directory && m.model.path.starts_with(artifact.path + "/"));
      }
    }
  }
  if (!check.good) check.detail += fmt::format(" did not write `{}`", printable(m.model.path));
  return check;
}

ModelCheck check_code(const Workspace& workspace, const CodeState& code) {
  const auto commit = git::ObjectId::parse_tagged(code.commit);
  ModelCheck check{"code", commit && workspace.repo().has_object(*commit), printable(code.commit)};
  if (commit)
    check.detail = fmt::format("{}{}", commit->hex().substr(0, 12), code.dirty ? ", with uncommitted changes" : "");
  if (!check.good) check.detail += " is not in this clone: git fetch";
  return check;
}

VerifiedModel verify_version(Workspace& workspace, const std::string& tag, const ModelVersion& version) {
  const ModelManifest& m = version.manifest;
  VerifiedModel out{tag, {}};
  out.checks.push_back({"tag", true, fmt::format("at commit {}", version.commit.hex().substr(0, 12))});
  const std::string damage = find_damage(workspace.store(), m.model.id, m.model.directory);
  out.checks.push_back({"model", damage.empty(), damage.empty() ? m.model.id.brief() : damage + ": mlo pull " + tag});
  const std::vector<RunRecord> records = find_records(workspace, m.run);
  for (const UsedDataset& used : m.training)
    out.checks.push_back(check_data(workspace, "training data", used, records));
  out.checks.push_back(check_data(workspace, "holdout", m.holdout, records));
  out.checks.push_back(check_run(m, records));
  out.checks.push_back(check_code(workspace, m.code));
  return out;
}

}  // namespace

bool VerifiedModel::good() const {
  return std::all_of(checks.begin(), checks.end(), [](const ModelCheck& check) { return check.good; });
}

std::vector<VerifiedModel> verify_models(Workspace& workspace, const std::string& spec) {
  const std::size_t at = spec.find('@');
  const std::string name = spec.substr(0, at), wanted = at == std::string::npos ? "" : spec.substr(at + 1);
  const auto semver = SemVer::parse(wanted.starts_with('v') ? std::string_view(wanted).substr(1) : wanted);
  std::vector<VerifiedModel> out;
  if (wanted.empty() || semver) {
    for (const VersionTag& tag : version_tags(workspace, name)) {
      if (tag.removed || (semver && tag.version != *semver)) continue;
      out.push_back(tag.registered ? verify_version(workspace, tag.name, *tag.registered)
                                   : VerifiedModel{tag.name, {{"tag", false, tag.problem}}});
    }
    if (!out.empty()) return out;
  }
  const ModelVersion version = resolve_model(workspace, spec);
  return {verify_version(workspace, fmt::format("{}@v{}", name, version.manifest.version), version)};
}

}  // namespace mlo
