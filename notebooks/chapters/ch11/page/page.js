// The page: collect strokes, make a picture of them (scan.js), run the model (ONNX Runtime), show its answer.
ort.env.wasm.wasmPaths = new URL("ort/", location).href;
ort.env.wasm.numThreads = 1;  // more threads would need a page that is isolated from all others

const $ = id => document.getElementById(id);
const paper = $("paper"), ink = paper.getContext("2d");
let strokes = [], picture = null, course, sessions = {}, scans = 0, latest = 0;

async function logits(name, gray) {
  const session = await sessions[name];
  const image = new ort.Tensor("float32", Float32Array.from(gray), course.models[name].shape);
  const outputs = await session.run({ [session.inputNames[0]]: image });
  return outputs[session.outputNames[0]].data;
}

const largest = numbers => numbers.indexOf(Math.max(...numbers));

async function show(what, before = "") {
  const turn = ++latest;
  picture = what;
  const scores = await logits($("model").value, picture);
  if (turn !== latest) return;  // a newer drawing has overtaken this one
  const top = Math.max(...scores), parts = [...scores].map(score => Math.exp(score - top));
  const sum = parts.reduce((a, b) => a + b);
  parts.forEach((part, digit) => {
    const [, bar, text] = $("bars").children[digit].children;
    bar.style.width = `${100 * part / sum}%`;
    text.textContent = `${(100 * part / sum).toFixed(0)} %`;
  });
  const seen = $("seen").getContext("2d");
  picture.forEach((gray, i) => {
    seen.fillStyle = `rgb(${[1, 1, 1].map(() => Math.round(255 * (1 - gray))).join()})`;
    seen.fillRect(i % 8, Math.floor(i / 8), 1, 1);
  });
  const digit = largest([...scores]);
  $("answer").textContent = `${before}This is a ${digit} (${(100 * parts[digit] / sum).toFixed(0)} %).`;
}

function clear() {
  strokes = [];
  picture = null;
  latest++;
  ink.clearRect(0, 0, paper.width, paper.height);
  $("seen").getContext("2d").clearRect(0, 0, 8, 8);
  for (const { children: [, bar, text] } of $("bars").children) { bar.style.width = "0"; text.textContent = ""; }
  $("answer").textContent = "Draw a digit.";
}

function draw() {
  ink.clearRect(0, 0, paper.width, paper.height);
  Object.assign(ink, { lineWidth: 16, lineCap: "round", lineJoin: "round", strokeStyle: getComputedStyle(paper).color });
  for (const stroke of strokes) {
    ink.beginPath();
    ink.moveTo(...stroke[0]);
    for (const point of stroke) ink.lineTo(...point);  // of one point it makes a dot
    ink.stroke();
  }
}

function listen() {
  let drawing = false;
  paper.addEventListener("pointerdown", event => {
    if (scans) { clear(); scans = 0; }
    drawing = true;
    paper.setPointerCapture(event.pointerId);
    strokes.push([[event.offsetX, event.offsetY]]);
    draw();
  });
  paper.addEventListener("pointermove", event => {
    if (drawing) { strokes.at(-1).push([event.offsetX, event.offsetY]); draw(); }
  });
  for (const end of ["pointerup", "pointercancel"])
    paper.addEventListener(end, () => { if (drawing) { drawing = false; show(scan(strokes)); } });
  $("clear").addEventListener("click", clear);
  document.addEventListener("keydown", event => { if (event.key === "Escape") clear(); });
  $("model").addEventListener("change", () => { if (picture) show(picture); });
  $("next").addEventListener("click", () => {
    clear();
    const one = course.digits[scans++ % course.digits.length];
    ink.imageSmoothingEnabled = false;
    show(one.picture, `A scan that a person labeled ${one.label}. `).then(() => ink.drawImage($("seen"), 0, 0, 280, 280));
  });
}

async function webgpu() {  // asked only: ONNX Runtime's files for it are not among the page's
  if (!navigator.gpu) return "this browser does not have it";
  return await navigator.gpu.requestAdapter() ? "this browser has it" : "this browser knows it and finds no GPU";
}

async function check() {
  for (const name of Object.keys(course.models)) {
    let same = 0, gap = 0;
    for (const { picture: gray, logits: wanted } of course.digits) {
      const found = [...await logits(name, gray)];
      same += largest(found) === largest(wanted[name]);
      gap = Math.max(gap, ...found.map((score, k) => Math.abs(score - wanted[name][k])));
    }
    $("check").append(`${name}: ${same} of ${course.digits.length} scans get Python's answer, largest difference ` +
                      `${gap.toExponential(1)}. `);
  }
  const gpu = await webgpu();
  document.body.dataset.webgpu = gpu;
  $("check").append(`Computed by WebAssembly on one thread; WebGPU: NOT MEASURED (${gpu}). `);
  const alike = course.drawn.filter(one => scan(one.strokes).every((gray, i) => gray === one.picture[i]));
  $("check").append(`${alike.length} of ${course.drawn.length} drawings become the same 8×8 picture as in Python.`);
}

async function start() {
  course = await (await fetch("course.json")).json();
  for (const [name, { file }] of Object.entries(course.models)) {
    $("model").add(new Option(name));
    sessions[name] = ort.InferenceSession.create(file);
    await sessions[name];  // one after another: they share one WebAssembly module
  }
  for (let digit = 0; digit < 10; digit++) {
    const row = document.createElement("li");
    row.append(...[digit, "", ""].map(text => Object.assign(document.createElement("span"), { textContent: text })));
    $("bars").append(row);
  }
  clear();
  listen();
  $("check").textContent = "";
  await check();
  document.body.dataset.checked = "yes";
}

start().catch(problem => { $("answer").textContent = `The page does not work: ${problem.message}`; });
