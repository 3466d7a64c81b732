const allowed = new Set([
  "TABLE",
  "THEAD",
  "TBODY",
  "TR",
  "TH",
  "TD",
  "P",
  "B",
  "I",
  "CODE",
  "PRE",
  "DIV",
  "SPAN",
  "IMG",
]);

/** HTML that a run shows, such as the tables of an analysis, of which only plain elements stay, and pictures that are in it. */
export function safeTable(html: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const node of new DOMParser().parseFromString(html, "text/html").body.childNodes) fragment.append(safe(node));
  return fragment;
}

function safe(node: Node): Node {
  if (!(node instanceof HTMLElement) || !allowed.has(node.tagName))
    return document.createTextNode(node.textContent ?? "");
  const copy = document.createElement(node.tagName);
  if (node instanceof HTMLImageElement && node.src.startsWith("data:image/")) {
    (copy as HTMLImageElement).src = node.src;
    (copy as HTMLImageElement).alt = node.alt;
  }
  for (const child of node.childNodes) copy.append(safe(child));
  return copy;
}
