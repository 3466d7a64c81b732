import { onContentUpdated, type Theme, withBase } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";
import { mountLab } from "../../../lab/embed.ts";
import "./site.css";
import { showTypes } from "./types.ts";

/** What scripts/docs/runnable.ts has built beside the pages, so that its worker and editor lie where they are looked for. */
type Runnable = typeof import("../../runnable/runnable.ts");

const theme: Theme = {
  extends: DefaultTheme,
  setup() {
    let takeAway = (): void => {};
    onContentUpdated(async () => {
      takeAway();
      showTypes();
      const root = document.querySelector<HTMLElement>(".vp-doc");
      if (root === null) return;
      mountLab(root, withBase("/lab.html"));
      const assets = withBase("/runnable/");
      const { makeRunnable }: Runnable = await import(/* @vite-ignore */ `${assets}runnable.js`);
      if (root.isConnected) takeAway = makeRunnable(root, { assets });
    });
  },
};
export default theme;
