/** Runs blocks of a page, and cells of a notebook, in a worker: each is a module of its own, made of its text. */
import type { RunMessage, RunRequest } from "../messages.ts";
import { compile, NotRunError, runtimeName } from "./compile.ts";
import { told } from "./errors.ts";
import { loadModule, modulesAtHand, taken } from "./modules.ts";
import { printed, textOf } from "./printed.ts";
import { isPlot, isShowable, shownOf, shownPlot, shownSvg } from "./shown.ts";

/** Of the worker's global object, what is used of it; lib.dom names only that of pages. */
interface WorkerScope {
  postMessage(message: RunMessage): void;
}

const { postMessage } = globalThis as unknown as WorkerScope;
const post = postMessage.bind(globalThis);

/** More than this is not printed of one run: the page would drown in it. */
const mostCharacters = 200_000;

let current: RunRequest = { id: 0, code: "", isCell: false };
let characters = 0;
/** Plots of the current run that are shown already. */
let drawn = new Set<unknown>();
/** What is still being drawn; it comes in this order. */
let drawing: Promise<void> = Promise.resolve();

function say(text: string): void {
  if (characters > mostCharacters) return;
  characters += text.length + 1;
  post({ id: current.id, kind: "text", text: characters > mostCharacters ? "… and more, which is not shown." : text });
}

/** Shows something once it is drawn, behind what was shown before it. */
function show(made: Promise<Parameters<typeof send>[0]>, place?: string): Promise<void> {
  drawing = drawing.then(async () => send(await made, place)).catch((error) => fail(error));
  return drawing;
}

function send(content: Extract<RunMessage, { kind: "shown" }>["content"] | null, place?: string): void {
  if (content === null) return;
  post({ id: current.id, kind: "shown", content, ...(place === undefined ? {} : { place }) });
}

function fail(error: unknown): void {
  post({ id: current.id, kind: "error", error: told(error, addresses) });
}

/** The addresses of the modules that were made of texts, by the run that they are of. */
const addresses: { readonly id: number; readonly address: string }[] = [];

Object.assign(console, printed(say));

const runtime = {
  load: (name: string) => loadModule(name),
  take: (name: string, names: readonly string[]) => taken(name, names),
  /** The value of the last statement: in a notebook whatever it is, in a block only what has a picture or a text of its own. */
  result(value: unknown): void {
    if (isShowable(value)) {
      drawn.add(value);
      void show(shownOf(value));
    } else if (current.isCell && value !== undefined) say(textOf(value));
  },
  /** Shows the plots among what a block has made, unless they have been. */
  made(values: readonly unknown[]): void {
    for (const value of new Set(values)) if (isPlot(value) && !drawn.has(value)) void show(shownPlot(value));
  },
  share(name: string, get: () => unknown, set: (value: unknown) => void): void {
    Object.defineProperty(globalThis, name, { get, set, configurable: true, enumerable: true });
  },
};
Object.defineProperty(globalThis, runtimeName, { value: runtime });

/** What is drawn by `render` is shown too. */
modulesAtHand.rendered = (plot, format, made) => {
  drawn.add(plot);
  void show(format === "svg" ? shownSvg(made, plot) : shownPlot(plot));
};

/** The one thing of Deno's that the library asks for: where a LiveView of a notebook shows its plot. */
const jupyter = {
  broadcast: (
    _type: string,
    content: { data: Readonly<Record<string, unknown>>; transient?: { display_id?: string } },
  ) => show(shownOf(content.data), content.transient?.display_id),
};
Object.defineProperty(globalThis, "Deno", { value: { jupyter }, configurable: true });

addEventListener("message", ({ data }: MessageEvent<RunRequest>) => {
  void run(data);
});
addEventListener("error", (event) => {
  event.preventDefault();
  fail(event.error ?? event.message);
});
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail(event.reason);
});

async function run(request: RunRequest): Promise<void> {
  current = request;
  characters = 0;
  drawn = new Set();
  try {
    const { code, modules } = compile(request.code, request);
    for (const name of modules) await loadModule(name);
    post({ id: request.id, kind: "begun" });
    await importText(code);
  } catch (error) {
    fail(error);
  }
  await drawing;
  post({ id: request.id, kind: "done" });
}

async function importText(code: string): Promise<void> {
  const address = addressOf(code);
  addresses.push({ id: current.id, address });
  try {
    await import(address);
  } catch (error) {
    if (error instanceof TypeError && !(await mayImport())) throw new NotRunError(forbidden, { name: "Not run" });
    throw error;
  }
}

const addressOf = (code: string): string => URL.createObjectURL(new Blob([code], { type: "text/javascript" }));

const mayImport = (): Promise<boolean> =>
  import(addressOf("export {};")).then(
    () => true,
    () => false,
  );

const forbidden =
  "This page may not run what is written on it: its content security policy (script-src) does not allow blob:. The code runs in a page that has none, or in Node.";
