"""Five outputs for ten classes. Keras builds the network, and stops with an error in training."""

import keras

keras.utils.set_random_seed(0)
(images, labels), _ = keras.datasets.fashion_mnist.load_data()
model = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(5, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy")
print(model.output_shape)
model.fit(images / 255, labels, verbose=0)
