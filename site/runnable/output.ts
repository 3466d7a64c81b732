import type { RunError, Shown } from "./messages.ts";
import { safeTable } from "./safeTable.ts";

/** What appears below a block: text, pictures, tables, and errors, in the order in which they come. */
export class Output {
  /** Read aloud when something is added to it. */
  readonly element: HTMLElement;
  private readonly places = new Map<string, HTMLElement>();

  constructor(label: string) {
    this.element = made("div", "runnable-output");
    this.element.setAttribute("role", "region");
    this.element.setAttribute("aria-label", label);
    this.element.setAttribute("aria-live", "polite");
    this.element.tabIndex = -1;
  }

  get isEmpty(): boolean {
    return this.element.childElementCount === 0;
  }

  clear(): void {
    this.element.replaceChildren();
    this.places.clear();
  }

  /** Text that was printed; what follows text joins it. */
  text(text: string): void {
    const last = this.element.lastElementChild;
    if (last?.matches("pre.runnable-text")) last.append(`\n${text}`);
    else this.element.append(scrolled(made("pre", "runnable-text", text)));
  }

  /** @param place - where something was shown before that this takes the place of. */
  shown(content: Shown, place?: string): void {
    const element = elementOf(content);
    const before = place === undefined ? undefined : this.places.get(place);
    if (place !== undefined) this.places.set(place, element);
    if (before === undefined) this.element.append(element);
    else before.replaceWith(element);
  }

  error({ name, message, line }: RunError): void {
    const at = line === null ? "" : ` (line ${line})`;
    this.element.append(made("pre", "runnable-error", `${name}${at}: ${message}`));
  }

  /** What is to be known of the run itself, with something to do about it. */
  note(text: string, action?: { readonly label: string; readonly act: () => void }): void {
    const note = made("p", "runnable-note", `${text} `);
    if (action !== undefined) note.append(button(action.label, action.act));
    this.element.append(note);
  }
}

function elementOf(content: Shown): HTMLElement {
  if (content.type === "text") return scrolled(made("pre", "runnable-text", content.text));
  if (content.type === "table") {
    const box = made("div", "runnable-table");
    box.append(safeTable(content.html));
    return box;
  }
  const figure = made("figure", "runnable-picture");
  const { light, dark, alt } = content;
  for (const [theme, svg] of light === dark
    ? [["both", light]]
    : [
        ["light", light],
        ["dark", dark],
      ]) {
    const image = made("img", `runnable-on-${theme}`) as HTMLImageElement;
    image.alt = alt;
    image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    figure.append(image);
  }
  return scrolled(figure);
}

/** What may be wider than the page, and is moved by keyboard too. */
function scrolled(element: HTMLElement): HTMLElement {
  element.tabIndex = 0;
  return element;
}

export function made(name: string, className: string, text = ""): HTMLElement {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

export function button(label: string, act: () => void): HTMLButtonElement {
  const element = made("button", "runnable-button", label) as HTMLButtonElement;
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}
