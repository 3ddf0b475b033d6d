// The search page: DOCUMENTS holds every section of the book, MiniSearch finds in it. The words come in the address (?q=...).
const words = new URLSearchParams(location.search).get("q") || "";
const status_ = document.getElementById("found");
document.querySelector("form[role=search] input").value = words;
if (typeof MiniSearch === "undefined") {
  status_.textContent = "This copy of the site was built without the search.";
} else {
  const engine = new MiniSearch({ fields: ["title", "text"], storeFields: ["title", "url", "text"] });
  engine.addAll(DOCUMENTS);
  const hits = engine.search(words, { prefix: true, fuzzy: 0.1, combineWith: "AND", boost: { title: 3 } });
  status_.textContent = words ? `${hits.length} sections with “${words}”` : "Type words into the field above.";
  for (const hit of hits.slice(0, 40)) {
    const link = Object.assign(document.createElement("a"), { href: hit.url, textContent: hit.title });
    const at = Math.max(0, hit.text.toLowerCase().indexOf(words.split(" ")[0].toLowerCase()) - 60);
    const line = document.createElement("p");
    line.textContent = (at ? "… " : "") + hit.text.slice(at, at + 180) + " …";
    const item = document.createElement("li");
    item.append(link, line);
    document.getElementById("hits").append(item);
  }
}
