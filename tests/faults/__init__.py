"""What can go wrong with feeds and ballots, on a real wire, and what the portal makes of it.

python -m tests.faults.matrix      every fault against every promise (make fault-matrix)
python -m tests.faults.torture     beats and workers that are killed (make feed-torture)
python -m tests.faults.ballots     votes while web and database are killed (make ballot-torture)
"""
