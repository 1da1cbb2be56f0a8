"""The cases of the matrix, of the kinds of providers and of operations, one after the other in one process.

Arguments: the directories of the cases. Python takes longer to load the vendors' SDKs than to judge what they say.
"""

import runpy
import sys
from pathlib import Path

PAIRS, PROVIDERS, OPERATIONS = sys.argv[1:]
problems = []
for script, arguments in (("with_pairs.py", [PAIRS]), ("with_providers.py", [PROVIDERS, OPERATIONS])):
    sys.argv = [script, *arguments]
    try:
        runpy.run_path(str(Path(__file__).with_name(script)))
    except SystemExit as error:
        problems.append(str(error.code))
if problems:
    sys.exit("\n".join(problems))
