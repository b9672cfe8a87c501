# SPDX-License-Identifier: MIT
# rgc watch: the events that it reads, what it writes down of them, and what a pass makes of that.
rgc_unit_test(engine_event LIBS rgc_engine)
rgc_unit_test(seen_file LIBS rgc_pass WRAP write)
rgc_unit_test(seen_fold LIBS rgc_pass SOURCES unit/world.c)
rgc_python_test(fault.watch fault/watch.py fault)
