#pragma once
// The one place that names Catch2, so that moving to another version is one line.
#include <catch2/catch.hpp>
