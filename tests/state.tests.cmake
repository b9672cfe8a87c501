# SPDX-License-Identifier: MIT
rgc_unit_test(state LIBS rgc_pass)
rgc_unit_test(ledger_file LIBS rgc_pass WRAP write fsync renameat)
rgc_unit_test(history_file LIBS rgc_pass)
rgc_unit_test(report_json LIBS rgc_pass PkgConfig::JANSSON)
rgc_unit_test(summary LIBS rgc_pass PkgConfig::JANSSON)
rgc_unit_test(holders LIBS rgc_learn rgc_decide)
# Their hosts are literals. (A source's options come after those of rgc_flags, a target's before.)
set_source_files_properties(unit/report_json.c unit/summary.c unit/holders.c PROPERTIES COMPILE_OPTIONS -Wno-write-strings)
