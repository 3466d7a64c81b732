import { Generator, nn, randn, type Tensor, tensor } from "evenkeel";

/** `½·xᵀHx + b·x`, whose Hessian is `H`, in float64. */
export class Quadratic extends nn.Module {
  readonly x: nn.Parameter;
  readonly H: Tensor;

  constructor(H: number[][], dtype: "float32" | "float64" = "float64") {
    super();
    this.H = tensor(H, { dtype });
    this.x = new nn.Parameter(randn([H.length], { generator: new Generator().manualSeed(1), dtype }));
  }

  override forward(): Tensor {
    return this.x.dot(this.H.matmul(this.x)).mul(0.5).add(this.x.sum());
  }
}

/** A symmetric matrix with these eigenvalues, and eigenvectors that are no axes. */
export function symmetric(eigenvalues: readonly number[], seed = 0): number[][] {
  const n = eigenvalues.length;
  const Q = nn.init
    .orthogonal_(randn([n, n], { dtype: "float64" }), { generator: new Generator().manualSeed(seed) })
    .detach();
  return Q.matmul(tensor([...eigenvalues], { dtype: "float64" }).diag())
    .matmul(Q.T)
    .toArray<number[][]>();
}

/** A small float64 network with batch norm and dropout of 0, its data, and its loss. */
export function network(seed = 0): { model: nn.Sequential; loss: () => Tensor } {
  const generator = new Generator().manualSeed(seed);
  const model = new nn.Sequential(
    new nn.Linear(3, 4, { generator }),
    new nn.BatchNorm1d(4),
    new nn.Tanh(),
    new nn.Linear(4, 2, { generator }),
  ).to("float64");
  const x = randn([8, 3], { generator, dtype: "float64" });
  const labels = tensor([0, 1, 1, 0, 1, 0, 0, 1], { dtype: "int32" });
  return { model, loss: () => nn.functional.crossEntropy(model.forward(x), labels) };
}
