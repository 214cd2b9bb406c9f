// SPDX-License-Identifier: Apache-2.0
// A user's own program: reads an architecture through the installed libraries.
#include <cstdlib>
#include <exception>
#include <iostream>

#include "plexus/hardware/architecture.hpp"
#include "plexus/hardware/load.hpp"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: consumer ARCHITECTURE.yaml\n";
        return 2;
    }
    try {
        const auto architecture = plexus::hardware::load_architecture(argv[1]);
        std::cout << architecture.name << " has " << architecture.core_count() << " cores\n";
        return architecture.core_count() > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
