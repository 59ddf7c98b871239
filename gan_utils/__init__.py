"""What the notebooks import: data, layers, models, losses, training, metrics, plots.

Import it before torch. Torch's threads, where they come with GNU OpenMP, wait for each other by
spinning; beside any other program that uses the processor, that made a training step of this course
ten times slower on a machine with two cores (47 against 517 ms). A thread that sleeps while it
waits costs next to nothing, but the library reads that wish only when it is loaded.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
