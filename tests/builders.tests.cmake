# SPDX-License-Identifier: MIT
rgc_unit_test(engine_frames LIBS rgc_engine)
rgc_unit_test(engine_builders LIBS rgc_engine SOURCES unit/engine_fake.c)
target_compile_definitions(test_engine_builders PRIVATE FAKE_ENGINE="${CMAKE_CURRENT_SOURCE_DIR}/fault/fake_engine.py")
set_tests_properties(unit.engine_builders PROPERTIES SKIP_RETURN_CODE 77)
rgc_unit_test(rules_builders LIBS rgc_learn rgc_decide SOURCES unit/world.c)

rgc_python_test(fault.builders fault/builders.py fault)
