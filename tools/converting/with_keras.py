"""Keras on the backend that KERAS_BACKEND names: it reads a .keras file that Keras wrote on TensorFlow."""
import keras
import measure


def convert(folder):
    model = keras.saving.load_model(folder / "model.keras")

    def ask(arrays):
        outputs = measure.listed(model(arrays if len(arrays) > 1 else arrays[0]))
        return [keras.ops.convert_to_numpy(output) for output in outputs]
    return ask


if __name__ == "__main__":
    measure.main(convert)
