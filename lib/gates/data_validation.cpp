#include "lib/data/datasets.hpp"
#include "lib/data/validation.hpp"
#include "lib/gates/gate.hpp"
#include "lib/manifest/fields.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/validate/gx_suite.hpp"

// The data of a version holds a suite that the policy's commit has.
namespace mlo {
namespace {

class DataValidationGate : public Gate {
 public:
  DataValidationGate(std::string dataset, std::string suite) : dataset_(std::move(dataset)), suite_(std::move(suite)) {}

  std::vector<GateResult> ask(const GateFacts& facts) const override {
    GateResult out;
    out.what = dataset_;
    out.bound = suite_.empty() ? "holds its suite" : fmt::format("holds `{}`", suite_);
    try {
      judge(facts, out);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      out.verdict = Verdict::missing;
      out.reason = error.message();
    }
    return {out};
  }

 private:
  void judge(const GateFacts& facts, GateResult& out) const {
    const std::string revision = facts.policy_commit.hex();
    const auto agreed = find_dataset_at(facts.workspace, dataset_, revision);
    const auto made = find_dataset_at(facts.workspace, dataset_, facts.candidate.commit.hex());
    if (!agreed && !made)
      throw Error(ErrorKind::not_found,
                  fmt::format("neither the policy's commit nor the version's has the dataset `{}`", dataset_));
    DatasetManifest data = made ? *made : *agreed;
    data.tree = used(facts, agreed);
    if (facts.fetch)
      facts.fetch(fmt::format("dataset `{}`", dataset_),
                  {.path = data.path, .id = data.tree, .directory = data.directory});
    const validate::ValidationReport report =
        validate_source(facts.workspace.world(), &facts.workspace, facts.workspace.root(),
                        dataset_source(facts.workspace, dataset_, data), suite(facts, agreed), 0, revision);
    out.candidate = static_cast<double>(report.failed());
    out.verdict = report.success() ? Verdict::pass : Verdict::fail;
    if (!report.success()) out.reason = reason(report);
  }

  /// The holdout is the policy's; all other data is what the version was made from.
  Digest used(const GateFacts& facts, const std::optional<DatasetManifest>& agreed) const {
    const auto& evaluation = facts.policy.evaluation;
    if (evaluation && evaluation->dataset == dataset_ && agreed) return agreed->tree;
    const ModelManifest& model = facts.candidate.model;
    for (const UsedDataset& used : model.training) {
      if (used.name == dataset_) return used.id;
    }
    if (model.holdout.name == dataset_) return model.holdout.id;
    throw Error(ErrorKind::not_found, fmt::format("the version does not record that it used `{}`", dataset_));
  }

  SuiteManifest suite(const GateFacts& facts, const std::optional<DatasetManifest>& agreed) const {
    const std::string path = !suite_.empty() ? suite_ : agreed && agreed->suite ? *agreed->suite : "";
    if (path.empty())
      throw Error(ErrorKind::not_found,
                  fmt::format("the dataset `{}` names no suite at the policy's commit", dataset_));
    const git::Repository& repo = facts.workspace.repo();
    const auto entry = repo.find_entry(repo.load_commit(facts.policy_commit).tree, path);
    if (!entry || (entry->kind != git::EntryKind::file && entry->kind != git::EntryKind::executable))
      throw Error(ErrorKind::not_found, fmt::format("the policy's commit has no file `{}`", path));
    return validate::parse_any_suite(repo.load_blob(entry->id), path);
  }

  static std::string reason(const validate::ValidationReport& report) {
    for (const validate::ExpectationResult& result : report.results) {
      if (result.success) continue;
      const std::string finding = finding_of(result);
      return printable(fmt::format("{}: {}{}{}", summary_of(report), result.type,
                                   result.columns.empty() ? "" : fmt::format(" ({})", join(result.columns, ", ")),
                                   finding.empty() ? "" : ": " + finding));
    }
    return "";
  }

  std::string dataset_, suite_;
};

}  // namespace

bool claims_data_validation(const Value& body) { return is_check(body, "data-validation"); }

std::unique_ptr<Gate> read_data_validation(ObjectReader& body, const GatePolicy&) {
  body.only({"dataset", "suite"});
  std::string dataset = body.string("dataset");
  if (!is_dataset_name(dataset)) body.fail("dataset", fmt::format("`{}` is not a dataset name", printable(dataset)));
  std::string suite;
  if (body.find("suite") != nullptr) suite = read_path(body, "suite");
  return std::make_unique<DataValidationGate>(std::move(dataset), std::move(suite));
}

}  // namespace mlo
