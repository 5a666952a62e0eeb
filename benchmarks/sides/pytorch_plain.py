"""The loop of PyTorch's tutorials. Unlike the Keras scripts, it computes no running accuracy."""

import task
import torch
from clock import Clock
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

asked = task.from_command_line()
clock = Clock()
torch.manual_seed(asked.seed)


def loader(images: task.Array, labels: task.Array, *, shuffle: bool) -> DataLoader[object]:
    """Batches of float images (N, 1, 28, 28) and labels."""
    pixels = torch.tensor(images, dtype=torch.float32).unsqueeze(1) / 255.0
    dataset = TensorDataset(pixels, torch.tensor(labels, dtype=torch.int64))
    return DataLoader(dataset, batch_size=32, shuffle=shuffle)


train, test = task.load_data(asked.folder)
train_loader, test_loader = loader(*train, shuffle=True), loader(*test, shuffle=False)

if asked.architecture == "dense":
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
else:
    model = nn.Sequential(
        nn.Conv2d(1, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 5 * 5, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )

optimizer = torch.optim.Adam(model.parameters())
cross_entropy = nn.CrossEntropyLoss()

for epoch in range(asked.epochs):
    clock.start()
    model.train()
    for images, labels in train_loader:
        loss = cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    clock.lap()
    print(f"epoch {epoch + 1}")

model.eval()
correct = 0
with torch.no_grad():
    for images, labels in test_loader:
        correct += int((model(images).argmax(1) == labels).sum())
clock.report(accuracy=correct / len(test[1]))
