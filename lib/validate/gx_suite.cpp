#include "lib/validate/gx_suite.hpp"

#include "lib/codec/json.hpp"
#include "lib/codec/reader.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/text.hpp"

namespace mlo::validate {
namespace {

/// Members that say nothing about the data.
constexpr const char* kSuiteNotes[] = {"id", "ge_cloud_id", "notes", "meta", "data_asset_type"};
constexpr const char* kEntryNotes[] = {"meta",     "id",          "ge_cloud_id",      "notes",
                                       "severity", "description", "rendered_content", "expectation_context"};
constexpr std::string_view kFormNotes[] = {"result_format", "catch_exceptions", "include_config", "batch_id",
                                           "condition_parser"};
constexpr std::string_view kParameter = "$PARAMETER";

class GxReader {
 public:
  GxReader(const Value& document, std::string_view source) : reader_(document, source, "the suite"), source_(source) {}

  SuiteManifest read() {
    SuiteManifest out;
    out.source = source_;
    for (const char* note : kSuiteNotes) reader_.find(note);
    parameters_ = reader_.find("suite_parameters");
    if (const Value* old = reader_.find("evaluation_parameters"); parameters_ == nullptr) parameters_ = old;
    const char* name = reader_.find("name") != nullptr ? "name" : "expectation_suite_name";
    out.name = dataset_name_from_path(reader_.string(name));
    if (!is_dataset_name(out.name)) reader_.fail(name, fmt::format("no name can be made of `{}`", name));
    reader_.require("expectations");
    for (const Value& item : reader_.array("expectations"))
      out.expectations.push_back(
          read_entry(item, fmt::format("{}: expectation {}", source_, out.expectations.size() + 1)));
    if (out.expectations.empty()) reader_.fail("expectations", "`expectations` must name at least one");
    reader_.finish();
    return out;
  }

 private:
  ExpectationRule read_entry(const Value& item, const std::string& place) const {
    ObjectReader entry(item, place, "an expectation");
    for (const char* note : kEntryNotes) entry.find(note);
    ExpectationRule out;
    const char* type = entry.find("type") != nullptr ? "type" : "expectation_type";
    out.type = entry.string(type);
    out.body.set("type", out.type);
    for (const auto& [key, value] : entry.object("kwargs")) {
      const bool note = std::find(std::begin(kFormNotes), std::end(kFormNotes), key) != std::end(kFormNotes);
      // Of 0.x: times are read as such anyway where the column has times.
      const bool idle = key == "parse_strings_as_datetimes" && value == Value(false);
      if (note || idle || value.is_null()) continue;
      if (key == "type" || key == "id" || key == "note") fail_at(place, value, fmt::format("unknown key `{}`", key));
      out.body.set(key, resolve(value, place));
    }
    entry.finish();
    return out;
  }

  /// The value with parameters replaced by what the suite says of them.
  Value resolve(const Value& value, const std::string& place) const {
    Value out = value;
    if (value.is(Value::Type::array)) {
      for (Value& item : out.items()) item = resolve(item, place);
    } else if (value.is(Value::Type::object)) {
      if (const Value* name = value.find(kParameter)) return parameter(*name, place);
      for (auto& [key, member] : out.members()) member = resolve(member, place);
    }
    return out;
  }

  Value parameter(const Value& name, const std::string& place) const {
    const bool named = name.is(Value::Type::string) && parameters_ != nullptr && parameters_->is(Value::Type::object);
    const Value* value = named ? parameters_->find(name.as_string()) : nullptr;
    if (value == nullptr)
      fail_at(place, name, fmt::format("the suite gives no value for the parameter `{}`", printable(display(name))));
    return *value;
  }

  ObjectReader reader_;
  std::string source_;
  const Value* parameters_ = nullptr;
};

}  // namespace

SuiteManifest parse_gx_suite(std::string_view text, std::string_view source) {
  const Value document = parse_json(text, source);
  return GxReader(document, source).read();
}

SuiteManifest parse_any_suite(std::string_view text, std::string_view source) {
  return trim(text).starts_with('{') ? parse_gx_suite(text, source) : parse_suite(text, source);
}

}  // namespace mlo::validate
