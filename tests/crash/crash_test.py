#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Some kill rounds with every test run; `./dev crash` does as many as you like."""
import subprocess
import sys
from pathlib import Path

sys.exit(subprocess.run([sys.executable, str(Path(__file__).parent / "run.py"), "--rounds", "30", "--seed", "7"]).returncode)
