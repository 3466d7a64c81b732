import { Engine } from "./engine.ts";
import type { Ask } from "./protocol.ts";

/** What the page finds of this program where it runs in the page itself, for want of workers. */
export interface InPage {
  EvenkeelEngine?: typeof Engine;
}

if (typeof document === "undefined") startWorker();
else (globalThis as InPage).EvenkeelEngine = Engine;

function startWorker(): void {
  const { port1, port2 } = new MessageChannel();
  let next: (() => void) | null = null;
  port1.onmessage = () => {
    const now = next;
    next = null;
    now?.();
  };
  const engine = new Engine((answer) => postMessage(answer), {
    stretch: 12,
    later: (work) => {
      next = work;
      port2.postMessage(null); // a timer would wait for 4 ms each time
    },
  });
  addEventListener("message", ({ data }: MessageEvent<Ask>) => engine.ask(data));
}
