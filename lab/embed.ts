/**
 * Puts panels of the lab into the places of a page that are made for them, such as `<div data-lab="losses surface">`: in a frame as tall as
 * what is in it, loaded when it comes near. `data-lab-settings` is what stands behind `#` in an address of the lab; where there is `data-lab-run`
 * it begins to train by itself. What stands in a place is for those who have no scripts.
 *
 * @param address - where lab.html is.
 */
export function mountLab(root: HTMLElement, address: string): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-lab]")) {
    if (place.querySelector("iframe") !== null) continue;
    const { lab = "", labSettings = "", labRun } = place.dataset;
    const frame = document.createElement("iframe");
    const query = `panels=${lab.trim().split(/\s+/).join(",")}${labRun === undefined ? "" : "&run"}`;
    frame.src = `${address}?${query}${labSettings === "" ? "" : `#${labSettings}`}`;
    frame.loading = "lazy";
    frame.title = "The lab: two networks, live";
    frame.style.cssText = "width: 100%; height: 32rem; border: 0";
    addEventListener("message", ({ source, data }: MessageEvent<{ readonly labHeight?: number }>) => {
      if (source !== frame.contentWindow || typeof data?.labHeight !== "number") return;
      frame.style.height = `${Math.min(20_000, Math.max(100, data.labHeight))}px`;
    });
    place.replaceChildren(frame);
  }
}
