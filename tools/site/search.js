// The search page: DOCUMENTS holds every section of the book, MiniSearch finds in it. The words come in the address (?q=...).
const query = new URLSearchParams(location.search).get("q") || "";
const words = query.split(/\s+/).filter(word => word);
const found = document.getElementById("found");
document.querySelector("form[role=search] input").value = query;

// Finds these words as they were typed, with neither a letter nor a digit beside them.
function whole(...words) {
  const literal = words.map(word => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|");
  return new RegExp(`(?<![\\p{L}\\p{N}_])(${literal})(?![\\p{L}\\p{N}_])`, "iu");
}

// How many of the words that were typed a section has, as they were typed.
function has(hit) {
  return words.filter(word => whole(word).test(`${hit.title} ${hit.text}`)).length;
}

function show(hit) {
  const link = document.createElement("a"), line = document.createElement("p"), item = document.createElement("li");
  link.href = hit.url;
  link.append(...marked(hit.title));
  line.append(...marked(excerpt(hit.text)));
  item.append(link, line);
  document.getElementById("hits").append(item);
}

// The whole words of a text around the first one that was found, with dots where something is left out.
function excerpt(text) {
  const from = text.lastIndexOf(" ", Math.max(0, text.search(whole(...words)) - 60)) + 1;
  const end = text.indexOf(" ", from + 180);
  return (from ? "… " : "") + text.slice(from, end < 0 ? undefined : end) + (end < 0 ? "" : " …");
}

// A text in pieces, the words that were typed as elements of their own.
function marked(text) {
  const pieces = text.split(whole(...words));  // every second one is a word
  return pieces.map((piece, k) => k % 2 ? Object.assign(document.createElement("mark"), { textContent: piece }) : piece);
}

// The sections that have all words, or words like them; where there is none, those that have some. Says which, and how many.
function search() {
  const engine = new MiniSearch({ fields: ["title", "text"], storeFields: ["title", "url", "text"] });
  engine.addAll(DOCUMENTS);
  const options = { prefix: true, fuzzy: 0.1, boost: { title: 3 } };
  const hits = engine.search(query, { ...options, combineWith: "AND" });
  if (hits.length) {
    const exact = hits.filter(hit => has(hit) == words.length), similar = hits.filter(hit => has(hit) < words.length);
    found.textContent = `Sections with exactly “${query}”: ${exact.length}; with similar words: ${similar.length}.`;
    return [...exact, ...similar];
  }
  const some = engine.search(query, options).filter(has).sort((a, b) => has(b) - has(a));  // as many words as there are
  found.textContent = words.length == 1 ? `No section has “${query}”, nor a word like it.`
    : `No section has all of these words; sections that have some: ${some.length}.`;
  return some;
}

if (typeof MiniSearch === "undefined") {
  found.textContent = "This copy of the site was built without the search.";
} else if (!words.length) {
  found.textContent = "Type words into the field above.";
} else {
  search().slice(0, 40).forEach(show);
}
