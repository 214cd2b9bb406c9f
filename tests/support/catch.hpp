// SPDX-License-Identifier: Apache-2.0
#pragma once
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>  // v3
using Catch::Approx;
#else
#include <catch2/catch.hpp>  // v2 (Debian 12)
#endif
