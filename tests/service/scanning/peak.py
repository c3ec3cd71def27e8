"""Scan a file in this process, cut small, and print the peak of its memory in kilobytes. usage: peak.py LOG RULES"""

import resource
import sys
from pathlib import Path

from llmsec_tui.detect.ruleset import load
from llmsec_tui.service.collection import collect_rarely
from llmsec_tui.service.scan import Scan
from llmsec_tui.service.scanning import cutting, timeline, work

if __name__ == "__main__":
    collect_rarely()
    cutting.RANGE = 1024 * 1024
    work.MOST_KEYS = timeline.WINDOW = 5_000
    scan = Scan([sys.argv[1]], load([Path(sys.argv[2])]))
    count = sum(frame.height for frame in scan.alerts())
    assert count
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
