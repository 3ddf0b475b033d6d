// What a page does beyond being read. Without JavaScript everything can still be read: these are conveniences.

// Light or dark: what the reader chose last, else what the system prefers. This runs before anything is drawn.
const kept = localStorage.getItem("theme");
if (kept) document.documentElement.dataset.theme = kept;

function changeTheme() {
  const root = document.documentElement.dataset;
  const now = root.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.theme = now === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.theme);
}

// A button that copies the code of a cell.
function addCopyButton(code) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "copy", textContent: "Copy" });
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent.trimEnd());
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  code.closest(".highlight").before(button);
}

// Mark the section that is being read in the contents: the last one whose heading has passed the upper third.
function markSection() {
  const links = [...document.querySelectorAll("nav ol ol a")];
  const named = name => document.getElementById(name) || document.getElementById(decodeURIComponent(name));
  const heading = link => named(link.hash.slice(1));
  const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
  const passed = links.filter(link => atEnd || heading(link).getBoundingClientRect().top < innerHeight / 3);
  for (const link of links) link.removeAttribute("aria-current");
  passed.at(-1)?.setAttribute("aria-current", "location");
}

// What scrolls must be reached with the keyboard; what does not would only be one more stop.
const reach = new ResizeObserver(entries => {
  for (const { target } of entries) {
    const scrolls = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight + 1;
    if (scrolls) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

// A term's definition, beside the term while the pointer is on either of them, or the focus on the term. Escape hides it.
function addDefinition(term) {
  const about = document.getElementById(term.getAttribute("aria-describedby"));
  let leaving;
  const show = () => {
    clearTimeout(leaving);
    hideDefinitions();
    about.hidden = false;
    const line = [...term.getClientRects()].at(-1), { clientWidth, clientHeight } = document.documentElement;
    const below = line.bottom + 4, fits = below + about.offsetHeight < clientHeight;
    about.style.left = `${Math.max(8, Math.min(line.left, clientWidth - about.offsetWidth - 8))}px`;
    about.style.top = `${scrollY + (fits ? below : line.top - 4 - about.offsetHeight)}px`;
  };
  const leave = () => {  // not at once: the pointer may be on its way from the one to the other
    leaving = setTimeout(() => { about.hidden = document.activeElement !== term; }, 200);
  };
  for (const place of [term, about]) {
    place.addEventListener("pointerenter", show);
    place.addEventListener("pointerleave", leave);
  }
  term.addEventListener("focus", show);
  term.addEventListener("blur", hideDefinitions);
}

function hideDefinitions() {
  for (const about of document.querySelectorAll("[role=tooltip]")) about.hidden = true;
}

addEventListener("DOMContentLoaded", () => {
  const theme = document.getElementById("theme");
  theme.hidden = false;
  theme.addEventListener("click", changeTheme);
  if (navigator.clipboard) document.querySelectorAll(".input pre code").forEach(addCopyButton);
  document.querySelectorAll(".input pre, .output, .wide, .phrasebook > div, main > table, math[display=block]").forEach(box => reach.observe(box));
  document.querySelectorAll(".term").forEach(addDefinition);
  addEventListener("keydown", event => {
    if (event.key === "Escape") hideDefinitions();
    if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      document.querySelector("input[type=search]").focus();
    }
  });
  const nav = document.querySelector("nav"), here = nav.querySelector("[aria-current=page]");
  if (here) nav.scrollTop = here.offsetTop - nav.clientHeight / 4;  // the contents are longer than a window
  markSection();
  addEventListener("scroll", markSection, { passive: true });
});
