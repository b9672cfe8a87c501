# SPDX-License-Identifier: MIT
rgc_python_test(fault.requests_per_pass fault/requests_per_pass.py fault)
rgc_python_test(fault.memory fault/memory.py fault)
