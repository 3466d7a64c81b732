/** Where the share of a task begins among `count` things, and that of the task before it ends. */
export function share(count: i32, task: i32, tasks: i32): i32 {
  return i32((i64(count) * i64(task)) / i64(tasks));
}
