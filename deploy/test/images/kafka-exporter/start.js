const server = process.argv.find((argument) => argument.startsWith('--kafka.server='));
process.env.KAFKA_BROKERS = server?.split('=')[1];
process.argv.splice(2);
await import('./exporter.js');
