"""A network without Flatten. Keras builds it, and stops with an error when the training begins."""

import keras

keras.utils.set_random_seed(0)
(images, labels), _ = keras.datasets.fashion_mnist.load_data()
model = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy")
print(model.output_shape)
model.fit(images / 255, labels, batch_size=100, verbose=0)
