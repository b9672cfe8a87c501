# SPDX-License-Identifier: MIT
rgc_unit_test(error LIBS rgc_base)
rgc_unit_test(memory LIBS rgc_base)
rgc_unit_test(text LIBS rgc_base)
rgc_unit_test(reference LIBS rgc_base)
rgc_unit_test(file LIBS rgc_base)
# None of these four is renamed by _FORTIFY_SOURCE.
rgc_unit_test(file_faults LIBS rgc_base WRAP write fsync renameat fchmod)
