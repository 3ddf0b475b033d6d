#!/usr/bin/env bash
# keras 3.15.1 on tensorflow-cpu 2.21.0: numbers that TextVectorization gives to words that are equally frequent.
#
# Guess: from a to z, or in the order of the text.
# Behavior: from z to a. With max_tokens the words from the end of the alphabet stay, those from its beginning become [UNK].
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"${PYTHON:-python3}" -m venv environment
environment/bin/python -m pip --quiet --disable-pip-version-check install tensorflow-cpu==2.21.0 keras==3.15.1
TF_CPP_MIN_LOG_LEVEL=3 environment/bin/python - 2> errors <<'PYTHON' | tee seen || { cat errors; exit 1; }
import keras


def words(**settings):
    layer = keras.layers.TextVectorization(**settings)
    layer.adapt(["pear apple fig apple"])
    return [str(word) for word in layer.get_vocabulary()]


print(f"keras {keras.__version__}")
print("guess: apple, then fig and pear or pear and fig as in the text; of one more, the first of them")
print("all:         ", words())
print("max_tokens=4:", words(max_tokens=4))
PYTHON
grep -q "'apple', 'pear', 'fig'\]" seen && grep -q "max_tokens=4: \['', '\[UNK\]', 'apple', 'pear'\]" seen || { echo "changed"; exit 1; }
