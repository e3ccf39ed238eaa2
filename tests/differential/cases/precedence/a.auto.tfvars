from_auto = "auto"
from_last = "auto"
