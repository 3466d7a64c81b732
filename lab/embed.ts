/**
 * Puts panels of the lab into the places of a page that are made for them, `<div data-lab="losses surface">`: each as a frame of its own, as tall
 * as what is in it, loaded when it comes near. What stands in a place is kept for those who have no scripts.
 *
 * @param address - where lab.html is.
 */
export function mountLab(root: HTMLElement, address: string): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-lab]")) {
    if (place.querySelector("iframe") !== null) continue;
    const frame = document.createElement("iframe");
    frame.src = `${address}?panels=${(place.dataset.lab ?? "").trim().split(/\s+/).join(",")}`;
    frame.loading = "lazy";
    frame.title = "The lab: two networks, live";
    frame.style.cssText = "width: 100%; height: 32rem; border: 0; color-scheme: light dark";
    addEventListener("message", ({ source, data }: MessageEvent<{ readonly labHeight?: number }>) => {
      if (source !== frame.contentWindow || typeof data?.labHeight !== "number") return;
      frame.style.height = `${Math.min(20_000, Math.max(100, data.labHeight))}px`;
    });
    place.append(frame);
  }
}
