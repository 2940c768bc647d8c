#include "lib/manifest/model.hpp"
#include "lib/registry/dependencies.hpp"
#include "lib/registry/registry_message.hpp"
#include "lib/registry/stage_message.hpp"
#include "lib/registry/tag_names.hpp"
#include "tests/fuzz/fuzz.hpp"

// Everything of the registry that others may have written. The first byte chooses.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  if (bytes.empty()) return;
  const auto text = bytes.substr(1);
  switch (bytes[0]) {
    case 'm': {
      const std::string written = emit_model(parse_model(text, "m.yaml"));
      fuzz::require(emit_model(parse_model(written, "again.yaml")) == written);
      return;
    }
    case 'b': {
      const std::string written = emit_rollback(parse_rollback(text, "b.yaml"));
      fuzz::require(emit_rollback(parse_rollback(written, "again.yaml")) == written);
      return;
    }
    case 's':
      read_stage_message(text, "delay#prod#3");
      return;
    case 't': {
      const auto tag = parse_registry_tag(text);
      if (!tag || tag->removed) return;
      if (tag->version && tag->counter == 0) fuzz::require(version_tag(tag->model, *tag->version) == text);
      if (!tag->version && tag->counter != 0) fuzz::require(stage_tag(tag->model, tag->stage, tag->counter) == text);
      return;
    }
    case 'v': {
      const auto version = SemVer::parse(text);
      if (version) fuzz::require(version->str() == text && bump(*version, Bump::patch) > *version);
      return;
    }
    case 'u':
      parse_dependencies(text, "uv.lock");
      return;
    case 'c':
      parse_dependencies(text, "environment.yml");
      return;
    case 'r':
      parse_dependencies(text, "requirements.txt");
      return;
    case 'k':
      parse_card(text, "card.yaml");
      return;
    default:
      find_trailer(text, "Mlo-Report");
  }
}
