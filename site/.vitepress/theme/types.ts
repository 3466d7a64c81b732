/** Shows what a name in code is while it is pointed at or tapped, until Escape; on each page from the first that asks on. */
export function showTypes(): void {
  if (document.querySelector(".type-tip") !== null) return;
  const tip = document.createElement("div");
  tip.className = "type-tip";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  document.body.append(tip);
  document.addEventListener("pointerover", ({ target }) => {
    const name = target instanceof Element ? target.closest<HTMLElement>("[data-type]") : null;
    tip.hidden = name === null;
    if (name === null) return;
    tip.textContent = name.dataset.type ?? "";
    const { left, bottom, top } = name.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - width - 8))}px`;
    tip.style.top = `${bottom + height + 8 > innerHeight ? top - height - 4 : bottom + 4}px`;
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") tip.hidden = true;
  });
  const hide = (): void => {
    tip.hidden = true;
  };
  addEventListener("scroll", hide, { passive: true, capture: true });
}
