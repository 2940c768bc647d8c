#include "cli/host.hpp"
#include "cli/run_cli.hpp"
#include "lib/util/error.hpp"

int main(int argc, char** argv) {
  try {
    mlo::cli::Host host = mlo::cli::real_host();
    return mlo::cli::run_cli({argv + 1, argv + argc}, host);
  } catch (const mlo::Error& error) {  // only what makes a host impossible, such as a deleted current directory
    std::fputs(fmt::format("error: {}\n", error.message()).c_str(), stderr);  // fmt::print throws if it cannot
    return 1;
  }
}
