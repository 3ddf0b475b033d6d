#!/bin/bash
# ^ Slurm asks for it: the shell that runs this file, on the first node only
# the name that squeue shows
#SBATCH --job-name=digits
# two machines
#SBATCH --nodes=2
# one launcher on each; it starts the ranks
#SBATCH --ntasks-per-node=1
# of each machine, four GPUs
#SBATCH --gpus-per-node=4
# and four cores for each of its four ranks
#SBATCH --cpus-per-task=16
# after an hour Slurm ends the job
#SBATCH --time=01:00:00
# a machine that dies sends the job back into the queue: the checkpoint brings it on
#SBATCH --requeue
# and a second attempt does not overwrite the log of the first
#SBATCH --open-mode=append
# stop at the first error, also at a variable that is not set
set -euo pipefail
# the first machine of the list: where the ranks meet
first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
# 16 cores, 4 ranks: else each rank takes all threads
export OMP_NUM_THREADS=4
# srun does not hand on by itself how many cores a task has
export SRUN_CPUS_PER_TASK="$SLURM_CPUS_PER_TASK"
# the launcher's line, in parts
launcher=(
  # what starts the ranks, and starts them again
  torchrun
  # how many machines, as Slurm knows it
  --nnodes="$SLURM_NNODES"
  # a rank for each GPU
  --nproc-per-node=4
  # three crashes are forgiven
  --max-restarts=3
  # the launchers find each other, and number the ranks, through a store
  --rdzv-backend=c10d
  # a name for the meeting, so that two jobs never mix
  --rdzv-id="$SLURM_JOB_ID"
  # where the store is: the first machine, a free port
  --rdzv-endpoint="$first:29500"
  # the script of lesson 8d, unchanged
  notebooks/chapters/ch08/workers/elastic_torch.py
  # a folder that all machines see, for data and checkpoint
  /shared/digits
  # a GPU for each rank: where one is missing the script fails, and does not go on without
  cuda
  # no rank kills itself
  -1
  # the end of the line
)
# start it on every machine; where one launcher fails, end the others
srun --kill-on-bad-exit=1 "${launcher[@]}"
