import { isAbout, last, mean, numbers, type Sentences } from "./reading.ts";

/** The sentences on the figures of what has been learnt since 2018. */
export const ofSince: Readonly<Record<string, Sentences>> = {
  "since/rank-collapse": {
    "Over 30 ReLU layers the mean cosine between examples climbs from 0.33 to 0.96 without batch norm and stays at a third with it":
      (plot) => {
        const [standard, normed] = ["standard", "batch norm"].map((name) => numbers(plot, "y", { name }));
        return (
          standard.length === 30 &&
          isAbout(standard[0], "0.33") &&
          isAbout(last(standard), "0.96") &&
          normed.every((cosine) => Math.abs(cosine - 1 / 3) < 0.03)
        );
      },
  },
  "since/gradient-explosion": {
    "The gradient's variance: level without batch norm; with it a straight line upwards towards the first layer on a logarithmic axis, 209 times that of the last layer":
      (plot) => {
        const [standard, normed] = ["ReLU, standard", "ReLU, batch norm"].map((name) => numbers(plot, "y", { name }));
        const growth = normed.slice(1, -1).map((value, i) => value / normed[i + 2]);
        return (
          standard.every((value) => value > 0.8 && value < 1.3) &&
          growth.every((ratio) => Math.abs(ratio - Math.PI / (Math.PI - 1)) < 0.1) &&
          isAbout(Math.max(...normed), "209")
        );
      },
  },
  "since/edge-of-stability": {
    "Rate times sharpness: both lines climb to 2 and stay between 1.9 and 2.3": (plot) =>
      ["standard", "batch norm"].every((name) => {
        const [steps, values] = [numbers(plot, "x", { name }), numbers(plot, "y", { name })];
        const late = values.filter((_, i) => steps[i] >= 525);
        return Math.min(...values) < 1.4 && late.every((value) => value > 1.9 && value < 2.3);
      }),
  },
  "since/angular-updates": {
    "The angle of a step: with batch norm both layers come to the dashed line of 0.0424, without it they stay apart, and below":
      (plot) => {
        const late = (name: string) => mean(numbers(plot, "y", { name }).slice(-15));
        const [first, second] = [1, 2].map((layer) => late(`standard, layer ${layer}`));
        const normed = [1, 2].map((layer) => late(`batch norm, layer ${layer}`));
        return (
          isAbout(Math.sqrt(2 * 0.3 * 0.003), "0.0424") &&
          normed.every((angle) => Math.abs(angle / 0.0424 - 1) < 0.1) &&
          first < 0.035 &&
          second < 0.6 * first
        );
      },
  },
  "since/rate-test": {
    "Both losses fall as the rate grows, reach their lowest between 1 and 4, and then blow up": (plot) =>
      ["standard", "batch norm"].every((name) => {
        const [rates, losses] = [numbers(plot, "rate", { name }), numbers(plot, "smoothed", { name })];
        const lowest = Math.min(...losses);
        const at = rates[losses.indexOf(lowest)];
        return losses[0] > lowest + 0.3 && at > 1 && at < 4 && last(losses) > losses[0];
      }),
  },
};
