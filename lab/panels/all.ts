import { activations } from "./activations.ts";
import { bitmap } from "./bitmap.ts";
import { edge } from "./edge.ts";
import { landscape } from "./landscape.ts";
import { losses } from "./losses.ts";
import { map } from "./map.ts";
import { neurons } from "./neurons.ts";
import type { Panel } from "./panel.ts";
import { rescale } from "./rescale.ts";
import { surface } from "./surface.ts";
import type { PanelId } from "./texts.ts";
import { unit } from "./unit.ts";

/** All panels of the lab, by what they are called in the page. */
export const panels: Readonly<Record<PanelId, Panel>> = {
  losses,
  activations,
  bitmap,
  unit,
  neurons,
  landscape,
  surface,
  rescale,
  map,
  edge,
};
