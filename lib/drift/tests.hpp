#pragma once
#include "lib/drift/test.hpp"

// What all.cpp registers: one function per file.
namespace mlo::drift {

DriftTest ks_test();
DriftTest chi_square_test();
DriftTest z_test();
DriftTest wasserstein_test();
DriftTest jensen_shannon_test();
DriftTest psi_test();
DriftTest kl_test();
DriftTest hellinger_test();
DriftTest anderson_darling_test();
DriftTest cramer_von_mises_test();
DriftTest energy_test();

}  // namespace mlo::drift
