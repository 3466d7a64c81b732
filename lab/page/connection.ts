import type { Answer, Ask } from "../training/protocol.ts";
import type { InPage } from "../training/start.ts";

/** How the page reaches what trains. */
export interface Connection {
  readonly ask: (ask: Ask) => void;
  /** Whether it has a thread of its own. */
  readonly isWorker: boolean;
}

/**
 * Starts the engine: in a worker made of the page's own text, as a file from disk may load no other, and as a classic one, for one of modules may
 * not be made so there. Where workers are forbidden it takes turns with the page.
 */
export function connect(answer: (answer: Answer) => void): Promise<Connection> {
  // The program that trains lies in the page as text.
  const program = document.getElementById("engine")?.textContent ?? "";
  return new Promise((resolve, reject) => {
    const inPage = (): void => {
      const script = document.createElement("script");
      script.textContent = program;
      document.head.append(script);
      const { EvenkeelEngine } = globalThis as InPage;
      if (EvenkeelEngine === undefined) {
        reject(new Error("neither a worker nor a script may be started"));
        return;
      }
      const engine = new EvenkeelEngine(answer, { stretch: 6, later: (next) => void setTimeout(next, 12) });
      resolve({ ask: (ask) => engine.ask(ask), isWorker: false });
    };
    if (new URLSearchParams(location.search).has("no-worker")) return inPage();
    try {
      const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
      const worker = new Worker(address);
      let isReady = false;
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if (!isReady) resolve({ ask: (ask) => worker.postMessage(ask), isWorker: true });
        isReady = true;
        answer(data);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        if (isReady) answer({ kind: "failed", message: event.message });
        else inPage();
        isReady = true;
      };
    } catch {
      inPage();
    }
  });
}
