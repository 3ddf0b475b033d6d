#!/usr/bin/env bash
# keras 3.15.1 on tensorflow-cpu 2.21.0: `import tensorflow` loads scikit-learn, pandas and Matplotlib where they are installed.
#
# Guess: what Keras needs for a few of its functions alone (wrappers for scikit-learn, data frames, plots) is loaded with them.
# Behavior: TensorFlow imports Keras, and that loads all three at once, each in a `try`, with all that they load in turn. It is
#   up to 2 of 5 seconds of a processor, in every process. Where they are not found Keras's layers work as before.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"${PYTHON:-python3}" -m venv environment
environment/bin/python -m pip --quiet --disable-pip-version-check install tensorflow-cpu==2.21.0 keras==3.15.1 scikit-learn==1.9.1 pandas==3.1.1 matplotlib==3.11.2
cat > shows.py <<'PYTHON'
import sys
import time

hidden = sys.argv[1:]
sys.modules.update(dict.fromkeys(hidden))  # None: an import of this name fails, as where it is not installed
import numpy

begin = time.process_time()
import tensorflow

seconds = time.process_time() - begin
loaded = [name for name in ("sklearn", "pandas", "matplotlib.pyplot", "scipy.stats") if sys.modules.get(name)]
keras = tensorflow.keras
two = keras.layers.Dense(2, kernel_initializer="ones")(numpy.ones((1, 3), "float32")).numpy()
print(f"keras {keras.__version__}, hidden: {hidden}, loaded: {loaded}, {seconds:.1f} s of a processor")
print("a layer gives", two.tolist())
PYTHON
export TF_CPP_MIN_LOG_LEVEL=3
for hidden in "" "sklearn pandas matplotlib"; do
  environment/bin/python shows.py $hidden 2> errors || { cat errors; exit 1; }
done | tee seen
echo "guess: loaded: [] in both"
grep -q "hidden: \[\], loaded: \['sklearn', 'pandas', 'matplotlib.pyplot', 'scipy.stats'\]" seen &&
  grep -q "'matplotlib'\], loaded: \[\]" seen && test "$(grep -c "gives \[\[3.0, 3.0\]\]" seen)" = 2 || { echo "changed"; exit 1; }
