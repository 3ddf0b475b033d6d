"""Is this machine ready for the course? `python -m helpers.doctor` (its checks stand in helpers/machine/doctor)."""
import sys

from helpers.machine.doctor.main import main

if __name__ == "__main__":
    sys.exit(main())
