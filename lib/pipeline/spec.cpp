#include "lib/pipeline/spec.hpp"

#include "lib/codec/reader.hpp"
#include "lib/codec/yaml.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// What DVC does not know of a stage.
constexpr const char* kExtras[] = {"env",           "timeout",   "retries", "resources", "mutex",
                                   "deterministic", "tolerance", "trace",   "strict",    "sandbox"};

class SpecReader {
 public:
  explicit SpecReader(std::string_view file) : file_(file), dvc_(fs::path(file).filename() == "dvc.yaml") {}

  PipelineSpec read(const Value& document) {
    PipelineSpec spec;
    spec.file = file_;
    spec.dir = fs::path(file_).parent_path().generic_string();
    if (document.is_null()) return spec;
    ObjectReader top(document, file_, "the pipeline");
    if (!dvc_ && top.find("mlo") != nullptr && top.string("mlo") != "pipeline/1") {
      top.fail("mlo",
               fmt::format("`{}` is not a pipeline this mlo can read; expected `pipeline/1`", top.string("mlo")));
    }
    for (const char* described : {"params", "plots", "artifacts", "datasets"}) top.find(described);
    for (const Value& vars : top.array("vars")) {
      if (vars.is(Value::Type::string) ? has_interpolated_text(vars) : !vars.is(Value::Type::object)) {
        fail_at(file_, vars, "an entry of `vars` is a file name or a mapping");
      }
      spec.vars.push_back(vars);
    }
    spec.metrics = top.strings("metrics");
    for (const auto& [name, body] : top.object("stages")) spec.stages.push_back(stage(name, body));
    top.finish();
    return spec;
  }

 private:
  static bool has_interpolated_text(const Value& value) { return value.as_string().find("${") != std::string::npos; }

  StageDefinition stage(const std::string& name, const Value& value) {
    check_name(name, value);
    const std::string what = fmt::format("stage `{}`", name);
    StageDefinition out{name, {}, {}, {}};
    if (!value.is(Value::Type::object)) fail_at(file_, value, what + " must be a mapping");
    if (value.find("foreach") != nullptr || value.find("do") != nullptr) {
      ObjectReader reader(value, file_, what);
      out.foreach = reader.require("foreach");
      out.body = reader.require("do");
      reader.finish();
    } else {
      out.body = value;
      if (const Value* matrix = value.find("matrix")) {
        read_matrix(*matrix, out);
        out.body.erase("matrix");
      }
    }
    check_body(out.body, what);
    return out;
  }

  void check_name(const std::string& name, const Value& at) {
    const auto allowed = [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte >= 0x80 || (byte >= '0' && byte <= '9') || ((byte | 0x20U) >= 'a' && (byte | 0x20U) <= 'z') ||
             c == '_' || c == '-';
    };
    if (name.empty() || !std::all_of(name.begin(), name.end(), allowed)) {
      fail_at(file_, at, fmt::format("stage name `{}` may hold letters, digits, `_` and `-` only", printable(name)));
    }
  }

  void read_matrix(const Value& matrix, StageDefinition& out) {
    if (!matrix.is(Value::Type::object)) fail_at(file_, matrix, "`matrix` must be a mapping of lists");
    for (const auto& [axis, values] : matrix.members()) {
      if (!values.is(Value::Type::array) && !values.is(Value::Type::string)) {
        fail_at(file_, values, fmt::format("matrix axis `{}` must be a list", axis));
      }
      out.matrix.emplace_back(axis, values);
    }
    if (out.matrix.empty()) fail_at(file_, matrix, "`matrix` names no axis");
  }

  void check_body(const Value& body, const std::string& what) {
    ObjectReader reader(body, file_, what);
    reader.require("cmd");
    for (const char* key :
         {"wdir", "deps", "params", "vars", "outs", "metrics", "plots", "frozen", "always_changed", "desc", "meta"}) {
      reader.find(key);
    }
    if (!dvc_) {
      for (const char* key : kExtras) reader.find(key);
    } else if (const Value* meta = body.find("meta");
               meta != nullptr && meta->is(Value::Type::object) && meta->find("mlo") != nullptr) {
      ObjectReader extras(*meta->find("mlo"), file_, "`meta.mlo` of " + what);
      for (const char* key : kExtras) extras.find(key);
      extras.finish();
    }
    reader.finish();
  }

  std::string file_;
  bool dvc_;
};

}  // namespace

PipelineSpec parse_pipeline(std::string_view text, std::string_view file) {
  return SpecReader(file).read(parse_yaml(text, file, YamlDialect::user));
}

}  // namespace mlo
