#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/run_record.hpp"

namespace mlo {

/// What came of running something again. within_tolerance: only numbers in metric files differ, and not by more than
/// was allowed. not_comparable: the results differ, and so do the machines or toolchains. unverifiable: nothing ran,
/// because what is recorded does not say what to run.
enum class Reproduction { identical, within_tolerance, not_comparable, different, unverifiable };
std::string_view to_string(Reproduction verdict);
/// True for the verdicts that prove the record.
bool is_reproduced(Reproduction verdict);

/// One output, by the digest that the record has and those that running again gave.
struct AttestedOutput {
  std::string path;
  Digest recorded;
  std::optional<Digest> found;  ///< nothing: it was not written
  std::optional<Digest> again;  ///< of the second execution
};

struct AttestedStage {
  std::string stage;
  std::string run;  ///< id of the stage's run
  std::optional<Digest> action;
  Reproduction verdict = Reproduction::identical;
  std::string reason;                       ///< one line; empty if identical
  std::map<std::string, Digest> materials;  ///< what it was given: path -> id
  std::vector<AttestedOutput> subject;      ///< ascending by path
};

/// Kind `attestation/1`: somebody ran a run's stages again, from its code and its inputs by digest, and this came out.
/// As in in-toto, materials go in and subjects come out.
struct Attestation {
  std::string run;  ///< the invocation it is about
  UtcTime time;
  std::string verifier;                            ///< e-mail
  Reproduction verdict = Reproduction::identical;  ///< the worst of its stages
  int executions = 1;
  double tolerance = 0;  ///< relative, of numbers in metric files; the largest that a stage was given
  CodeState code;
  EnvironmentFacts environment;
  std::vector<AttestedStage> stages;  ///< in the order of the pipeline
};

/// As its text has it, for JSON too.
Value to_value(const AttestedStage& stage);
Value to_value(const Attestation& attestation);
std::string emit_attestation(const Attestation& attestation);
Attestation parse_attestation(std::string_view text, std::string_view source);

}  // namespace mlo
