/** Draw with a model of strokebook's: `createEngine`, and the types of what it gives. */
export * from './api'
export { createEngine } from './engine'
