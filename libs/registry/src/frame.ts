/** How the wire format of schema registries begins: a zero byte, then the schema's id as a big-endian int32. */
const MAGIC = 0;
const FRAME_BYTES = 5;

/**
 * @returns the id of the schema that a framed value names; undefined when the value has no frame.
 *   JSON never begins with a zero byte, so the two cannot be taken for each other.
 */
export function schemaIdOf(value: Buffer): number | undefined {
  return value[0] === MAGIC && value.length >= FRAME_BYTES ? value.readInt32BE(1) : undefined;
}

/** @returns the text of a value without its frame, if it has one: a view, not a copy */
export function unframed(value: Buffer): Buffer {
  return value[0] === MAGIC && value.length >= FRAME_BYTES ? value.subarray(FRAME_BYTES) : value;
}

/** @returns what puts the frame of a schema before a text */
export function framer(schemaId: number): (text: Buffer) => Buffer {
  const frame = Buffer.alloc(FRAME_BYTES, MAGIC);
  frame.writeInt32BE(schemaId, 1);
  return (text) => {
    const framed = Buffer.allocUnsafe(FRAME_BYTES + text.length);
    framed.set(frame);
    framed.set(text, FRAME_BYTES);
    return framed;
  };
}
