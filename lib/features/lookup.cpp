#include "lib/features/lookup.hpp"

#include "lib/features/keys.hpp"
#include "lib/features/materialize.hpp"
#include "lib/features/typed_reader.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::features {
namespace {

/// One column of key values of the right type.
table::Column read_keys(const TypedName& key, const std::vector<std::string>& texts) {
  table::Column column{.name = key.name, .type = column_type(key.type), .values = {}, .nulls = {}};
  if (key.type == FeatureType::string) {
    column.values = texts;
  } else {
    for (const std::string& text : texts) {
      const auto value = parse_i64(text);
      if (!value) throw Error(ErrorKind::usage, fmt::format("`{}={}` is no integer", key.name, printable(text)));
      std::get<0>(column.values).push_back(*value);
    }
  }
  column.nulls.assign(texts.size(), false);
  return column;
}

void require_keys(const std::vector<TypedName>& wanted, const std::map<std::string, std::vector<std::string>>& keys) {
  std::vector<std::string> names;
  for (const TypedName& key : wanted) {
    names.push_back(key.name);
    if (!keys.contains(key.name))
      throw Error(ErrorKind::usage, fmt::format("no value for join key `{}`", key.name))
          .hint(fmt::format("add `--key {}=VALUE`", key.name));
  }
  const std::size_t entities = keys.begin()->second.size();
  for (const auto& [name, values] : keys) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw Error(ErrorKind::usage, fmt::format("the features have no join key `{}`", printable(name)))
          .hint("they have " + join(names, ", "));
    if (values.size() != entities)
      throw Error(ErrorKind::usage, fmt::format("`{}` has {}, but `{}` has {}", name, count_of(values.size(), "value"),
                                                keys.begin()->first, entities));
  }
}

}  // namespace

std::string_view to_string(OnlineStatus status) {
  static constexpr std::string_view kNames[] = {"PRESENT", "NULL_VALUE", "NOT_FOUND", "OUTSIDE_MAX_AGE"};
  return kNames[static_cast<std::size_t>(status)];
}

std::vector<TypedName> keys_of(const Definitions& definitions, const std::vector<FeatureReference>& features) {
  std::vector<TypedName> all;
  for (const ViewRequest& request : group_by_view(definitions, features)) {
    for (const TypedName& key : definitions.join_keys(*request.view)) {
      if (std::find(all.begin(), all.end(), key) == all.end()) all.push_back(key);
    }
  }
  return all;
}

std::vector<OnlineColumn> look_up(const Definitions& definitions, OnlineStore* store,
                                  const std::vector<FeatureReference>& features,
                                  const std::map<std::string, std::vector<std::string>>& keys, UtcTime now) {
  require_keys(keys_of(definitions, features), keys);
  std::vector<OnlineColumn> columns;
  for (const FeatureReference& feature : features) {
    const ViewManifest& view = definitions.load_view(feature.view);
    columns.push_back({feature, view.features[feature_index(view, feature.feature)].type, {}});
  }
  for (const ViewRequest& request : group_by_view(definitions, features)) {
    const ViewManifest& view = *request.view;
    const auto state = store == nullptr ? std::nullopt : store->find_state(view.name);
    if (!state || state->definition != definition_of(definitions, view)) {
      throw Error(
          ErrorKind::not_found,
          fmt::format("view `{}` {}", view.name, state ? "changed since it was materialized" : "is not materialized"))
          .hint(fmt::format("mlo materialize {}", view.name));
    }
    std::vector<table::Column> key_columns;
    for (const TypedName& key : definitions.join_keys(view)) key_columns.push_back(read_keys(key, keys.at(key.name)));
    std::vector<const table::Column*> pointers;
    for (const table::Column& column : key_columns) pointers.push_back(&column);
    std::string key;
    for (std::size_t i = 0; i < keys.begin()->second.size(); ++i) {
      encode_key(pointers, i, key);
      const auto row = store->find(view.name, key);
      const auto values = row ? unpack_row(row->values, view.features.size()) : std::nullopt;
      if (row && !values)
        throw Error(ErrorKind::corrupt, fmt::format("the online store holds a damaged row of view `{}`", view.name))
            .hint("remove .mlo/local/online.sqlite, then run `mlo materialize`");
      for (OnlineColumn& column : columns) {
        if (column.feature.view != view.name) continue;
        OnlineColumn::Cell& cell = column.cells.emplace_back();
        if (!row) continue;
        cell.event = UtcTime::from_micros(row->event);
        const FeatureValue& value = (*values)[feature_index(view, column.feature.feature)];
        const bool old = view.ttl.count() != 0 && row->event < now.micros() - view.ttl.count();
        cell.status = old                                             ? OnlineStatus::outside_max_age
                      : std::holds_alternative<std::monostate>(value) ? OnlineStatus::null_value
                                                                      : OnlineStatus::present;
        if (!old) cell.value = value;
      }
    }
  }
  return columns;
}

}  // namespace mlo::features
