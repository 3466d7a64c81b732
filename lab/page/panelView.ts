import { element, type Lab, type Panel } from "../panels/panel.ts";
import type { Shown } from "../training/protocol.ts";
import { Prediction } from "./prediction.ts";

/** A panel in the page: what it draws, its question, and the table behind it. */
export class PanelView {
  /** Whether any of it is on the screen. */
  isVisible = false;
  readonly root: HTMLElement;
  private readonly panel: Panel;
  private readonly lab: Lab;
  private readonly draw: (shown: Shown) => void;
  private readonly prediction: Prediction;
  private readonly table: HTMLDetailsElement;

  constructor(root: HTMLElement, panel: Panel, lab: Lab) {
    this.root = root;
    this.panel = panel;
    this.lab = lab;
    this.draw = panel.mount(root.querySelector(".body") as HTMLElement, lab);
    this.prediction = new Prediction(root.querySelector(".question") as HTMLElement);
    this.table = root.querySelector("details") as HTMLDetailsElement;
  }

  /** Shows what there is. The table is written while it is open. */
  show(shown: Shown): void {
    this.draw(shown);
    this.prediction.show(this.panel.judge(shown, this.lab.settings()));
    if (this.table.open) this.tabulate(shown);
  }

  private tabulate(shown: Shown): void {
    const [head = [], ...rows] = this.panel.table(shown, this.lab.settings());
    const cells = (row: readonly string[], tag: "th" | "td"): HTMLElement =>
      element("tr", {}, ...row.map((text) => element(tag, tag === "th" ? { scope: "col" } : {}, text)));
    const made = element(
      "table",
      {},
      element("thead", {}, cells(head, "th")),
      element("tbody", {}, ...rows.map((row) => cells(row, "td"))),
    );
    this.table.querySelector(".table")?.replaceChildren(made);
  }
}
