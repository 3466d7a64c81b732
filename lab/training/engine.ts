import { kernelsName, version } from "evenkeel";
import { surfaceRoughness } from "evenkeel/analysis";
import type { Table } from "../data/table.ts";
import { hasSameMap, type Settings, usual } from "../settings.ts";
import { Edge } from "./edge.ts";
import { walk } from "./neurons.ts";
import { pairOf } from "./pairs.ts";
import { type Pair, rates, scales } from "./plan.ts";
import type { Answer, Ask, Rescale, Shown, Surfaces } from "./protocol.ts";
import { rescaleOf } from "./rescale.ts";
import { Session } from "./session.ts";
import { surfacesOf } from "./surface.ts";

/** So many points to a side of a surface. */
const surfacePoints = 25;

/** What is measured without a run's steps waiting for it, one small part after the other. */
interface Job {
  /** Does a part; says what is to be shown, and whether there is more. */
  readonly part: () => { readonly shown: Partial<Shown>; readonly isDone: boolean };
}

/** How the engine shares its thread: for how long it works at a stretch, in ms, and how it waits until others had their turn. */
export interface Turns {
  readonly stretch: number;
  readonly later: (next: () => void) => void;
}

/**
 * Trains and measures when it is asked to, in a worker or, where there is none, in turns with the page. A picture of the run is sent
 * when the one before was drawn.
 */
export class Engine {
  private readonly answer: (answer: Answer) => void;
  private readonly turns: Turns;
  private settings: Settings = usual;
  private table: Table | null = null;
  private session: Session | null = null;
  private isRunning = false;
  private isDrawn = true;
  private isTurning = false;
  private readonly jobs = new Map<"pairs" | "edge", Job>();
  /** What was tried of the map: it holds for all rates and scales, but for no other network or data. */
  private pairs: Pair[] = [];
  /** Which run it is: what belongs to an earlier one is not to be shown. */
  private run = 0;

  constructor(answer: (answer: Answer) => void, turns: Turns) {
    this.answer = answer;
    this.turns = turns;
    answer({ kind: "ready", kernels: kernelsName(), version });
  }

  /** Does what is asked. Says what went wrong, rather than throw. */
  ask(ask: Ask): void {
    try {
      this.heed(ask);
    } catch (error) {
      this.isRunning = false;
      this.fail(error);
    }
  }

  private heed(ask: Ask): void {
    switch (ask.kind) {
      case "begin":
        this.run++;
        if (!hasSameMap(ask.settings, this.settings) || ask.table !== null) this.pairs = [];
        this.settings = ask.settings;
        this.table = ask.table;
        this.isRunning = false;
        this.jobs.clear();
        this.session = new Session(this.settings, this.table);
        this.session.half();
        this.show();
        break;
      case "run":
        this.isRunning = this.session !== null;
        this.turn();
        break;
      case "pause":
        this.isRunning = false;
        this.show();
        break;
      case "step":
        this.session?.advance();
        this.show();
        break;
      case "half":
        this.session?.half();
        this.show();
        break;
      case "shown":
        this.isDrawn = true;
        break;
      case "follow":
        this.session?.follow(ask.followed);
        this.show();
        break;
      case "neurons":
        this.send({ neurons: walk(ask.lr, ask.steps) });
        break;
      case "surface":
        if (this.session !== null) this.send({ surface: surfacesNow(this.session) });
        break;
      case "rescale":
        if (this.session !== null) this.send({ rescale: rescaleNow(this.session) });
        break;
      case "pairs":
      case "edge":
        if (!this.jobs.has(ask.kind)) this.jobs.set(ask.kind, ask.kind === "edge" ? edgeJob() : this.pairsJob());
        this.turn();
        break;
    }
  }

  /** Works for a stretch, and comes again while there is something to do. */
  private turn(): void {
    if (this.isTurning) return;
    this.isTurning = true;
    this.turns.later(() => {
      this.isTurning = false;
      try {
        this.work();
      } catch (error) {
        this.isRunning = false;
        this.jobs.clear();
        this.fail(error);
      }
      if (this.isRunning || this.jobs.size > 0) this.turn();
    });
  }

  private work(): void {
    const until = performance.now() + this.turns.stretch;
    if (this.isRunning) {
      do this.session?.advance();
      while (performance.now() < until);
      if (this.isDrawn) this.show();
      return;
    }
    for (const [name, job] of this.jobs) {
      const { shown, isDone } = job.part();
      if (isDone) this.jobs.delete(name);
      this.send(shown);
    }
  }

  /** The pairs that are not tried yet, those nearest to the reader's first. */
  private pairsJob(): Job {
    const { settings, table, pairs } = this;
    const far = ({ lr, scale }: Pick<Pair, "lr" | "scale">): number =>
      Math.hypot(Math.log(lr / settings.lr), Math.log(scale / settings.scale));
    const left = scales
      .flatMap((scale) => rates.map((lr) => ({ scale, lr })))
      .filter(({ lr, scale }) => !pairs.some((pair) => pair.lr === lr && pair.scale === scale))
      .sort((a, b) => far(a) - far(b));
    return {
      part: () => {
        const next = left.shift();
        if (next !== undefined) pairs.push(pairOf(settings, next, table));
        return { shown: { pairs: [...pairs] }, isDone: left.length === 0 };
      },
    };
  }

  private show(): void {
    if (this.session === null) return;
    this.isDrawn = false;
    this.send({ frame: this.session.frame() });
  }

  private send(shown: Partial<Shown>): void {
    this.answer({ kind: "shown", isRunning: this.isRunning, of: this.run, shown });
  }

  private fail(error: unknown): void {
    this.answer({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
}

/** The surfaces of both networks as they are. */
export function surfacesNow(session: Session): Surfaces | "diverged" {
  const surfaces = surfacesOf(session, surfacePoints);
  if (surfaces === null) return "diverged";
  const minima = surfaces.map((surface) => surfaceRoughness(surface).minima) as [number, number];
  return { step: session.step, surfaces, minima };
}

/** What batch norm does to a gradient as the networks are. */
export function rescaleNow(session: Session): Rescale | "none" | "diverged" {
  const found = rescaleOf(session);
  return typeof found === "string" ? found : { step: session.step, ...found };
}

function edgeJob(): Job {
  const edge = new Edge();
  return {
    part: () => {
      const isMore = edge.advance();
      return { shown: { edge: edge.seen() }, isDone: !isMore };
    },
  };
}
