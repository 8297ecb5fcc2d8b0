import { rawRequest } from './raw-request.ts';

const ALTER_CLIENT_QUOTAS = { key: 49, version: 1 };

/**
 * Gives a client quotas (AlterClientQuotas, KIP-546).
 *
 * @param broker `host:port`
 * @param quotas bytes a second, by the quota's name
 */
export async function setQuota(
  broker: string,
  clientId: string,
  quotas: Readonly<Record<string, number>>,
): Promise<void> {
  const reader = await rawRequest(broker, ALTER_CLIENT_QUOTAS, (writer) => {
    writer.array([clientId], (name) => {
      writer.array([name], () => {
        writer.string('client-id');
        writer.nullableString(name);
        writer.end();
      });
      writer.array(Object.entries(quotas), ([quota, rate]) => {
        writer.string(quota);
        const float64 = Buffer.alloc(8);
        float64.writeDoubleBE(rate);
        writer.raw(float64);
        writer.bool(false); // whether it is removed
        writer.end();
      });
      writer.end();
    });
    writer.bool(false); // whether it is only validated
  });
  const errors = reader.array(() => {
    const error = { code: reader.int16(), message: reader.nullableString() };
    reader.array(() => {
      reader.string();
      reader.nullableString();
      reader.end();
    });
    reader.end();
    return error;
  });
  const refused = errors.find(({ code }) => code !== 0);
  if (refused !== undefined) throw new Error(`AlterClientQuotas: ${JSON.stringify(refused)}`);
}
