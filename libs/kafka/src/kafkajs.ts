import kafkajs from 'kafkajs';

/** kafkajs' values by name: it is CommonJS in a form whose names Node cannot see from an ES module. */
export const {
  CompressionCodecs,
  CompressionTypes,
  ConfigResourceTypes,
  Kafka,
  Partitioners,
  logLevel,
} = kafkajs;
