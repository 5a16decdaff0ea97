"""Replays a corpus folder: replay.py TARGET FOLDER"""
import pathlib
import subprocess
import sys

sys.exit(subprocess.run([sys.argv[1], *map(str, sorted(pathlib.Path(sys.argv[2]).iterdir()))]).returncode)
