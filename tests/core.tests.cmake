# SPDX-License-Identifier: MIT
rgc_unit_test(histories LIBS rgc_core SOURCES unit/world.c)
rgc_unit_test(promises LIBS rgc_core SOURCES unit/world.c unit/random_host.c unit/plan_promises.c)
rgc_unit_test(rules LIBS rgc_core SOURCES unit/world.c)
rgc_unit_test(decision LIBS rgc_core SOURCES unit/world.c)
rgc_unit_test(learning LIBS rgc_core SOURCES unit/world.c)
rgc_unit_test(lives LIBS rgc_core SOURCES unit/world.c)
rgc_unit_test(counterexamples LIBS rgc_core SOURCES unit/world.c)
