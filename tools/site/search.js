// The search page: DOCUMENTS holds every section of the book, MiniSearch finds in it. The words come in the address (?q=...).
const query = new URLSearchParams(location.search).get("q") || "";
const words = query.split(/\s+/).filter(word => word);
const found = document.getElementById("found");
document.querySelector("form[role=search] input").value = query;

// A word as it was typed, with neither a letter nor a digit beside it.
function whole(word) {
  const literal = word.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, "iu");
}

function isExact(hit) {
  return words.every(word => whole(word).test(`${hit.title} ${hit.text}`));
}

function show(hit) {
  const link = Object.assign(document.createElement("a"), { href: hit.url, textContent: hit.title });
  const at = Math.max(0, hit.text.search(whole(words[0])) - 60);
  const line = document.createElement("p");
  line.textContent = (at ? "… " : "") + hit.text.slice(at, at + 180) + " …";
  const item = document.createElement("li");
  item.append(link, line);
  document.getElementById("hits").append(item);
}

if (typeof MiniSearch === "undefined") {
  found.textContent = "This copy of the site was built without the search.";
} else if (!words.length) {
  found.textContent = "Type words into the field above.";
} else {
  const engine = new MiniSearch({ fields: ["title", "text"], storeFields: ["title", "url", "text"] });
  engine.addAll(DOCUMENTS);
  const hits = engine.search(query, { prefix: true, fuzzy: 0.1, combineWith: "AND", boost: { title: 3 } });
  const exact = hits.filter(isExact), similar = hits.filter(hit => !isExact(hit));
  found.textContent = `Sections with exactly “${query}”: ${exact.length}; with similar words: ${similar.length}.`;
  [...exact, ...similar].slice(0, 40).forEach(show);
}
