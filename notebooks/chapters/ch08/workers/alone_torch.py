"""Train on the digits in one process (chapter 08 compares this file with ddp_torch.py, line by line).

    python alone_torch.py FOLDER DEVICE

FOLDER/task.npz holds the data and the first weights. DEVICE: cuda or cpu. One JSON line out: the last weights.
"""
import json
import sys

import numpy as np
import torch

task = np.load(f"{sys.argv[1]}/task.npz")
device = torch.device(sys.argv[2])

model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10)).double()
model.load_state_dict({"0.weight": torch.tensor(task["W1"].T), "0.bias": torch.tensor(task["b1"]),
                       "2.weight": torch.tensor(task["W2"].T), "2.bias": torch.tensor(task["b2"])})
model = model.to(device)
dataset = torch.utils.data.TensorDataset(torch.tensor(task["x"]), torch.tensor(task["y"]))
loader = torch.utils.data.DataLoader(dataset, batch_size=64)
optimizer = torch.optim.SGD(model.parameters(), lr=0.25, momentum=0.5)

for _ in range(int(task["epochs"])):
    for x, y in loader:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()

print(json.dumps({"weights": [value.cpu().numpy().T.tolist() for value in model.state_dict().values()]}))
