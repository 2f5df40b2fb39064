"""Files of strangers read in a child process that can crash, and do little else."""
