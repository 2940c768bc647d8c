// refuse WHAT[,WHAT..] COMMAND..: runs the command where some calls are refused. Exit status 77 if that cannot be done.
#include <stdio.h>

#include "lib/util/text.hpp"
#include "tests/support/refusals.hpp"

int main(int argc, char** argv) {
  if (argc < 3) return fprintf(stderr, "usage: refuse WHAT[,WHAT..] COMMAND..\n"), 2;
  if (!mlo::test::refuse_calls(mlo::split(argv[1], ','))) {
    const int code = errno == EINVAL ? 2 : 77;
    perror("SKIP: cannot refuse calls");
    return code;
  }
  execvp(argv[2], argv + 2);
  return perror("refuse: cannot start the command"), 127;
}
