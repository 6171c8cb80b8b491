/** A model that has been read and is ready to draw. */
import { EngineError } from '../api'
import type { Kernel } from '../kernel/kernel'
import { Restorer } from '../line/restorer'
import { readModelFile, type ModelFile } from '../model_file'
import type { Decoder } from '../networks/decoder'
import { Encoder } from '../networks/encoder'
import { LocalFrameDecoder } from '../networks/local_frame_decoder'
import { PlainDecoder } from '../networks/plain_decoder'

export class LoadedModel {
  readonly file: Omit<ModelFile, 'weights'>
  readonly decoder: Decoder
  readonly encoder: Encoder | null
  readonly restorer: Restorer

  constructor(kernel: Kernel, bytes: ArrayBuffer) {
    const { weights, ...file } = readModelFile(bytes)
    const { options } = file
    const [inner, Net] = [
      weights.under('decoder'),
      options.local_frame ? LocalFrameDecoder : PlainDecoder,
    ]
    this.file = file
    this.decoder = new Net(kernel, inner, options)
    this.encoder = options.conditional
      ? new Encoder(kernel, weights.under('encoder'), options)
      : null
    this.restorer = new Restorer(file.line)
  }

  /** Whether new drawings need no z: there is none, or training often left it out. */
  get drawsWithoutZ(): boolean {
    return this.encoder === null || this.file.options.z_dropout > 0
  }

  /** The encoder, where the model has one. */
  needEncoder(): Encoder {
    if (this.encoder) return this.encoder
    throw new EngineError(
      'This model has no encoder, so it finds no z in a drawing.',
      'Use a model that was trained with conditional = true.',
    )
  }
}
