/** Whether to draw as PyTorch 1.13 and its predecessors did, where the current version draws differently. */
export interface LegacyOption {
  readonly legacy?: boolean;
}
