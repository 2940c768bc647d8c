#include "lib/manifest/features.hpp"
#include "lib/util/error.hpp"
#include "lib/util/fs.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

std::string refused(std::string_view text) {
  try {
    parse_feature_manifest(text, "f.yaml");
  } catch (const Error& error) {
    return error.message();
  }
  FAIL("accepted: " << text);
  return {};
}

/// A view with these lines in place of `source` and `features`.
std::string view(std::string_view rest) { return fmt::format("mlo: view/1\nname: v\nentities: [e]\n{}", rest); }
constexpr std::string_view kSource = "source: {path: a.csv, timestamp_field: t}\n";
constexpr std::string_view kFeatures = "features: [{name: x, dtype: real}]\n";

}  // namespace

TEST_CASE("the golden entity, view and service say what they look like they say", "[manifest]") {
  const auto entity = std::get<EntityManifest>(parse_feature_manifest(read_file("tests/golden/entity.yaml"), "e"));
  CHECK(entity.keys == std::vector<TypedName>{{"airport", FeatureType::string}, {"terminal", FeatureType::integer}});
  const auto service = std::get<ServiceManifest>(parse_feature_manifest(read_file("tests/golden/service.yaml"), "s"));
  REQUIRE(service.features.size() == 2);
  CHECK(service.features[1].feature.str() == "airport.history/daily:mean_delay");
  CHECK(service.features[1].at.line == 5);

  const auto golden = std::get<ViewManifest>(parse_feature_manifest(read_file("tests/golden/view.yaml"), "v"));
  CHECK(golden.name == "airport.history/daily");
  CHECK(golden.ttl == std::chrono::days(30));
  CHECK(golden.created_timestamp_column == "written");
  CHECK(golden.columns == std::vector<std::pair<std::string, std::string>>{{"mean_delay", "delay"}});
  CHECK(golden.features.size() == 2);
  const auto& query = std::get<QuerySource>(golden.source);
  REQUIRE(query.tables.size() == 3);
  CHECK(query.tables[0].source.paths.size() == 2);
  CHECK(query.tables[0].source.nulls == std::vector<std::string>{"NA"});
  CHECK(query.tables[1].source.paths == std::vector<std::string>{"data/airports.csv"});
  CHECK(query.tables[2].source.dataset == "terminals@v2");
}

TEST_CASE("a ttl is seconds, or a number with a unit", "[manifest]") {
  const auto ttl = [](std::string_view text) {
    return std::get<ViewManifest>(
               parse_feature_manifest(view(fmt::format("ttl: {}\n{}{}", text, kSource, kFeatures)), "f"))
        .ttl;
  };
  CHECK(ttl("0").count() == 0);
  CHECK(ttl("90") == std::chrono::seconds(90));
  CHECK(ttl("1.5h") == std::chrono::minutes(90));
  CHECK(ttl("7d") == std::chrono::days(7));
  CHECK(ttl("\"7d\"") == std::chrono::days(7));
  for (const char* bad : {"-1", "soon", "1w", "[]", "1e300", "200000d", ".inf"})
    CHECK(refused(view(fmt::format("ttl: {}\n{}{}", bad, kSource, kFeatures))).find("f.yaml:4:6: ") == 0);
}

TEST_CASE("a feature manifest that is wrong says where", "[manifest]") {
  const std::string good(kFeatures);
  CHECK(refused("mlo: views/1\nname: v\n") ==
        "f.yaml:1:6: expected `entity/1`, `view/1` or `service/1`, not `views/1`");
  CHECK(refused("mlo: view/2\nname: v\n").find("newer than this mlo") != std::string::npos);
  CHECK(refused("mlo: entity/1\nname: Up\nkeys: [{name: a, type: string}]\n").find("f.yaml:2:7: `Up` is not a name") ==
        0);
  CHECK(refused("mlo: entity/1\nname: get\nkeys: [{name: a, type: string}]\n").find("is a command") !=
        std::string::npos);
  CHECK(refused("mlo: entity/1\nname: e\nkeys: [{name: a, type: real}]\n") ==
        "f.yaml:3:24: a join key is an `integer` or a `string`");
  CHECK(refused("mlo: entity/1\nname: e\nkeys: [{name: a b, type: string}]\n").find("is not a field name") !=
        std::string::npos);
  CHECK(refused("mlo: entity/1\nname: e\nkeys: []\n").find("`keys`") != std::string::npos);
  CHECK(refused("mlo: service/1\nname: s\nfeatures: [weather]\n") == "f.yaml:3:12: `weather` is not `view:feature`");
  CHECK(refused("mlo: service/1\nname: s\nfeatures: [a:x, a:x]\n").find("named twice") != std::string::npos);
  CHECK(refused(view("source: {path: a.csv, timestamp_field: t, ttl: 1}\n" + good)).find("unknown") !=
        std::string::npos);
  CHECK(refused(view("source: {timestamp_field: t}\n" + good)).find("one of `path`, `dataset` and `sql`") !=
        std::string::npos);
  CHECK(refused(view("source: {path: a.csv, dataset: d, timestamp_field: t}\n" + good)).find("one of") !=
        std::string::npos);
  CHECK(refused(view("source: {sql: SELECT 1, timestamp_field: t}\n" + good)).find("`tables`") != std::string::npos);
  CHECK(refused(view("source: {sql: SELECT 1, tables: {a: a.csv}, path: b.csv, timestamp_field: t}\n" + good))
            .find("`path`") != std::string::npos);
  for (const char* path :
       {"../up.csv", "/etc/passwd", ".git/config", ".mlo/config.yaml", "a//b.csv", "a/../../b.csv"}) {
    CHECK(refused(view(fmt::format("source: {{path: {}, timestamp_field: t}}\n{}", path, good)))
              .find("is not a path below") != std::string::npos);
  }
  CHECK(refused(view(std::string(kSource) + "features: [{name: x, dtype: float}]\n")).find("`float` is no type") !=
        std::string::npos);
  CHECK(refused(view(std::string(kSource) + "features: [{name: x, dtype: real}, {name: X, dtype: real}]\n"))
            .find("named twice") != std::string::npos);
}
