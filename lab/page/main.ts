import { readTable, type Table } from "../data/table.ts";
import { three } from "../drawing/canvas.ts";
import { panels } from "../panels/all.ts";
import { element, type Lab } from "../panels/panel.ts";
import { type PanelId, panelTexts } from "../panels/texts.ts";
import recorded from "../recorded.json";
import { fromAddress, hasSameMap, normalisations, type Settings, toAddress, usual } from "../settings.ts";
import { rates, scales } from "../training/plan.ts";
import type { Answer, Ask, Shown } from "../training/protocol.ts";
import { toCode } from "./code.ts";
import { connect } from "./connection.ts";
import { controls } from "./controls.ts";
import { PanelView } from "./panelView.ts";
import { offer, pictureOf, recordingOf } from "./saving.ts";
import { summary } from "./summary.ts";

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

const nothing: Shown = { frame: null, surface: null, rescale: null, neurons: null, pairs: [], edge: null };

/** Surfaces and gradients are measured anew after so many steps, and whenever the run is paused. */
const anewAfter = 200;

/** So many steps are made where the lab begins by itself: a page that is left open is to rest. */
const stepsByItself = 600;

/** The page of the lab. */
class Page implements Lab {
  private now = usual;
  /** Where a run that began by itself ends by itself. */
  private until = Number.POSITIVE_INFINITY;
  /** What the run that is shown began with. */
  private begun = usual;
  private table: Table | null = null;
  private shown: Shown = recorded as unknown as Shown;
  private isRecorded = true;
  private isRunning = false;
  private run = 0;
  private isDrawing = false;
  /** That of the library that trains. */
  private version = "";
  private lastAt: Readonly<Record<string, number>> = {};
  private askOf: (ask: Ask) => void = () => {};
  private readonly views = new Map<PanelId, PanelView>();
  private readonly showControls: (settings: Settings) => void;
  private readonly isStill = matchMedia("(prefers-reduced-motion: reduce)");

  readonly settings = (): Settings => this.now;
  readonly ask = (ask: Ask): void => {
    // What is asked of the recorded run is asked of one that begins.
    if (this.isRecorded && ["surface", "rescale", "pairs", "follow"].includes(ask.kind)) this.restart(false);
    this.askOf(ask);
  };

  constructor() {
    this.showControls = controls(byId("settings"), (given) => this.set(given));
    this.showControls(this.now);
    // On a phone the settings would hide all that there is to see.
    if (innerWidth < 640) byId<HTMLDetailsElement>("choices").open = false;
    this.listen();
    addEventListener("hashchange", () => this.readAddress());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    addEventListener("resize", () => this.redraw());
  }

  /** Connects what trains; from then on panels may ask. */
  async begin(): Promise<void> {
    const { ask, isWorker } = await connect((answer) => this.heed(answer));
    this.askOf = ask;
    if (!isWorker) this.tell("Workers are not allowed here: the networks train in turns with the page, and slower.");
    const seen = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const view = this.views.get((target as HTMLElement).dataset.panel as PanelId);
          if (view !== undefined) view.isVisible = isIntersecting;
        }
        if (!this.isRecorded) this.measureAgain();
        this.redraw();
      },
      { rootMargin: "100px" },
    );
    for (const { id } of panelTexts.filter(({ id }) => isAsked(id))) {
      const root = byId(`panel-${id}`);
      root.dataset.panel = id;
      this.views.set(id, new PanelView(root, panels[id], this));
      root.querySelector("[data-do=picture]")?.addEventListener("click", () => this.savePicture(id));
      root.querySelector("details")?.addEventListener("toggle", () => this.redraw());
      root.querySelector(".question")?.addEventListener("change", () => this.redraw());
      seen.observe(root);
    }
    this.readAddress();
    document.documentElement.dataset.ready = "true";
    if (doesRun && !this.isStill.matches) {
      this.until = stepsByItself;
      this.press("run");
    }
    setInterval(() => this.say(), 5000);
  }

  /** Begins anew with other settings. */
  readonly set = (given: Partial<Settings>): void => {
    if (given.data === "csv" && this.table === null) {
      byId<HTMLInputElement>("csv").click();
      this.showControls(this.now);
      return;
    }
    this.now = { ...this.now, ...given };
    const address = toAddress(this.now);
    history.replaceState(null, "", address === "" ? location.pathname + location.search : `#${address}`);
    this.restart(this.isRunning);
  };

  private readAddress(): void {
    const { settings, faults } = fromAddress(location.hash);
    if (faults.length > 0) this.tell(`Of the address this was not understood, and is as usual: ${faults.join("; ")}.`);
    this.now = settings;
    this.showControls(settings);
    this.nameColumns();
    // The recorded run is that of the usual settings.
    if (toAddress(settings) !== "" || !this.isRecorded) this.restart(false);
    else this.redraw();
  }

  private restart(isRunning: boolean): void {
    this.isRunning = false;
    this.lastAt = {};
    this.showControls(this.now);
    this.nameColumns();
    const { neurons, edge, pairs } = this.shown;
    const keepsMap = this.now.data !== "csv" && hasSameMap(this.now, this.begun) && !this.isRecorded;
    this.shown = { ...nothing, neurons, edge, pairs: keepsMap ? pairs : [] };
    this.isRecorded = false;
    this.begun = this.now;
    this.run++;
    this.ask({ kind: "begin", settings: this.now, table: this.table });
    if (isRunning) this.start();
    else this.showState();
  }

  private start(): void {
    this.isRunning = true;
    this.showState();
    this.ask({ kind: "run" });
  }

  /** What the reader presses: run, pause, step, half a step, back to the start. */
  private press(what: "run" | "step" | "half" | "start"): void {
    if (this.isRecorded || what === "start") this.restart(false);
    if (what === "run") {
      if (this.isRunning) {
        this.isRunning = false;
        this.showState();
        this.ask({ kind: "pause" });
      } else this.start();
    } else if (what !== "start") {
      this.isRunning = false;
      this.ask({ kind: "pause" });
      this.ask({ kind: what });
    }
    this.showState();
  }

  private heed(answer: Answer): void {
    if (answer.kind === "failed") {
      this.isRunning = false;
      this.showState();
      this.tell(answer.message);
      return;
    }
    if (answer.kind === "ready") {
      this.version = answer.version;
      byId("kernels").textContent =
        answer.kernels === "reference"
          ? "WebAssembly is not allowed or not there: plain loops compute, slower, and round otherwise in the last digits."
          : "";
      return;
    }
    if (answer.of !== this.run && answer.shown.neurons === undefined) return;
    if (this.isRecorded && answer.shown.neurons === undefined && answer.shown.edge === undefined) return;
    this.shown = { ...this.shown, ...answer.shown };
    if (this.isRunning && (this.shown.frame?.step ?? 0) >= this.until) {
      this.until = Number.POSITIVE_INFINITY;
      this.press("run");
    }
    if (answer.shown.frame !== undefined) this.measureAgain();
    this.redraw(answer.shown.frame !== undefined);
  }

  /** Measures what is seen and takes time, when a run is paused or has gone on for long enough. */
  private measureAgain(): void {
    const { frame } = this.shown;
    if (frame === null) return;
    for (const what of ["surface", "rescale"] as const) {
      const since = frame.step - (this.lastAt[what] ?? Number.NEGATIVE_INFINITY);
      if (!this.views.get(what)?.isVisible || since === 0 || (this.isRunning && since < anewAfter)) continue;
      this.lastAt = { ...this.lastAt, [what]: frame.step };
      this.ask({ kind: what });
    }
    if (!this.isRunning && this.views.get("map")?.isVisible && this.shown.pairs.length < rates.length * scales.length)
      this.ask({ kind: "pairs" });
  }

  /** Draws what is seen in the next frame of the screen; then the engine may send the next one of the run. */
  private redraw(isOfRun = false): void {
    if (isOfRun) setTimeout(() => this.ask({ kind: "shown" }), this.isStill.matches ? 1000 : 0);
    if (this.isDrawing) return;
    this.isDrawing = true;
    requestAnimationFrame(() => {
      this.isDrawing = false;
      for (const view of this.views.values()) if (view.isVisible) view.show(this.shown);
      this.showState();
    });
  }

  private showState(): void {
    const { frame } = this.shown;
    byId("run").textContent = this.isRunning ? "Pause" : "Run";
    byId("half").textContent = frame?.isHalf && !this.isRecorded ? "Backward" : "Forward";
    const losses = frame?.columns.map(({ loss }) => three(loss)).join(" and ") ?? "";
    byId("state").textContent =
      frame === null ? "" : `${this.isRecorded ? "Recorded: step" : "Step"} ${frame.step}, losses ${losses}`;
    // Both keep their place, so that the bar below them stays where it is.
    byId("recorded").classList.toggle("kept", !this.isRecorded);
    byId("own").classList.toggle("kept", this.isRecorded);
  }

  private nameColumns(): void {
    for (const place of document.querySelectorAll<HTMLElement>("[data-side]")) {
      const side = place.dataset.side as "left" | "right";
      place.textContent = `${side}: ${normalisations[this.now[side]]}`;
    }
  }

  /** What is said aloud of a run, every so many seconds and only where it goes on. */
  private say(): void {
    const { frame } = this.shown;
    if (frame !== null && this.isRunning) byId("said").textContent = summary(frame);
  }

  private tell(text: string): void {
    byId("notice").hidden = text === "";
    byId("told").textContent = text;
  }

  private async savePicture(id: PanelId): Promise<void> {
    const { root } = this.views.get(id) as PanelView;
    const { title } = panelTexts.find((panel) => panel.id === id) as { title: string };
    const picture = await pictureOf(root.querySelector(".body") as HTMLElement, title, this.now);
    if (picture === null) this.tell("This panel has drawn nothing yet.");
    else offer(picture, `evenkeel-${id}.png`);
  }

  private async copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.tell(`${what} is on the clipboard.`);
    } catch {
      const place = byId<HTMLTextAreaElement>("copied");
      place.value = text;
      place.hidden = false;
      place.select();
      this.tell(`The clipboard is not allowed here: ${what.toLowerCase()} stands below, selected.`);
    }
  }

  private async open(file: File): Promise<void> {
    try {
      this.table = readTable(await file.text());
      const { rows, classes, leftOut, notUsed } = this.table;
      const notes = [
        ...(leftOut > 0 ? [`; ${leftOut} left out, with cells that are no numbers`] : []),
        ...(notUsed > 0 ? [`; ${notUsed} behind them not used`] : []),
      ];
      this.tell(`${file.name}: ${rows.length} rows of ${classes.length} classes${notes.join("")}.`);
      this.set({ data: "csv" });
    } catch (error) {
      this.tell(`${file.name} cannot be used. ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private listen(): void {
    const on = (id: string, then: () => void): void => byId(id).addEventListener("click", then);
    on("run", () => this.press("run"));
    on("step", () => this.press("step"));
    on("half", () => this.press("half"));
    on("start", () => this.press("start"));
    on("heard", () => this.tell(""));
    on("link", () => void this.copy(location.href, "The link"));
    on("code", () => void this.copy(toCode(this.now), "The code"));
    on("recording", () => {
      const { frame } = this.shown;
      if (frame === null) return this.tell("There is no run yet.");
      offer(
        new Blob([JSON.stringify(recordingOf(frame, this.now, this.version))], { type: "application/json" }),
        "evenkeel-recording.json",
      );
    });
    const file = byId<HTMLInputElement>("csv");
    file.addEventListener("change", () => {
      const [chosen] = file.files ?? [];
      if (chosen !== undefined) void this.open(chosen);
      file.value = "";
    });
    on("open", () => file.click());
    addEventListener("keydown", (event) => {
      const { target, key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (target instanceof Element && target.closest("input, select, textarea, button, summary, a, [tabindex]"))
        return;
      if (key !== " " && key !== "ArrowRight") return;
      event.preventDefault();
      this.press(key === " " ? "run" : event.shiftKey ? "half" : "step");
    });
  }
}

/** The panels that are asked for, where the lab stands within another page; empty where it is that page. */
const asked = (new URLSearchParams(location.search).get("panels") ?? "").split(",").filter((id) => id !== "");
const doesRun = new URLSearchParams(location.search).has("run");
const isAsked = (id: PanelId): boolean => asked.length === 0 || asked.includes(id);

/** Leaves out what is not asked for, and tells the page around how tall the rest is. */
function fitIn(): void {
  if (asked.length === 0) return;
  document.documentElement.classList.add("within");
  for (const section of document.querySelectorAll<HTMLElement>("section.panel")) {
    section.hidden = !asked.includes(section.id.replace("panel-", ""));
  }
  byId<HTMLDetailsElement>("choices").open = false;
  const tell = (): void => parent.postMessage({ labHeight: document.body.scrollHeight }, "*");
  new ResizeObserver(tell).observe(document.body);
}

if (location.protocol === "file:") for (const link of document.querySelectorAll(".chapter")) link.remove();
fitIn();
void new Page().begin().catch((error: unknown) => {
  document.body.prepend(element("p", { class: "told" }, `The lab cannot start here: ${String(error)}`));
});
