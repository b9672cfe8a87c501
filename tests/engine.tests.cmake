# SPDX-License-Identifier: MIT
rgc_unit_test(core_snapshot LIBS rgc_learn rgc_decide)
rgc_unit_test(engine_stream LIBS rgc_engine)
rgc_unit_test(engine_decode LIBS rgc_engine)
rgc_unit_test(engine_mutation LIBS rgc_engine)
rgc_unit_test(engine_json_plain LIBS rgc_engine)
rgc_unit_test(engine_query LIBS rgc_engine SOURCES unit/engine_fake.c)
rgc_unit_test(engine_failure LIBS rgc_engine SOURCES unit/engine_fake.c)
rgc_unit_test(engine_remove LIBS rgc_engine SOURCES unit/engine_fake.c)
foreach(name engine_query engine_failure engine_remove)
    target_compile_definitions(test_${name} PRIVATE
        FAKE_ENGINE="${CMAKE_CURRENT_SOURCE_DIR}/fault/fake_engine.py")
    set_tests_properties(unit.${name} PROPERTIES SKIP_RETURN_CODE 77)
endforeach()
