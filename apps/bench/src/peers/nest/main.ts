/** Nest's own Kafka transport, used as its documentation shows it. Settings come from the environment. */
import 'reflect-metadata';
import { Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientKafka,
  ClientsModule,
  Ctx,
  EventPattern,
  Payload,
  Transport,
} from '@nestjs/microservices';
import type { KafkaContext, MicroserviceOptions } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';

const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
const input = process.env['INPUT_TOPIC'] ?? '';
const output = process.env['OUTPUT_TOPIC'] ?? '';
const groupId = process.env['GROUP_ID'] ?? '';
/** Whether a login counts as handled only when its output is written. */
const awaited = process.env['AWAIT_EMIT'] === 'true';

interface Login {
  readonly app_version?: string;
}

@Controller()
class LoginController {
  readonly #client: ClientKafka;

  constructor(@Inject('KAFKA') client: ClientKafka) {
    this.#client = client;
  }

  @EventPattern(input)
  async handle(@Payload() login: Login, @Ctx() context: unknown): Promise<void> {
    if (login.app_version !== '2.0.0') return;
    const { key, timestamp } = (context as KafkaContext).getMessage();
    // The timestamp is what the bench knows the login by; by default the output gets a new one.
    const marked = { key, value: { ...login, processed: true }, timestamp };
    const emitted = this.#client.emit(output, marked);
    if (awaited) await lastValueFrom(emitted);
  }
}

@Module({
  imports: [
    ClientsModule.register([
      {
        name: 'KAFKA',
        transport: Transport.KAFKA,
        options: { client: { brokers }, producerOnlyMode: true },
      },
    ]),
  ],
  controllers: [LoginController],
})
class AppModule {}

const app = await NestFactory.createMicroservice<MicroserviceOptions>(AppModule, {
  transport: Transport.KAFKA,
  logger: ['error'],
  options: {
    client: { brokers },
    consumer: { groupId },
    subscribe: { fromBeginning: true },
    postfixId: '',
  },
});
app.enableShutdownHooks();
await app.listen();
