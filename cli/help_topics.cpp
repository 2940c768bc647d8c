#include "cli/help_topics.hpp"

namespace mlo::cli {

const std::vector<HelpTopic>& help_topics() {
  static const std::vector<HelpTopic> topics = {
      {"exit-codes", "what the exit code of every command means",
       "0    it worked\n"
       "1    it failed; the error says why\n"
       "2    the command line is wrong\n"
       "3    the tool worked and its verdict is no\n"
       "4    conflict: a lock is held, or the state of the repository does not allow it now\n"
       "5    a remote failed\n"
       "70   a bug in mlo; please report it\n"
       "130  interrupted by Ctrl-C\n"
       "\n"
       "`mlo run -- CMD` passes on the exit code of CMD."},
      {"names", "how data, runs and revisions are written",
       "NAME            a dataset: lower-case letters and digits, joined by `-`, `_`, `.` and `/`\n"
       "NAME@REV        that dataset as of a git revision: a branch, a tag, HEAD~2, a commit\n"
       "NAME@sha256:..  that dataset by the digest of its content, or a unique prefix of it\n"
       "RUN             a run by its id, a unique prefix of the id, or its name of two words such as brave-otter\n"
       "\n"
       "A digest is written with its algorithm: `sha256:` for content, `git-sha1:` for git's own objects."},
      {"output", "results, progress, colour and JSON",
       "Results go to stdout; progress, warnings and hints go to stderr. Colour, progress bars and tables cut to the "
       "width appear on a terminal only.\n"
       "\n"
       "--json prints the result as one JSON document. --quiet drops progress and hints. --color never, or the "
       "environment variable NO_COLOR, drops colour.\n"
       "\n"
       "A command that would destroy something asks first; off a terminal it needs --yes."},
  };
  return topics;
}

const HelpTopic* find_help_topic(std::string_view name) {
  for (const HelpTopic& topic : help_topics()) {
    if (topic.name == name) return &topic;
  }
  return nullptr;
}

}  // namespace mlo::cli
