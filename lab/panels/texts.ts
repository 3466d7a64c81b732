/** What stands around a panel, without a program: what to look for, the formula, and what to guess before it runs. */
export interface PanelText {
  readonly id: PanelId;
  readonly title: string;
  /** The guide of the site that is its chapter. */
  readonly chapter: string;
  /** What to look for, as a reader sees it. */
  readonly look: string;
  /** The formula, in TeX. */
  readonly tex: string;
  readonly question: { readonly ask: string; readonly answers: readonly string[] };
}

export const panelIds = [
  "losses",
  "activations",
  "bitmap",
  "unit",
  "neurons",
  "landscape",
  "surface",
  "rescale",
  "map",
  "edge",
] as const;

export type PanelId = (typeof panelIds)[number];

export const panelTexts: readonly PanelText[] = [
  {
    id: "losses",
    title: "Losses",
    chapter: "what-batch-norm-is",
    look: "Which line comes down, and how far below the dashed one: that is what guessing all classes alike costs. Faint is every batch, strong the mean of the last ones.",
    tex: "L = -\\frac{1}{n}\\sum_{i=1}^{n} \\log p_{i,\\,y_i}, \\qquad L_{\\text{guess}} = \\ln K",
    question: {
      ask: "In 300 steps, will the left network come at least 0.3 below guessing?",
      answers: ["yes", "no"],
    },
  },
  {
    id: "activations",
    title: "Activations, layer by layer",
    chapter: "dead-and-saturated-units",
    look: "Mass at both ends: units that say −1 or 1 whatever they are shown. Below lies the activation, and its slope, by which it multiplies the gradient that passes: near 0 at the ends.",
    tex: "\\tanh'(z) = 1 - \\tanh^2(z)",
    question: {
      ask: "After 100 steps, will more than half of what the last hidden layer of the left network says be saturated?",
      answers: ["yes", "no"],
    },
  },
  {
    id: "bitmap",
    title: "Units × examples",
    chapter: "dead-and-saturated-units",
    look: "A row that is filled from end to end is a unit that is saturated for every example of the batch: it learns nothing from any of them. Click a row to follow its unit.",
    tex: "\\frac{\\partial L}{\\partial w} = \\frac{\\partial L}{\\partial y}\\,\\tanh'(z)\\,x \\approx 0 \\quad\\text{where } |\\tanh(z)| > 0.97",
    question: {
      ask: "In the layer that you follow: which network has more units that are saturated for every example?",
      answers: ["left", "right", "as many"],
    },
  },
  {
    id: "unit",
    title: "One unit, and internal covariate shift",
    chapter: "internal-covariate-shift",
    look: "Above, where the input of one unit's activation lies: the median, and between the outer lines 70 % of the batch. Below, how much that moves in a step (the measure of 2015), and by how much the layers before change a layer's gradient (that of 2018).",
    tex: "\\text{2015: } \\frac{|\\mu_{t+1} - \\mu_t|}{\\sigma_{t+1}} \\qquad \\text{2018: } \\frac{\\lVert G_i - G_i' \\rVert}{\\lVert G_i \\rVert}",
    question: {
      ask: "By the measure of 2018, which network has more covariate shift?",
      answers: ["left", "right"],
    },
  },
  {
    id: "neurons",
    title: "Three neurons, step by step",
    chapter: "internal-covariate-shift",
    look: "1c, 1b and 1a are computed from one pass, in which neuron c got z_b. When a and b have moved, that is stale: c learnt on something that is no longer so.",
    tex: "\\hat y = c \\cdot b \\cdot a \\cdot x, \\qquad \\frac{\\partial L}{\\partial c} = \\frac{\\partial L}{\\partial \\hat y}\\, z_b, \\quad z_b = b\\,a\\,x",
    question: {
      ask: "In 2c, for the same x, will neuron c get the z_b that it got in 1c?",
      answers: ["yes", "no"],
    },
  },
  {
    id: "landscape",
    title: "The landscape along the gradient",
    chapter: "smoother-landscape",
    look: "From where the network is, steps of half to four times the rate are tried along the gradient: between which losses they end, by how much the gradient changes, and the largest such change for the way, the “effective β”. Smooth is narrow and low.",
    tex: "\\beta = \\max_h \\frac{\\lVert \\nabla L(\\theta - h\\,\\nabla L) - \\nabla L(\\theta) \\rVert}{\\lVert h\\,\\nabla L \\rVert}",
    question: {
      ask: "Whose gradient tells less of what comes: whose effective β is larger, on average?",
      answers: ["left", "right"],
    },
  },
  {
    id: "surface",
    title: "The surface",
    chapter: "smoother-landscape",
    look: "The loss on a plane of two random directions, as long filter by filter as the weights: jagged or smooth? Both are on one scale, of the loss's logarithm. The line is the path of training; as it does not lie in the plane, its distance from it is always told.",
    tex: "L(\\theta + x\\,d_1 + y\\,d_2)",
    question: {
      ask: "Which network's surface has more local minima here?",
      answers: ["left", "right", "as many"],
    },
  },
  {
    id: "rescale",
    title: "Not a simple rescale",
    chapter: "not-a-simple-rescale",
    look: "A mere rescale would pass on γ/σ·g, the grey arrow. Batch norm takes out its projections on 1 and on x̂; what is left is shorter, and points elsewhere.",
    tex: "\\frac{\\partial L}{\\partial y} = \\frac{\\gamma}{\\sigma}\\Bigl(g - \\frac{1}{m}\\langle 1, g\\rangle - \\frac{\\hat x}{m}\\langle \\hat x, g\\rangle\\Bigr)",
    question: {
      ask: "Will the gradient that is left be exactly γ/σ times the one that came, for every unit?",
      answers: ["yes", "no"],
    },
  },
  {
    id: "map",
    title: "Which rates and scales train",
    chapter: "smoother-landscape",
    look: "Each cell is a run of 100 steps: the lighter, the further its loss came down; × where it was no number. Choose a cell to make it the run above. The map fills in while nothing else runs.",
    tex: "\\text{rate} \\times \\text{scale} \\mapsto L_{100}",
    question: {
      ask: "Of which network will more pairs end below guessing by 0.3?",
      answers: ["left", "right", "as many"],
    },
  },
  {
    id: "edge",
    title: "The edge of stability",
    chapter: "learnt-since",
    look: "Plain gradient descent on all of 128 examples, without batch norm and with it, each at its own rate. The largest eigenvalue of the Hessian climbs until rate × λ is 2, where the step is too large for it, and stays.",
    tex: "\\eta\\,\\lambda_{\\max}(\\nabla^2 L) \\to 2",
    question: {
      ask: "Where will rate × λ be at the end?",
      answers: ["below 1.5", "from 1.5 to 2.5", "above 2.5"],
    },
  },
];
