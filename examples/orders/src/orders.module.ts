import { JsonStates, RecordHandler, StreamsModule } from '@login-pipeline/nest-streams';
import type { TransformSettings } from '@login-pipeline/nest-streams/settings';
import type { ConsumedRecord, Outcome } from '@login-pipeline/streams';
import { deadLetter, DROP, emit } from '@login-pipeline/streams';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { decodeOrder, REASONS } from './order.ts';

@Controller()
class OrdersController {
  constructor(@Inject(JsonStates) private readonly revenue: JsonStates<{ cents: number }>) {}

  @RecordHandler('orders')
  decide({ value }: ConsumedRecord): Outcome {
    const order = decodeOrder(value);
    if (typeof order === 'string') return deadLetter(order, 'decode');
    return order.status === 'paid' ? emit(Buffer.from(JSON.stringify(order))) : DROP;
  }

  @RecordHandler('paid-orders')
  count({ value }: ConsumedRecord, partition: number): void {
    const order = decodeOrder(value);
    if (typeof order !== 'string') this.revenue.of(partition).cents += order.cents;
  }

  @Get('revenue')
  total(): { readonly cents: number } {
    return { cents: this.revenue.all().reduce((sum, { cents }) => sum + cents, 0) };
  }
}

@Module({ controllers: [OrdersController] })
export class OrdersModule {
  static register(settings: TransformSettings, snapshotTopic = 'orders.revenue'): DynamicModule {
    const { groupId, outputTopic: inputTopic } = settings.topics;
    const revenue = {
      source: 'paid-orders',
      name: 'revenue',
      settings: { ...settings, inputTopic, groupId: `${groupId}.revenue`, snapshotTopic },
      settingNames: { inputTopic: 'OUTPUT_TOPIC', snapshotTopic: 'snapshotTopic' },
      states: JsonStates,
      provide: () => new JsonStates(1, () => ({ cents: 0 })),
    };
    return {
      module: OrdersModule,
      imports: [
        StreamsModule.transform({ source: 'orders', settings, reasons: REASONS }),
        StreamsModule.fold(revenue),
      ],
    };
  }
}
