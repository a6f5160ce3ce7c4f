import sys
from pathlib import Path
from .build import build
print(build(Path.cwd()))
