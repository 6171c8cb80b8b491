/** Texts that web/build.mjs puts in: the Worker's program, and the kernel's WebAssembly. */
declare module 'strokebook:worker' {
  const source: string
  export default source
}
declare module 'strokebook:kernel' {
  const base64: string
  export default base64
}
