/**
 * First words of each random stream's key: the halves of its name's digest.
 *
 * Written by `python tests/browser/sampling_fixtures.py --names`; a test compares it with Python's
 * names, for a changed name changes every drawing.
 */
export const STREAM_NAMES = {
  BATCHES: [0x42439fba, 0x36862106],
  AUGMENTATION: [0xe25f9d41, 0x7ba82267],
  TRAINING: [0x022de3c6, 0xd76a08d4],
  TRAINING_TARGET_NOISE: [0xc1e376ab, 0x55c6d58a],
  Z_DROPOUT: [0xc81b33c6, 0xbc6ae4b2],
  VALIDATION: [0x772f93ed, 0xe7ad0d09],
  TARGET_NOISE: [0x064fd205, 0xd5e79e98],
  POSTERIOR: [0x03846fd9, 0x20c426e7],
  BOUND: [0xb95e8747, 0xf6664eb2],
  TWO_SAMPLE: [0x3589756e, 0xba70d304],
  PRIOR: [0x2fc452f0, 0x4fd2497e],
  PARTICLES: [0x5b5925e6, 0xf1df9a5f],
  RESAMPLING: [0x34800851, 0x69334453],
  PARTICLE_CHOICE: [0xd3ba565a, 0xc3406964],
  VARIATION: [0xbb2a393b, 0xefc4acf1],
  COMPONENT_AND_PEN: [0xab676ce3, 0x7dda6fb7],
  OFFSET: [0x6f01955b, 0x74c80190],
  GUIDED: [0x4567c490, 0xc0dd0ddd],
  LINE_DRAWINGS: [0x207a8ac1, 0x76986249],
  LINE_FIT: [0xdb1e0ee7, 0x5ab8bf08],
  TREMOR: [0x4ced0801, 0xa6fb8cd7],
  CALIBRATION: [0x82446b69, 0xcc45c114],
  ACCEPTANCE: [0x3a907731, 0x9683de8b],
  FINE_TUNE_SPLIT: [0xe1df57f3, 0x79073ba6],
  FINE_TUNING: [0x44d2e97e, 0x0154e59e],
  CLUSTER_SAMPLE: [0xb305038e, 0x6c0cfc3f],
  DENSITY_SAMPLE: [0x00379dfe, 0xd4f795b4],
  SILHOUETTE_SAMPLE: [0x86f7651d, 0x4e39d06f],
} as const
